"""Files of every kind that people send, made on the spot, and what damages them on the way."""

import io
import struct
import zlib

from hypothesis import strategies as st
from PIL import Image

SIZE = (60, 40)


def gradient(mode="RGB", size=SIZE):
    """From black on the left to white on the right."""
    width, height = size
    grey = Image.new("L", size)
    grey.putdata([255 * x // (width - 1) for _ in range(height) for x in range(width)])
    if mode == "1":
        return grey.convert("1", dither=Image.Dither.NONE)
    return grey.convert("RGB").quantize(64) if mode == "P" else grey.convert(mode)


def saved(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, bits, colour, rows, *extra):
    """By hand, for what Pillow reads but does not write."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def deep_grey(*extra):
    """Sixteen bits a pixel, from black to white."""
    width, height = SIZE
    row = b"\0" + b"".join(struct.pack(">H", 65_535 * x // (width - 1)) for x in range(width))
    return png(width, height, 16, 0, row * height, *extra)


def deep_colour():
    width, height = SIZE
    row = b"\0" + b"".join(struct.pack(">HHH", *[65_535 * x // (width - 1)] * 3) for x in range(width))
    return png(width, height, 16, 2, row * height)


def deep_grey_with_alpha():
    width, height = SIZE
    row = b"\0" + b"".join(struct.pack(">HH", 65_535 * x // (width - 1), 65_535) for x in range(width))
    return png(width, height, 16, 4, row * height)


def square(side):
    """A grey PNG of `side` × `side` pixels in a few bytes."""
    return png(side, side, 8, 0, (b"\0" + b"\x80" * side) * side)


def exif(entries):
    """A little-endian EXIF block of `(tag, type, count, four bytes)`, as a camera with ideas of its own may write it."""
    ifd = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHI4s", *entry) for entry in entries) + b"\0\0\0\0"
    return b"Exif\0\0II*\0\x08\0\0\0" + ifd


def with_exif(jpeg, block):
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


def animated(kind):
    frames = [gradient().rotate(angle) for angle in (0, 90, 180)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:])


def pictures():
    """`{what it is: bytes}`, each of them a whole picture from dark on the left to light on the right."""
    modes = {
        "JPEG": ("L", "RGB", "CMYK"), "PNG": ("1", "L", "LA", "P", "RGB", "RGBA"), "WEBP": ("RGB", "RGBA"),
    }  # fmt: skip
    found = {f"{kind} {mode}": saved(gradient(mode), kind) for kind, kinds in modes.items() for mode in kinds}
    found |= {
        "JPEG progressive": saved(gradient(), "JPEG", progressive=True),
        "PNG 16 bits grey": deep_grey(),
        "PNG 16 bits grey, one shade clear": deep_grey(chunk(b"tRNS", struct.pack(">H", 1))),
        "PNG 16 bits RGB": deep_colour(),
        "PNG 16 bits grey and alpha": deep_grey_with_alpha(),
        "PNG P with transparency": saved(gradient("P"), "PNG", transparency=63),
        "PNG L with transparency": saved(gradient("L"), "PNG", transparency=7),
        "PNG RGB with transparency": saved(gradient(), "PNG", transparency=(7, 7, 8)),
        "PNG animated": animated("PNG"),
        "WEBP animated": animated("WEBP"),
        "WEBP lossless": saved(gradient(), "WEBP", lossless=True),
    }
    return found


@st.composite
def damaged(draw, files):
    """One of `files`, cut, with bytes changed, doubled, or with a piece of another one inside."""
    data = bytearray(draw(st.sampled_from(files)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.sampled_from(["cut", "change", "insert", "drop", "graft"])):
            case "cut":
                del data[at:]
            case "change":
                data[at : at + 4] = draw(st.binary(min_size=1, max_size=4))
            case "insert":
                data[at:at] = draw(st.binary(max_size=64))
            case "drop":
                del data[at : at + draw(st.integers(1, 200))]
            case "graft":
                data[at:at] = draw(st.sampled_from(files))[:500]
    return bytes(data)


def noise(size):
    """A picture that does not shrink."""
    return saved(Image.effect_noise(size, 100), "PNG")
