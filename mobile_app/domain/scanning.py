"""Scanning a label: the page's camera opens at once, wherever one is."""

from functools import partial

from mobile_app.core.bridge import bridge
from mobile_app.core.i18n import t
from mobile_app.domain.camera import CAMERA_TEXTS
from mobile_app.domain.client import Client
from mobile_app.domain.context import go
from mobile_app.domain.views import by_code, by_label
from mobile_app.ui.buttons import Handler
from mobile_app.ui.feedback import toast
from shared_models.labels.codes import label_code_in

TEXTS = ("title", "close", "hint", "torch", "zoom", "code", "submit", "not_a_label", "no_decoder", *CAMERA_TEXTS)


async def read_label() -> str | None:
    """What was scanned or typed; None when the scanner was closed."""
    answer = await bridge.request("scan.open", {"texts": {key: t(f"scan.{key}") for key in TEXTS}})
    said: str | None = answer.get("text") or answer.get("typed")
    return said


async def scan_machine(client: Client) -> bool:
    """Scan and go to the machine, straight if the device holds it; False when nothing came of it (a wrong code is said)."""
    said = await read_label()
    if not said:
        return False
    code, rows = label_code_in(said), client.equipment.rows
    machine = by_label(rows.mentioning(code), said) if code else by_code(rows.values(), said)
    if machine or code:
        go(f"/equipment/{machine.id}" if machine else f"/e/{code}")
        return True
    bridge.send("feedback", {"sound": "error", "vibrate": [80, 40, 80]})
    toast(t("scan.wrong_code", code=said[:20]), seconds=6)
    return False


def scanner(client: Client) -> Handler:
    """The handler of a scan button."""
    return partial(scan_machine, client)
