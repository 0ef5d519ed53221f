"""What a file really is. Its bytes decide, never its name nor what the sender calls it; what is not on the list is refused."""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

from server.attachments import pictures
from server.attachments.errors import FileEmpty, FileKindRefused, MacrosRefused

_OFFICE = {
    "word/": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "xl/": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "ppt/": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
}
_OPEN_DOCUMENT = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}
_PLAIN = {"txt": "text/plain", "csv": "text/csv"}
_MAX_ENTRIES = 20_000
_MAX_NAME = 120


@dataclass(frozen=True)
class Content:
    """What is kept: for a picture, not the bytes that were sent."""

    data: bytes
    mime_type: str
    extension: str
    width: int | None = None
    height: int | None = None


def content_of(data: bytes, file_name: str) -> Content:
    """Runs long for a big picture: call it in a thread."""
    if not data:
        raise FileEmpty(field="file")
    if picture := pictures.cleaned(data):
        return Content(picture.data, picture.mime_type, picture.extension, picture.width, picture.height)
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-2048:]:
        return Content(data, "application/pdf", "pdf")
    if data.startswith(b"PK\x03\x04"):
        return Content(data, *_archive_kind(data))
    return Content(data, *_plain_kind(data, file_name))


def _archive_kind(data: bytes) -> tuple[str, str]:
    """Reads the table of contents only: nothing is unpacked but a type name of known length."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries[:_MAX_ENTRIES]}
            first = archive.open(entries[0]).read(100) if entries[0].filename == "mimetype" else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, IndexError, ValueError, OSError, EOFError):
        raise FileKindRefused from None
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
        raise MacrosRefused
    if (open_document := first.decode("ascii", "replace")) in _OPEN_DOCUMENT:
        return open_document, _OPEN_DOCUMENT[open_document]
    for folder, kind in _OFFICE.items():
        if "[Content_Types].xml" in names and any(name.startswith(folder) for name in names):
            return kind
    raise FileKindRefused


def _plain_kind(data: bytes, file_name: str) -> tuple[str, str]:
    """Text is only taken for text under the name of text; it is never shown by the browser."""
    extension = file_name.rpartition(".")[2].lower()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise FileKindRefused from None
    control = any(unicodedata.category(char) == "Cc" and char not in "\t\r\n\f" for char in text)
    if extension not in _PLAIN or control or text.lstrip("\ufeff \t\r\n").startswith(("<", "%PDF", "#!")):
        raise FileKindRefused
    return _PLAIN[extension], extension


_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\/\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+')


def safe_name(file_name: str, extension: str) -> str:
    """The last part of the name, without what deceives people or file systems, ending as its content says."""
    last = re.split(r"[/\\]", file_name)[-1]
    stem = _UNSAFE.sub("", unicodedata.normalize("NFC", last)).strip(" .")
    if "." in stem:
        stem = stem.rpartition(".")[0].strip(" .")
    return f"{stem[:_MAX_NAME] or 'file'}.{extension}"
