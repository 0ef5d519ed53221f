"""Pictures by the page's camera."""

from uuid import UUID

from mobile_app.core.bridge import BridgeError, bridge
from mobile_app.core.errors import StoreTrouble
from mobile_app.core.i18n import t
from mobile_app.core.problems import why
from mobile_app.domain.client import Client
from mobile_app.ui.feedback import toast

PHOTO_MAX_PX = 1600
CAMERA_TEXTS = ("no_camera", "camera_refused", "camera_busy", "camera_insecure", "camera_failed", "camera_again")
PHOTO_TEXTS = ("title", "close", "shutter", "choose", "not_an_image", "failed", "torch", "zoom", *CAMERA_TEXTS)


async def take_photo(client: Client) -> UUID | None:
    """The picture waits on the device until it is sent. None when there is none."""
    try:
        taken = await bridge.request("photo.take", {"texts": {k: t(f"photo.{k}") for k in PHOTO_TEXTS}, "max_px": PHOTO_MAX_PX})
    except BridgeError:
        toast(t("photo.failed"))
        return None
    if not taken.get("blob"):
        return None
    try:
        return await client.attach(taken["blob"], taken["mime"])
    except StoreTrouble as trouble:
        toast(why(trouble))
        return None
