"""Files people add: pictures, manuals, drawings."""

from typing import Final
from uuid import UUID

from shared_models.base import Instant, Row

USUAL_MEGABYTES: Final = 25
"""The most that a file may have, unless the server's operator says otherwise (`max_upload_mb`)."""
MOST_MEGABYTES: Final = 1024
KINDS: Final = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
"""What a document may be, by the end of its name. The server looks at the bytes."""


class AttachmentRead(Row):
    """Without a site it is everyone's. `width` and `height` are in pixels, for pictures, which are kept upright and without EXIF."""

    id: UUID
    site_id: UUID | None
    sha256: str
    mime_type: str
    size_bytes: int
    width: int | None
    height: int | None
    file_name: str
    created_at: Instant
