"""Files that people add: checked, cleaned, stored once under their hash; who sees the site sees the file."""

import asyncio
import hashlib
from datetime import timedelta
from uuid import UUID

from server.attachments import pictures, repository, sniffing
from server.attachments.errors import FileKindRefused, MacrosRefused, NoPreview, OtherContent, PictureExpected
from server.attachments.models import Attachment
from server.audit import service as audit
from server.core.access import Actor
from server.core.clock import now
from server.core.database import Session
from server.core.errors import NotFound
from server.core.storage import Storage, content_key

get_visible = repository.get_visible
UNUSED_DAYS = 30  # a phone sends the picture first and the command that uses it later, perhaps days later
STRAY_HOURS = 24


async def put(
    session: Session, storage: Storage, actor: Actor, *, attachment_id: UUID, site_id: UUID, data: bytes, file_name: str = "",
    pictures_only: bool = False,
) -> tuple[Attachment, bool]:  # fmt: skip
    """Keep a file under an id made by its sender; the same id with the same bytes again changes nothing.

    The answer says whether it is new. Raises what `server.attachments.errors` lists, and stores nothing then.
    """
    if not actor.sees(site_id) or not await repository.site_exists(session, site_id):
        raise NotFound
    await repository.lock_id(session, attachment_id)
    source = content_key(data)
    if known := await session.get(Attachment, attachment_id):
        if (known.source_sha256, known.site_id) != (source, site_id):
            raise OtherContent
        return known, False
    content = await _content(data, file_name, pictures_only=pictures_only)
    attachment = Attachment(
        id=attachment_id, site_id=site_id, sha256=content_key(content.data), source_sha256=source, mime_type=content.mime_type,
        size_bytes=len(content.data), width=content.width, height=content.height,
        file_name=sniffing.safe_name(file_name, content.extension), created_at=now(),
        created_by=actor.user_id if actor.user_id.int else None,
    )  # fmt: skip
    session.add(attachment)
    await session.flush()
    told = {name: getattr(attachment, name) for name in ("file_name", "mime_type", "size_bytes", "sha256")}
    await audit.record(session, actor, "attachment.added", attachment, before={}, after=told)
    await storage.put(content.data)
    return attachment, True


async def _content(data: bytes, file_name: str, *, pictures_only: bool) -> sniffing.Content:
    try:
        content = await asyncio.to_thread(sniffing.content_of, data, file_name)
    except (FileKindRefused, MacrosRefused):
        if pictures_only:
            raise PictureExpected from None
        raise
    if pictures_only and content.width is None:
        raise PictureExpected
    return content


def thumbnail_key(sha256: str, size: int) -> str:
    return hashlib.sha256(f"thumbnail {size} of {sha256}".encode()).hexdigest()


async def thumbnail(storage: Storage, attachment: Attachment, size: int) -> bytes:
    """A JPEG, made at the first time of asking."""
    if not attachment.mime_type.startswith("image/"):
        raise NoPreview
    key = thumbnail_key(attachment.sha256, size)
    if await storage.exists(key):
        return await storage.read(key)
    made = await asyncio.to_thread(pictures.thumbnail, await storage.read(attachment.sha256), size)
    await storage.put_as(key, made)
    return made


async def forget_unused(session: Session, storage: Storage) -> int:
    """Housekeeping: stored bytes without a row first, then rows that nothing uses; their bytes go the next time."""
    await _sweep(session, storage)
    return await repository.forget_unused(session, before=now() - timedelta(days=UNUSED_DAYS))


async def _sweep(session: Session, storage: Storage) -> None:
    kept = await repository.all_keys(session)
    kept |= {thumbnail_key(key, size) for key in tuple(kept) for size in pictures.SIZES}
    stray = [key async for key in storage.keys(older_than=now() - timedelta(hours=STRAY_HOURS)) if key not in kept]
    for key in stray:
        await storage.delete(key)
