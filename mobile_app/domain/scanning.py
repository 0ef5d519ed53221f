"""Scanning a label: the page's camera opens at once, wherever one is."""

from functools import partial
from typing import Any

from mobile_app.core.bridge import bridge
from mobile_app.core.errors import ClientError
from mobile_app.core.i18n import t
from mobile_app.domain.camera import CAMERA_TEXTS
from mobile_app.domain.client import Client
from mobile_app.domain.context import go
from mobile_app.domain.views import by_code, by_label
from mobile_app.ui.buttons import Handler
from shared_models.equipment.rows import EquipmentRow
from shared_models.labels.codes import label_code_in, normalise

TEXTS = ("title", "close", "hint", "torch", "zoom", "code", "submit", "not_a_label", "no_decoder", *CAMERA_TEXTS)
LONGEST = 40


async def scan_machine(client: Client) -> bool:
    """Scan and go to the machine, straight if the device holds it; False when the scanner was closed.

    What is typed is looked up while the camera goes on: a slip is said there, and nothing closes.
    """

    async def typed(params: dict[str, Any]) -> None:
        known = place_of(client, params["text"]) is not None or await is_brought(client, params["text"])
        bridge.send("scan.answer", {"error": "" if known else t("scan.wrong_code", code=params["text"][:20])})
        if not known:
            bridge.send("feedback", {"sound": "error", "vibrate": [80, 40, 80]})

    stop = bridge.on("scan.typed", typed)
    try:
        answer = await bridge.request("scan.open", {"texts": {key: t(f"scan.{key}") for key in TEXTS}, "asks": True})
    finally:
        stop()
    place = place_of(client, answer.get("text") or answer.get("typed") or "")
    if place is None:
        return False
    go(place)
    return True


def place_of(client: Client, said: str) -> str | None:
    """Where a label, or a machine's own code, leads; None for what is neither."""
    code, rows = label_code_in(said), client.equipment.rows
    machine = by_label(rows.mentioning(code), said) if code else by_code(rows.values(), said)
    if machine is not None:
        return f"/equipment/{machine.id}"
    return f"/e/{code}" if code else None


async def is_brought(client: Client, said: str) -> bool:
    """Whether the server knows a machine by this code that the device does not hold yet; from now on it does."""
    try:
        found = await client.api.get("/equipment", search=said[:LONGEST], size=5)
        row_id = next((row["id"] for row in found["items"] if normalise(row["code"]) == normalise(said)), None)
        if row_id is not None:
            await client.bring(EquipmentRow, f"/equipment/{row_id}")
    except ClientError:
        return False
    return row_id is not None


def scanner(client: Client) -> Handler:
    """The handler of a scan button."""
    return partial(scan_machine, client)
