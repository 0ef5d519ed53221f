"""What can be wrong with a command about meters."""

from server.core.errors import AlreadyExists, Conflict, Invalid, NotSignedIn


class MeterNameTaken(AlreadyExists):
    code = "meter_name_taken"


class MeterInUse(Conflict):
    """A plan in force counts on its readings."""

    code = "meter_in_use"


class JobOfOtherMachine(Invalid):
    code = "job_of_other_machine"


class KeyRefused(NotSignedIn):
    """Unknown or revoked."""

    code = "api_key_refused"

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "X-API-Key"}
