"""Files in and out. Whatever a file holds, a browser only shows pictures and PDFs, and runs nothing."""

import re
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status
from starlette.responses import StreamingResponse

from server.attachments import service, uploads
from server.attachments.models import Attachment
from server.core.access import Actor, ensure_sees, require, signed_in
from server.core.database import ReadSession, ReadSessionDep, SessionDep
from server.core.etags import is_known
from server.core.gates import GatesDep
from server.core.storage import Storage, StorageDep
from server.core.writes import WriteRoute
from shared_models.attachments import AttachmentRead
from shared_models.text import ONE_LINE

Reader = Annotated[Actor, require("equipment:read")]
Somebody = Annotated[Actor, signed_in()]
_SHOWN = ("image/", "application/pdf")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
router = APIRouter(prefix="/attachments", tags=["attachments"], route_class=WriteRoute)


@router.put(
    "/{attachment_id}", max_body_size=uploads.LARGEST, response_model=AttachmentRead,
    responses={201: {"model": AttachmentRead}},
    openapi_extra={"requestBody": {"required": True, "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {"schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}},
    }}},
)  # fmt: skip
async def put_attachment(
    request: Request, response: Response, actor: Somebody, session: SessionDep, storage: StorageDep, gates: GatesDep,
    attachment_id: UUID, site_id: UUID, file_name: Annotated[str, Query(max_length=255), ONE_LINE] = "",
) -> Attachment:  # fmt: skip
    """The file itself as the body, or a form with the field `file`. Sent again with the same bytes: 200 instead of 201."""
    ensure_sees(actor, site_id)
    async with uploads.received(request) as upload, gates.uploads.passed():
        examined = await service.examine(await upload.data(), file_name or upload.name)
        attachment, is_new = await service.put(session, storage, actor, attachment_id=attachment_id, site_id=site_id, examined=examined)
    response.status_code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
    return attachment


@router.get("/{attachment_id}", response_class=Response)
async def read_attachment(request: Request, actor: Reader, session: ReadSessionDep, storage: StorageDep, attachment_id: UUID) -> Response:
    attachment = await _found(session, actor, attachment_id)
    headers = _headers(attachment, attachment.sha256)
    if is_known(request.headers, headers["ETag"]):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    asked = request.headers.get("range", "")
    if asked and request.headers.get("if-range", headers["ETag"]) == headers["ETag"] and (found := _RANGE.fullmatch(asked)):
        return await _partial(storage, attachment, headers, found)
    headers["Content-Length"] = str(attachment.size_bytes)
    content = await storage.stream(attachment.sha256, attachment.size_bytes)
    return StreamingResponse(content, media_type=attachment.mime_type, headers=headers)


@router.get("/{attachment_id}/thumbnail", response_class=Response)
async def read_thumbnail(
    request: Request, actor: Reader, session: ReadSessionDep, storage: StorageDep, gates: GatesDep, attachment_id: UUID,
    size: Annotated[Literal["160", "480", "1280"], Query()] = "480",
) -> Response:  # fmt: skip
    """A JPEG that fits in a square of `size` pixels."""
    attachment = await _found(session, actor, attachment_id)
    headers = _headers(attachment, service.thumbnail_key(attachment.sha256, int(size)))
    if is_known(request.headers, headers["ETag"]):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(await service.thumbnail(storage, gates.thumbnails, attachment, int(size)), media_type="image/jpeg", headers=headers)


async def _found(session: ReadSession, actor: Actor, attachment_id: UUID) -> Attachment:
    """And nothing more is asked of the database: its connection is not kept waiting for the bytes."""
    attachment = await service.get_visible(session, actor, attachment_id)
    await session.close()
    return attachment


async def _partial(storage: Storage, attachment: Attachment, headers: dict[str, str], found: re.Match[str]) -> Response:
    size = attachment.size_bytes
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last or 0))
    end = min(size, int(last) + 1 if first and last else size)
    if start >= end:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(status_code=status.HTTP_416_RANGE_NOT_SATISFIABLE, headers=headers)
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    part = await storage.read_range(attachment.sha256, start, end, size)
    return Response(part, status_code=status.HTTP_206_PARTIAL_CONTENT, media_type=attachment.mime_type, headers=headers)


def _headers(attachment: Attachment, tag: str) -> dict[str, str]:
    how = "inline" if attachment.mime_type.startswith(_SHOWN) else "attachment"
    plain = attachment.file_name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return {
        "ETag": f'"{tag}"',
        "Cache-Control": "private, max-age=31536000, immutable",
        "Accept-Ranges": "bytes",
        "Vary": "Authorization",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "Content-Disposition": f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(attachment.file_name, safe='')}",
    }
