from server.core.errors import Forbidden


class PublicRequestsOff(Forbidden):
    """The site takes no reports from people without an account."""

    code = "public_requests_off"
