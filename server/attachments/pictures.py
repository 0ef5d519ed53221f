"""Pictures as they are kept: upright, without EXIF (place, camera, owner) or anything else that hides in a file.

What was sent is decoded in a process of its own (`server.core.apart`), where `developed` runs.
"""

import io
import json
import warnings
from dataclasses import dataclass
from typing import Any, Literal

from PIL import Image

from server.attachments.errors import PictureDamaged, PictureTooLarge

MAX_SIDE = 4096
MAX_MEGAPIXELS = 150  # decoding more takes too long, whatever the memory
SIZES = (160, 480, 1280)
_OPENED = ("JPEG", "PNG", "WEBP")
_KINDS = {
    "JPEG": ("JPEG", "image/jpeg", "jpg"),
    "MPO": ("JPEG", "image/jpeg", "jpg"),  # what some phones make: opened as JPEG, of which it is a kind
    "PNG": ("PNG", "image/png", "png"),
    "WEBP": ("WEBP", "image/webp", "webp"),
}
_OPTIONS: dict[str, dict[str, Any]] = {"JPEG": {"quality": 88, "optimize": True}, "PNG": {"optimize": False}, "WEBP": {"quality": 88}}
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
_DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")
_WHITEST = 65_535


@dataclass(frozen=True)
class Picture:
    data: bytes
    mime_type: str
    extension: str
    width: int
    height: int


def is_picture(data: bytes) -> bool:
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def cleaned(data: bytes, most_bytes: int) -> Picture:
    """Decode and encode again. `most_bytes`: what its pixels may take while they are decoded, by what its header says."""
    try:
        return _cleaned(data, most_bytes)
    except (PictureTooLarge, PictureDamaged):
        raise
    except (MemoryError, Image.DecompressionBombError):
        raise PictureTooLarge(field="file", megapixels=MAX_MEGAPIXELS) from None
    except Exception:  # noqa: BLE001 - whatever a decoder says of what somebody made up: it is no picture
        raise PictureDamaged(field="file") from None


def _cleaned(data: bytes, most_bytes: int) -> Picture:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the decoders' doubts about a file
        image = Image.open(io.BytesIO(data), formats=_OPENED)
        kind, mime_type, extension = _KINDS[str(image.format)]
        _afford(image, most_bytes)
        turn = _UPRIGHT.get(_orientation(image))
        pixels = _bare(image, keep_alpha=kind != "JPEG")
        pixels.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        upright = pixels.transpose(turn) if turn is not None else pixels
        buffer = io.BytesIO()
        upright.save(buffer, kind, **_OPTIONS[kind])
    return Picture(buffer.getvalue(), mime_type, extension, *upright.size)


# --- what decoding takes


