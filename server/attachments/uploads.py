"""Reading what browsers and devices send, within the limit of `max_upload_mb`."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message

from server.attachments.errors import FileTooLarge
from server.core.settings import Settings

MULTIPART_ROOM = 64 * 1024
LARGEST = 1024 * 2**20 + MULTIPART_ROOM  # for routes, which are declared before the settings are read


def limited(request: Request) -> Request:
    """The same request, of which no more is read than a file may have, whatever its length is said to be."""
    settings: Settings = request.app.state.settings
    most = settings.max_upload_bytes + MULTIPART_ROOM
    declared, length = request.headers.get("content-length", ""), 0
    if declared.isdecimal() and int(declared) > most:
        raise FileTooLarge(megabytes=settings.max_upload_mb)

    async def receive() -> Message:
        nonlocal length
        message = await request.receive()
        length += len(message.get("body", b""))
        if length > most:
            raise FileTooLarge(megabytes=settings.max_upload_mb)
        return message

    return Request(request.scope, receive)


async def received(request: Request) -> tuple[bytes, str]:
    """The bytes and, from a form, the name of the file; no bytes where there is no file."""
    request = limited(request)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return _checked(await request.body(), request), ""
    async with request.form(max_files=1, max_fields=8) as form:
        return await of_form(form.get("file"), request)


async def of_form(file: object, request: Request) -> tuple[bytes, str]:
    if not isinstance(file, UploadFile):
        return b"", ""
    return _checked(await file.read(), request), file.filename or ""


def _checked(data: bytes, request: Request) -> bytes:
    settings: Settings = request.app.state.settings
    if len(data) > settings.max_upload_bytes:
        raise FileTooLarge(megabytes=settings.max_upload_mb)
    return data
