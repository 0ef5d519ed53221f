"""Files that people add: checked, cleaned, stored once under their hash; who sees the site sees the file."""

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from server.attachments import pictures, repository, sniffing
from server.attachments.errors import FileKindRefused, MacrosRefused, NoPreview, OtherContent, PictureExpected, PictureKindRefused
from server.attachments.models import Attachment
from server.audit import service as audit
from server.core.access import Actor
from server.core.clock import now
from server.core.database import Session
from server.core.errors import NotFound, StorageFull
from server.core.gates import Gate
from server.core.settings import MEBIBYTE
from server.core.storage import FileGone, Storage, content_key

get_visible = repository.get_visible
move = repository.move
UNUSED_DAYS = 30  # a phone sends the picture first and the command that uses it later, perhaps days later
STRAY_HOURS = 24
PICTURE_BYTES, PUBLIC_PICTURE_BYTES = 256 * MEBIBYTE, 96 * MEBIBYTE


@dataclass(frozen=True)
class Examined:
    """A file that may be kept, as it will be kept."""

    content: sniffing.Content
    source_sha256: str
    file_name: str


async def examine(data: bytes, file_name: str) -> Examined:
    """Long work that needs no database: do it before a transaction. Raises what `server.attachments.errors` lists."""
    return await _examined(data, file_name, PICTURE_BYTES)


async def examine_photo(data: bytes, file_name: str) -> Examined:
    """Of somebody without an account: a picture, and not as large as others may send."""
    try:
        examined = await _examined(data, file_name, PUBLIC_PICTURE_BYTES)
    except PictureKindRefused:
        raise
    except (FileKindRefused, MacrosRefused):
        raise PictureExpected from None
    if examined.content.width is None:
        raise PictureExpected
    return examined


async def _examined(data: bytes, file_name: str, picture_bytes: int) -> Examined:
    content = await sniffing.content_of(data, file_name, picture_bytes=picture_bytes)
    return Examined(content, content_key(data), sniffing.safe_name(file_name, content.extension))


async def put(
    session: Session, storage: Storage, actor: Actor, *, attachment_id: UUID, site_id: UUID, examined: Examined
) -> tuple[Attachment, bool]:
    """Keep a file under an id made by its sender; the same id with the same bytes again changes nothing.

    The answer says whether it is new. Raises `NotFound` for another's site, and `OtherContent`.
    """
    if not actor.sees(site_id) or not await repository.site_exists(session, site_id):
        raise NotFound
    await repository.lock_id(session, attachment_id)
    if known := await session.get(Attachment, attachment_id):
        if known.source_sha256 != examined.source_sha256 or known.site_id not in {None, site_id}:
            raise OtherContent
        return known, False
    content = examined.content
    attachment = Attachment(
        id=attachment_id, site_id=site_id, sha256=content_key(content.data), source_sha256=examined.source_sha256,
        mime_type=content.mime_type, size_bytes=len(content.data), width=content.width, height=content.height,
        file_name=examined.file_name, created_at=now(), created_by=actor.user_id if actor.user_id.int else None,
    )  # fmt: skip
    session.add(attachment)
    await session.flush()
    facts = {name: getattr(attachment, name) for name in ("file_name", "mime_type", "size_bytes", "sha256")}
    await audit.record(session, actor, "attachment.added", attachment, before={}, after=facts)
    await storage.put(content.data)
    return attachment, True


def thumbnail_key(sha256: str, size: int) -> str:
    return hashlib.sha256(f"thumbnail {size} of {sha256}".encode()).hexdigest()


async def thumbnail(storage: Storage, gate: Gate, attachment: Attachment, size: int) -> bytes:
    """A JPEG, made at the first time of asking. Raises `NoPreview`, and `FileGone` also for a picture that is no longer one."""
    if not attachment.mime_type.startswith("image/"):
        raise NoPreview
    key = thumbnail_key(attachment.sha256, size)
    with suppress(FileGone):
        return await storage.read(key)
    async with gate.passed():
        picture = await storage.read(attachment.sha256)
        try:
            made = await asyncio.to_thread(pictures.thumbnail, picture, size)
        except (OSError, SyntaxError, ValueError):
            raise FileGone from None
    with suppress(StorageFull):  # it can be shown all the same
        await storage.put_as(key, made)
    return made


async def forget_unused(session: Session, storage: Storage) -> int:
    """Housekeeping: stored bytes without a row first, then rows that nothing uses; their bytes go the next time."""
    await _sweep(session, storage)
    return await repository.forget_unused(session, before=now() - timedelta(days=UNUSED_DAYS))


async def _sweep(session: Session, storage: Storage) -> None:
    kept = await repository.all_keys(session)
    if not kept:
        return  # an empty database beside files of ours is more likely the wrong one
    kept |= {thumbnail_key(key, size) for key in tuple(kept) for size in pictures.SIZES}
    stray = [key async for key in storage.keys(older_than=now() - timedelta(hours=STRAY_HOURS)) if key not in kept]
    for key in stray:
        await storage.delete(key)
