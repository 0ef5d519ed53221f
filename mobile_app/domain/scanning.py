"""Scanning a label: the page's camera opens at once, wherever one is."""

from mobile_app.core.bridge import bridge
from mobile_app.core.i18n import t
from mobile_app.domain.context import go
from mobile_app.ui.feedback import toast
from shared_models.labels import label_code_in

TEXTS = (
    "title", "close", "hint", "torch", "zoom", "code", "submit", "camera_refused", "camera_busy", "no_camera", "not_a_label",
)  # fmt: skip


async def read_label() -> str | None:
    """The label code that was scanned or typed; None when the scanner was closed, or the code is wrong (which is said)."""
    answer = await bridge.request("scan.open", {"texts": {key: t(f"scan.{key}") for key in TEXTS}})
    said = answer.get("text") or answer.get("typed")
    if not said:
        return None
    code = label_code_in(said)
    if code is None:
        bridge.send("feedback", {"sound": "error", "vibrate": [80, 40, 80]})
        toast(t("scan.wrong_code", code=said[:20]), seconds=6)
    return code


async def scan_machine() -> bool:
    """Scan and go to what the label stands for; False when nothing came of it."""
    code = await read_label()
    if code:
        go(f"/e/{code}")
    return code is not None
