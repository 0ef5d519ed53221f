"""Pictures as they are kept: upright, without EXIF (place, camera, owner) or anything else that hides in a file."""

import io
import warnings
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from server.attachments.errors import PictureDamaged, PictureTooLarge

MAX_PIXELS = 60_000_000
MAX_SIDE = 4096
SIZES = (160, 480, 1280)
_OPENED = ("JPEG", "PNG", "WEBP")
_KINDS = {
    "JPEG": ("JPEG", "image/jpeg", "jpg"),
    "MPO": ("JPEG", "image/jpeg", "jpg"),  # what some phones make: opened as JPEG, of which it is a kind
    "PNG": ("PNG", "image/png", "png"),
    "WEBP": ("WEBP", "image/webp", "webp"),
}
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_OPTIONS: dict[str, dict[str, Any]] = {"JPEG": {"quality": 88, "optimize": True}, "PNG": {"optimize": False}, "WEBP": {"quality": 88}}


@dataclass(frozen=True)
class Picture:
    data: bytes
    mime_type: str
    extension: str
    width: int
    height: int


def cleaned(data: bytes) -> Picture | None:
    """Decode and encode again; None for what does not even start like a picture."""
    if not data.startswith(_MAGIC):
        return None
    if data.startswith(b"RIFF") and data[8:12] != b"WEBP":
        return None
    image, (kind, mime_type, extension) = _decoded(data)
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, kind, **_OPTIONS[kind])
    return Picture(buffer.getvalue(), mime_type, extension, *image.size)


def _decoded(data: bytes) -> tuple[Image.Image, tuple[str, str, str]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            image = Image.open(io.BytesIO(data), formats=_OPENED)
        if image.width * image.height > MAX_PIXELS:
            raise PictureTooLarge(field="file", megapixels=MAX_PIXELS // 1_000_000)
        kind = _KINDS[str(image.format)]
        upright = ImageOps.exif_transpose(image)
        return _bare(upright, keep_alpha=kind[0] != "JPEG"), kind
    except Image.DecompressionBombError:
        raise PictureTooLarge(field="file", megapixels=MAX_PIXELS // 1_000_000) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, MemoryError):
        raise PictureDamaged(field="file") from None


def _bare(image: Image.Image, *, keep_alpha: bool) -> Image.Image:
    """The pixels alone, in a mode every browser shows."""
    has_alpha = keep_alpha and (image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info)
    pixels = image.convert("RGBA" if has_alpha else "RGB")
    pixels.info.clear()
    return pixels


def thumbnail(data: bytes, size: int) -> bytes:
    """A JPEG that fits in a square of `size` pixels; transparency turns white."""
    with Image.open(io.BytesIO(data), formats=_OPENED) as image:
        image.draft("RGB", (size, size))
        pixels = image.convert("RGBA")
    pixels.thumbnail((size, size), Image.Resampling.LANCZOS)
    paper = Image.new("RGB", pixels.size, "white")
    paper.paste(pixels, mask=pixels.getchannel("A"))
    buffer = io.BytesIO()
    paper.save(buffer, "JPEG", quality=82, optimize=True, progressive=True)
    return buffer.getvalue()
