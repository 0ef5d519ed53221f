"""Why nothing is added to a handover."""

from shared_models.refusals import Conflict


class AlreadyTakenOver(Conflict):
    """Whoever took over has read it without that."""

    code = "handover_taken"
