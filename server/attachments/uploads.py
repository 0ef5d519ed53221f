"""Reading what browsers and devices send, within the limit of `max_upload_mb`."""

from starlette.datastructures import UploadFile
from starlette.requests import Request

from server.attachments.errors import FileTooLarge
from server.core.settings import Settings

MULTIPART_ROOM = 64 * 1024
LARGEST = 1024 * 2**20 + MULTIPART_ROOM  # for routes, which are declared before the settings are read


def check_declared_size(request: Request) -> Settings:
    """Refuses before reading what says itself that it is too large."""
    settings: Settings = request.app.state.settings
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > settings.max_upload_bytes + MULTIPART_ROOM:
        raise FileTooLarge(megabytes=settings.max_upload_mb)
    return settings


async def received(request: Request) -> tuple[bytes, str]:
    """The bytes and, from a form, the name of the file; no bytes where there is no file."""
    settings = check_declared_size(request)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await _body(request, settings), ""
    async with request.form(max_files=1, max_fields=8) as form:
        return await of_form(form.get("file"), settings)


async def of_form(file: object, settings: Settings) -> tuple[bytes, str]:
    if not isinstance(file, UploadFile):
        return b"", ""
    if (file.size or 0) > settings.max_upload_bytes:
        raise FileTooLarge(megabytes=settings.max_upload_mb)
    return await file.read(), file.filename or ""


async def _body(request: Request, settings: Settings) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > settings.max_upload_bytes:
            raise FileTooLarge(megabytes=settings.max_upload_mb)
    return bytes(data)