def _afford(image: Image.Image, most_bytes: int) -> None:
    """A JPEG is decoded at a half, a quarter or an eighth where that is enough, or all that can be afforded."""
    width, height = image.size
    needed = _held_at_once(image) + width * height * _bytes_a_pixel(image)
    if str(image.format) in {"JPEG", "MPO"}:
        scale = next((s for s in (8, 4, 2) if max(image.size) // s >= MAX_SIDE), 1)
        while scale < 8 and _scaled(image, scale) > most_bytes:  # noqa: PLR2004 - libjpeg has no smaller one
            scale *= 2
        needed = _scaled(image, scale)
        image.draft(None, (max(1, width // scale), max(1, height // scale)))
    if needed > most_bytes or width * height > MAX_MEGAPIXELS * 1_000_000:
        fits = min(MAX_MEGAPIXELS, most_bytes * width * height // needed // 1_000_000)
        raise PictureTooLarge(field="file", megapixels=fits)


def _scaled(image: Image.Image, scale: int) -> int:
    width, height = image.size
    return _held_at_once(image) + -(-width // scale) * -(-height // scale) * _bytes_a_pixel(image)


def _held_at_once(image: Image.Image) -> int:
    """What a decoder keeps beside the pixels: a progressive JPEG's coefficients, a WebP's canvases."""
    pixels = image.width * image.height
    if image.info.get("progressive") or image.info.get("progression"):
        return pixels * 2 * len(image.getbands())
    return pixels * 12 if image.format == "WEBP" else 0


def _bytes_a_pixel(image: Image.Image) -> int:
    """As Pillow holds them, with the copies that another mode takes: a mode of several bands takes four, scaling transparency four more."""
    own = 1 if image.mode in {"1", "L", "P"} else 7 if image.mode in _DEEP else 4
    if "transparency" in image.info or image.mode in {"LA", "PA"}:
        return own + 8
    return own + {"L": 0, "RGB": 0, "1": 1}.get(image.mode, 0 if image.mode in _DEEP else 4)


# --- the pixels alone


def _orientation(image: Image.Image) -> int:
    """Only this entry is read, and by ourselves: cameras write what they like into the others, and Pillow reads all or none."""
    block = image.info.get("exif")
    if isinstance(block, bytes):
        return _in_exif(block.removeprefix(b"Exif\0\0"))
    try:
        found = image.getexif().get(_ORIENTATION)  # from XMP
    except Exception:  # noqa: BLE001 - a picture whose metadata cannot be read is a picture
        return 1
    return found if isinstance(found, int) else 1


def _in_exif(block: bytes) -> int:
    order: Literal["little", "big"] = "big" if block.startswith(b"MM") else "little"
    start = int.from_bytes(block[4:8], order)
    count = int.from_bytes(block[start : start + 2], order)
    for entry in range(start + 2, min(start + 2 + count * 12, len(block) - 11), 12):
        if int.from_bytes(block[entry : entry + 2], order) == _ORIENTATION:
            return int.from_bytes(block[entry + 8 : entry + 10], order)
    return 1


def _bare(image: Image.Image, *, keep_alpha: bool) -> Image.Image:
    """In a mode every browser shows, and that can be scaled without a copy of another kind."""
    pixels = _of_eight_bits(image) if image.mode in _DEEP else image
    has_alpha = keep_alpha and (pixels.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in pixels.info)
    if has_alpha:
        pixels = pixels.convert("RGBA")
    elif pixels.mode != "RGB":
        pixels = pixels.convert("L" if pixels.mode in {"1", "L"} else "RGB")
    else:
        pixels.load()
    pixels.info.clear()
    return pixels


def _of_eight_bits(image: Image.Image) -> Image.Image:
    """The upper eight of sixteen bits; the one shade that is transparent stays so."""
    deep = image if image.mode == "I" else image.convert("I")
    grey = deep.point([shade >> 8 for shade in range(_WHITEST + 1)], "L")
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        grey.putalpha(deep.point([0 if shade == clear else 255 for shade in range(_WHITEST + 1)], "L"))
    return grey


# --- between two processes


def developed(data: bytes, most_bytes: str) -> bytes:
    """`cleaned`, answered as a line of JSON and the picture's bytes."""
    try:
        picture = cleaned(data, int(most_bytes))
    except (PictureTooLarge, PictureDamaged) as refusal:
        return json.dumps({"refused": refusal.code, **refusal.params}).encode() + b"\n"
    facts = {"mime_type": picture.mime_type, "extension": picture.extension, "width": picture.width, "height": picture.height}
    return json.dumps(facts).encode() + b"\n" + picture.data


def read_developed(answer: bytes) -> Picture:
    line, _, data = answer.partition(b"\n")
    facts = json.loads(line)
    refused = facts.pop("refused", None)
    if refused == PictureTooLarge.code:
        raise PictureTooLarge(field="file", **facts)
    if refused:
        raise PictureDamaged(field="file")
    return Picture(data, **facts)


def thumbnail(data: bytes, size: int) -> bytes:
    """A JPEG that fits in a square of `size` pixels, of a picture that we keep; transparency turns white."""
    with Image.open(io.BytesIO(data), formats=_OPENED) as image:
        image.draft("RGB", (size, size))
        pixels = image.convert("RGBA" if image.mode in {"RGBA", "LA", "P", "PA"} else "RGB")
    pixels.thumbnail((size, size), Image.Resampling.LANCZOS)
    if pixels.mode == "RGBA":
        paper = Image.new("RGB", pixels.size, "white")
        paper.paste(pixels, mask=pixels.getchannel("A"))
        pixels = paper
    buffer = io.BytesIO()
    pixels.save(buffer, "JPEG", quality=82, optimize=True, progressive=True)
    return buffer.getvalue()
