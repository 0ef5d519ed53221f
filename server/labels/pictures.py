"""One label as a PNG, to show on a screen or to put into another document."""

import asyncio
import base64
import io

import qrcode
from qrcode.image.pil import PilImage

_SHOWN_PIXELS = 480


def qr_png(text: str, *, pixels: int) -> bytes:
    """About `pixels` wide, quiet zone included: a whole number of pixels a module."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    code.box_size = max(1, pixels // (code.modules_count + 8))
    buffer = io.BytesIO()
    code.make_image(image_factory=PilImage).save(buffer, format="PNG")
    return buffer.getvalue()


async def qr_of(url: str) -> str:
    """For a phone's camera: a PNG in base64."""
    picture = await asyncio.to_thread(qr_png, url, pixels=_SHOWN_PIXELS)
    return base64.b64encode(picture).decode()
