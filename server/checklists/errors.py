"""What can be wrong with a checklist."""

from server.core.errors import Invalid


class ChecklistUnknown(Invalid):
    """No such template, or one that is no longer used."""

    code = "checklist_unknown"
