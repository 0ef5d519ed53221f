from server.core.errors import Conflict, Invalid, NotFound


class LabelCodeInvalid(Invalid):
    """The check character does not match: a letter was misread."""

    code = "label_code_invalid"


class LabelNotFound(NotFound):
    code = "label_not_found"


class LabelBlank(Conflict):
    """Printed, and not on anything yet."""

    code = "label_blank"


class StartOffSheet(Invalid):
    code = "label_start_off_sheet"


class TooManyLabels(Invalid):
    code = "too_many_labels"
