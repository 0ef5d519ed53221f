"""Files people add: pictures, manuals, drawings."""

from uuid import UUID

from shared_models.base import Instant, Row


class AttachmentRead(Row):
    """`width` and `height` are in pixels, for pictures, which are kept upright and without EXIF."""

    id: UUID
    site_id: UUID
    sha256: str
    mime_type: str
    size_bytes: int
    width: int | None
    height: int | None
    file_name: str
    created_at: Instant
