"""What a file really is. Its bytes decide, never its name nor what the sender calls it; what is not on the list is refused."""

import asyncio
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

from server.attachments import pictures
from server.attachments.errors import FileEmpty, FileKindRefused, MacrosRefused, PictureDamaged, PictureKindRefused
from server.core.apart import WorkFailedError, apart
from server.core.settings import MEBIBYTE

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
_FOREIGN = {b"GIF87a": "GIF", b"GIF89a": "GIF", b"II*\0": "TIFF", b"MM\0*": "TIFF"}
_BRANDS = {
    b"heic": "HEIC", b"heix": "HEIC", b"heim": "HEIC", b"heis": "HEIC", b"hevc": "HEIC", b"mif1": "HEIC", b"msf1": "HEIC",
    b"avif": "AVIF", b"avis": "AVIF",
}  # fmt: skip
_DECODER_MIB = 320  # the interpreter, its libraries, the file itself and the picture as it is kept
_PDF_HEAD, _PDF_TAIL, _PDF_FILLING = 1024, 2048, b"\0 \t\r\n\f\x1a"
_MAX_CONTENTS_BYTES = 2 * MEBIBYTE  # of an archive's list of files, read whole
_MAX_NAME = 120


@dataclass(frozen=True)
class Content:
    """What is kept: for a picture, not the bytes that were sent."""

    data: bytes
    mime_type: str
    extension: str
    width: int | None = None
    height: int | None = None


async def content_of(data: bytes, file_name: str, *, picture_bytes: int) -> Content:
    """`picture_bytes`: what a picture's pixels may take while they are decoded."""
    if not data:
        raise FileEmpty(field="file")
    if pictures.is_picture(data):
        picture = await _developed(data, picture_bytes)
        return Content(picture.data, picture.mime_type, picture.extension, picture.width, picture.height)
    return await asyncio.to_thread(_document, data, file_name)


async def _developed(data: bytes, picture_bytes: int) -> pictures.Picture:
    most_mib = picture_bytes // MEBIBYTE + _DECODER_MIB
    try:
        return pictures.read_developed(await apart(pictures.developed, data, str(picture_bytes), most_mib=most_mib))
    except WorkFailedError:
        raise PictureDamaged(field="file") from None


def _document(data: bytes, file_name: str) -> Content:
    if kind := _foreign_picture(data):
        raise PictureKindRefused(field="file", kind=kind)
    if _is_pdf(data):
        return Content(data, "application/pdf", "pdf")
    if data.startswith(b"PK\x03\x04"):
        return Content(data, *_archive_kind(data))
    return Content(data, *_plain_kind(data, file_name))


def _is_pdf(data: bytes) -> bool:
    """As readers take them: with a little before the header (a byte order mark, a printer's job), and filled up after the end."""
    start = data[:_PDF_HEAD].find(b"%PDF-")
    is_something_else = data.startswith((b"PK\x03\x04", b"MZ", b"\x7fELF", b"#!")) or b"<" in data[: max(0, start)]
    return start >= 0 and not is_something_else and b"%%EOF" in data.rstrip(_PDF_FILLING)[-_PDF_TAIL:]


def _foreign_picture(data: bytes) -> str | None:
    """The kind of a picture that not every browser shows; kept apart from other files so that the refusal can say it."""
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12])
    if data.startswith(b"BM") and data[6:10] == b"\0\0\0\0":
        return "BMP"
    return next((kind for magic, kind in _FOREIGN.items() if data.startswith(magic)), None)


def _archive_kind(data: bytes) -> tuple[str, str]:
    """Reads the table of contents only: nothing is unpacked."""
    names, first = _contents(data)
    if any(name.lower().endswith("vbaproject.bin") or name.startswith(("Basic/", "Scripts/")) for name in names):
        raise MacrosRefused
    if (open_document := first.decode("ascii", "replace")) in _OPEN_DOCUMENT:
        return open_document, _OPEN_DOCUMENT[open_document]
    for folder, kind in _OFFICE.items():
        if "[Content_Types].xml" in names and any(name.startswith(folder) for name in names):
            return kind
    raise FileKindRefused


def _contents(data: bytes) -> tuple[set[str], bytes]:
    """The names in an archive, and what its first file says when that one, stored as it is, names the document's type."""
    end = data.rfind(b"PK\5\6")
    if end < 0 or int.from_bytes(data[end + 12 : end + 16], "little") > _MAX_CONTENTS_BYTES:
        raise FileKindRefused
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names_type = entries[0].filename == "mimetype" and entries[0].compress_type == zipfile.ZIP_STORED
            return {entry.filename for entry in entries}, archive.open(entries[0]).read(100) if names_type else b""
    except Exception:  # noqa: BLE001 - whatever an archive that somebody made up provokes: it is no document
        raise FileKindRefused from None


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


_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\/\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+')


def safe_name(file_name: str, extension: str) -> str:
    """The last part of the name, without what deceives people or file systems, ending as its content says."""
    last = re.split(r"[/\\]", file_name)[-1]
    stem = _UNSAFE.sub("", unicodedata.normalize("NFC", last)).strip(" .")
    if "." in stem:
        stem = stem.rpartition(".")[0].strip(" .")
    return f"{stem[:_MAX_NAME] or 'file'}.{extension}"
