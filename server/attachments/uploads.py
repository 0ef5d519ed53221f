"""Reading what browsers and devices send, within the limit of `max_upload_mb`; on disk until it is its turn."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from server.attachments.errors import FileTooLarge, FormUnreadable
from server.core.errors import Refusal, StorageFull, Unavailable
from server.core.settings import MEBIBYTE, Settings
from server.core.storage import is_full
from shared_models.attachments import MOST_MEGABYTES

MULTIPART_ROOM = 64 * 1024
LARGEST = MOST_MEGABYTES * MEBIBYTE + MULTIPART_ROOM  # for routes, which are declared before the settings are read
_MOST_FIELDS = 12
_READ_ON = 8  # times the limit: a film chosen by mistake is read to its end, so that its sender hears why it is not taken


@dataclass(frozen=True)
class Upload:
    """A file as it arrived; of one that could not be received, its name and why."""

    file: UploadFile | None = None
    name: str = ""
    refusal: Refusal | None = None

    async def data(self) -> bytes:
        """No bytes where there is no file. Raises `FileTooLarge`, or `StorageFull` when there was no room to receive it."""
        if self.refusal is not None:
            raise self.refusal
        return await self.file.read() if self.file is not None else b""


@dataclass(frozen=True)
class Form:
    fields: dict[str, str]
    upload: Upload


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[Upload]:
    """A body that is the file, or a form with the field `file`. Raises `FileTooLarge` as soon as that is known."""
    settings = _settings(request)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > settings.max_upload_bytes + MULTIPART_ROOM:
        raise _too_large(settings)
    if _is_multipart(request):
        async with form(request, "file") as sent:
            yield sent.upload
        return
    with SpooledTemporaryFile(max_size=MEBIBYTE) as file:
        upload = UploadFile(file, size=0)  # type: ignore[arg-type] # as Starlette's own parser makes them
        async for chunk in request.stream():
            if (upload.size or 0) + len(chunk) > settings.max_upload_bytes:
                raise _too_large(settings)
            await upload.write(chunk)
        await upload.seek(0)
        yield Upload(upload)


@asynccontextmanager
async def form(request: Request, field: str) -> AsyncIterator[Form]:
    """Every word of a form, also when its file is too large or the disk full: the rest of the file is read and dropped.

    A form without a file may come URL-encoded. Raises `FormUnreadable`.
    """
    if not _is_multipart(request):
        yield Form(dict(parse_qsl(await _short_body(request), keep_blank_values=True)), Upload())
        return
    parser = _Parser(request, _settings(request))
    try:
        await parser.parse()
    except MultiPartException:
        raise FormUnreadable from None
    except FileTooLarge as endless:
        parser.refusal = endless
    try:
        yield Form(parser.fields(), parser.upload(field))
    finally:
        for file in parser.files:
            await file.close()


def _is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


async def _short_body(request: Request) -> str:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MULTIPART_ROOM:
            raise FormUnreadable
    return body.decode("utf-8", "replace")


class _Parser(MultiPartParser):
    """Writes no more of a file than it may have, and reads no more than a few times that."""

    def __init__(self, request: Request, settings: Settings) -> None:
        super().__init__(request.headers, self._read(request), max_files=1, max_fields=_MOST_FIELDS)
        self.refusal: Refusal | None = None
        self.files: list[UploadFile] = []
        self._settings = settings
        self._length = 0

    def fields(self) -> dict[str, str]:
        """Of what has been read."""
        return {name: value for name, value in self.items if isinstance(value, str)}

    def upload(self, field: str) -> Upload:
        file = dict(self.items).get(field)
        if isinstance(file, UploadFile):
            return Upload(file, file.filename or "", self.refusal)
        return Upload(None, field if self.refusal else "", self.refusal)

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        if self._current_part.file is not None:
            self.files.append(self._current_part.file)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is None:
            super().on_part_data(data, start, end)
        elif self.refusal is None:
            self._keep(self._current_part.file, data[start:end])

    def _keep(self, file: UploadFile, chunk: bytes) -> None:
        self._length += len(chunk)
        if self._length > self._settings.max_upload_bytes:
            self.refusal = _too_large(self._settings)
            return
        try:
            file.file.write(chunk)
        except OSError as error:
            self.refusal = StorageFull() if is_full(error) else Unavailable()

    async def _read(self, request: Request) -> AsyncGenerator[bytes, None]:
        length = 0
        async for chunk in request.stream():
            length += len(chunk)
            if length > self._settings.max_upload_bytes * _READ_ON + MULTIPART_ROOM:
                raise _too_large(self._settings)
            yield chunk


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _too_large(settings: Settings) -> FileTooLarge:
    return FileTooLarge(megabytes=settings.max_upload_mb)
