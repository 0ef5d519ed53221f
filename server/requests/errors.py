from server.core.errors import Conflict, Forbidden


class AlreadyDecided(Conflict):
    """Somebody else accepted or declined it first."""

    code = "request_already_decided"


class PublicRequestsOff(Forbidden):
    """The site takes no reports from people without an account."""

    code = "public_requests_off"
