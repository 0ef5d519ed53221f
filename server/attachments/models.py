"""Files: what they are and who may see them; their bytes are in the object store under their SHA-256."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from server.core.tables import Identified, Instant, Synced, Timestamped, text_column


class Attachment(Identified, table=True):
    """`site_id` decides who may read it; without one, everybody may. `width` and `height` are in pixels, for pictures.
    `source_sha256` is of what was sent: pictures are kept re-encoded.
    """

    __tablename__ = "attachment"

    site_id: UUID | None = Field(default=None, foreign_key="sites.id", index=True)
    sha256: str = Field(max_length=64, index=True)
    source_sha256: str = Field(max_length=64)
    mime_type: str = Field(max_length=100)
    size_bytes: int
    width: int | None = None
    height: int | None = None
    file_name: str = text_column()
    created_by: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    created_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})


class Paper(Timestamped, Synced):
    """What the documents of anything have: a table of its own says of what."""

    attachment_id: UUID = Field(foreign_key="attachment.id")
    title: str = Field(max_length=200)
    valid_until: date | None = None
    created_by: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
