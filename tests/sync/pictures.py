"""A small real photograph."""

import io

from PIL import Image


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, "JPEG")
    return out.getvalue()


JPEG = _jpeg()
