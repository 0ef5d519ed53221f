"""Why a work request is not decided."""

from shared_models.refusals import Conflict


class AlreadyDecided(Conflict):
    """Somebody else accepted or declined it first."""

    code = "request_already_decided"
