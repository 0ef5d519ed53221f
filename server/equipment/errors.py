"""What can be wrong with a command about machines."""

from server.core.errors import AlreadyExists, Conflict, Gone, Invalid, StillInUse


class CodeTaken(AlreadyExists):
    code = "equipment_code_taken"


class SerialNumberTaken(AlreadyExists):
    code = "serial_number_taken"


class SiteUnknown(Invalid):
    """Also for a site the actor does not see."""

    code = "site_unknown"


class LineOfOtherSite(Invalid):
    code = "line_of_other_site"


class ParentOfOtherSite(Invalid):
    code = "parent_of_other_site"


class ParentCycle(Invalid):
    code = "parent_cycle"


class ClassUnknown(Invalid):
    code = "equipment_class_unknown"


class EquipmentArchived(Gone):
    code = "equipment_archived"


class HasParts(Conflict):
    """Sub-assemblies would be left without their machine."""

    code = "equipment_has_parts"


class HasOpenJobs(Conflict):
    code = "equipment_has_open_jobs"


class LabelUnknown(Invalid):
    """A code that was never printed here; `label_code`."""

    code = "label_unknown"


class LabelInUse(Conflict):
    """Labels are permanent: one that is on a machine stays there."""

    code = "label_in_use"


class ClassCodeTaken(AlreadyExists):
    code = "equipment_class_code_taken"


class ClassInUse(StillInUse):
    """Machines have it, or sheets name entries of its lists; it can be retired."""

    code = "equipment_class_in_use"


class ReadyClassUnknown(Invalid):
    code = "ready_class_unknown"


class FailureItemOfOtherClass(Conflict):
    code = "failure_item_of_other_class"


class FailureItemTwice(Invalid):
    """The same id, or the same kind and code, more than once in what was sent."""

    code = "failure_item_twice"
