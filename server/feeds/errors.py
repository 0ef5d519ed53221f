from server.core.errors import Conflict, Invalid


class TooManyFeeds(Conflict):
    """A person keeps a handful of subscriptions; old ones are revoked first."""

    code = "too_many_feeds"


class FeedTargetUnknown(Invalid):
    """No such person, team or line among what one sees."""

    code = "feed_target_unknown"
