"""What can be wrong with a command about meters."""

from server.core.errors import AlreadyExists, Conflict, Invalid, NotSignedIn


class MeterNameTaken(AlreadyExists):
    code = "meter_name_taken"


class MeterOutOfUse(Conflict):
    code = "meter_out_of_use"


class MeterInUse(Conflict):
    """A plan in force counts on its readings."""

    code = "meter_in_use"


class ImplausibleReading(Invalid):
    """`kind` is one of `shared_models.meters.metering.Implausible`; `low`, `high` and `last` are what the meter shows.

    Sent again with `is_confirmed` it passes, unless it runs `backwards`.
    """

    code = "implausible_reading"


class ImplausibleStart(Invalid):
    """A later reading is below the value that the meter is said to have started from."""

    code = "implausible_start"


class GaugeHasNoReset(Invalid):
    code = "gauge_has_no_reset"


class AlreadyReset(Conflict):
    """At that very instant."""

    code = "meter_already_reset"


class ReadInFuture(Invalid):
    code = "read_in_future"


class JobOfOtherMachine(Invalid):
    code = "job_of_other_machine"


class KeyRefused(NotSignedIn):
    """Unknown or revoked."""

    code = "api_key_refused"

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "X-API-Key"}
