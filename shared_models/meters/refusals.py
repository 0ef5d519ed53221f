"""What the rules of meters refuse."""

from shared_models.refusals import Conflict, Invalid


class MeterOutOfUse(Conflict):
    code = "meter_out_of_use"


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
