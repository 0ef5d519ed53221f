"""Why a file is not taken; nothing of it is stored then."""

from server.core.errors import Conflict, Invalid, Refusal


class FileEmpty(Invalid):
    code = "file_empty"


class FormUnreadable(Invalid):
    code = "form_unreadable"


class FileTooLarge(Refusal):
    code = "file_too_large"
    status = 413


class FileKindRefused(Refusal):
    """Neither a picture, a PDF nor an office document, whatever its name says."""

    code = "file_kind_refused"
    status = 415


class PictureKindRefused(FileKindRefused):
    """A picture, of a kind that not every browser shows (`kind`: HEIC, TIFF …)."""

    code = "picture_kind_refused"


class PictureDamaged(Invalid):
    code = "picture_damaged"


class PictureTooLarge(Invalid):
    """More pixels than we have memory for: a decompression bomb, or a mistake."""

    code = "picture_too_large"


class MacrosRefused(Refusal):
    code = "macros_refused"
    status = 415


class PictureExpected(FileKindRefused):
    code = "picture_expected"


class OtherContent(Conflict):
    """The id names a file already, with other bytes or on another site."""

    code = "attachment_other_content"


class FileUnknown(Invalid):
    """No such attachment, or none that can be of what it is to be bound to."""

    code = "attachment_unknown"


class FileOfMachine(Conflict):
    """It is another machine's, and goes where that goes."""

    code = "attachment_of_other_machine"


class NotAPicture(Invalid):
    code = "not_a_picture"


class NoPreview(Refusal):
    code = "no_preview"
    status = 404
