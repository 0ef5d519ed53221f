"""Scanning a label or a barcode: the page's camera opens at once, wherever one is."""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from mobile_app.core.bridge import bridge
from mobile_app.core.errors import ClientError
from mobile_app.core.i18n import t
from mobile_app.domain.camera import CAMERA_TEXTS
from mobile_app.domain.client import Client
from mobile_app.domain.context import go
from mobile_app.domain.parts import part_said, printed
from mobile_app.domain.views import by_code, by_label
from mobile_app.ui.address import here
from mobile_app.ui.buttons import Handler
from shared_models.equipment.rows import EquipmentRow
from shared_models.inventory.rows import PartRow, PlaceRow
from shared_models.labels.codes import label_code_in, normalise
from shared_models.permissions import Permission

TEXTS = ("title", "close", "hint", "torch", "zoom", "code", "submit", "not_a_label", "no_decoder", *CAMERA_TEXTS)
LONGEST = 40
SHORTEST_BARCODE = 8
"""Digits of the shortest that a maker prints (EAN-8)."""
_ON_A_JOB = re.compile(r"/jobs/([0-9a-f-]{36})")
LABELLED: dict[str, tuple[type[EquipmentRow | PartRow | PlaceRow], str]] = {
    "equipment": (EquipmentRow, "/equipment"),
    "parts": (PartRow, "/inventory/parts"),
    "stores": (PlaceRow, "/inventory/places"),
}
"""What has labels, by the address of its page: its row, and where the server has it."""
Objection = Callable[[str, bool], Awaitable[str]]
"""What is said to somebody's code, and whether the camera saw it; empty where it is one that was looked for."""


async def scan_and_go(client: Client) -> bool:
    """Scan and go to the machine or the part, straight if the device holds it; False when the scanner was closed.

    A part that is scanned at a job is to be taken for it.
    What is typed or seen is looked up while the camera goes on: a slip is said there, and nothing closes.
    """

    async def object_to(said: str, seen: bool) -> str:  # noqa: FBT001 - as in every objection
        if place_of(client, said, seen=seen) or await is_brought(client, said):
            return ""
        return t("scan.not_a_label") if seen else t("scan.wrong_code", code=said[:20])

    place = place_of(client, *await _scanned("scan", "label", object_to))
    if place is None:
        return False
    job = _ON_A_JOB.match(here()) if place.startswith("/parts/") else None
    go(f"{place}?job={job[1]}" if job and "?" not in place else place)
    return True


async def scan_part(client: Client) -> PartRow | None:
    """The part that is meant; None when the scanner was closed."""

    async def object_to(said: str, _: bool) -> str:  # noqa: FBT001 - as in every objection
        return "" if part_said(client, said) else t("parts.not_a_part", code=printed(said)[:20])

    said, _ = await _scanned("parts.scanner", "asked", object_to)
    return part_said(client, said) if said else None


async def scan_barcode() -> str:
    """Whatever a maker has printed on a part; empty when the scanner was closed."""

    async def object_to(said: str, _: bool) -> str:  # noqa: FBT001 - as in every objection
        return "" if printed(said) else t("scan.not_a_label")

    said, _ = await _scanned("parts.scanner", "asked", object_to)
    return printed(said)


async def _scanned(words: str, accept: str, object_to: Objection) -> tuple[str, bool]:
    """What was read or typed and not objected to, and whether it was read.

    `words` has the title, the hint and the name of the field; `accept` is what the page takes without asking.
    """

    async def asked(params: dict[str, Any]) -> None:
        seen = bool(params.get("seen"))
        error = await object_to(params["text"], seen)
        bridge.send("scan.answer", {"error": error, "text": params["text"]})
        if error and not seen:
            bridge.send("feedback", {"sound": "error", "vibrate": [80, 40, 80]})

    own = {key: t(f"{words}.{key}") for key in ("title", "hint", "code")}
    stop = bridge.on("scan.typed", asked)
    try:
        answer = await bridge.request(
            "scan.open", {"texts": {key: t(f"scan.{key}") for key in TEXTS} | own, "accept": accept, "asks": True}
        )
    finally:
        stop()
    return answer.get("text") or answer.get("typed") or "", bool(answer.get("text"))


def place_of(client: Client, said: str, seen: bool = False) -> str | None:  # noqa: FBT001, FBT002 - as a scan tells it
    """Where a label, a machine's own code, a part's number or a barcode leads; None for what is none of them.

    A barcode that nobody knows leads who keeps the stock to where it is linked to its part.
    """
    code = label_code_in(said)
    if code:
        return place_labelled(client, code) or f"/e/{code}"
    machine = by_code(client.equipment.rows.values(), said)
    if machine is not None:
        return f"/equipment/{machine.id}"
    part = part_said(client, said)
    if part is not None:
        return f"/parts/{part.id}"
    barcode = printed(said)
    is_barcode = bool(barcode) and (seen or (barcode.isdigit() and len(barcode) >= SHORTEST_BARCODE))
    return f"/parts/link?code={quote(barcode, safe='')}" if is_barcode and client.may(Permission.inventory_write) else None


def place_labelled(client: Client, code: str) -> str | None:
    """Where a label leads that is on something the device holds."""
    for address, (row, _) in LABELLED.items():
        found = by_label(client.tables[row].rows.mentioning(code), code)
        if found is not None:
            return f"/{address}/{found.id}"
    return None


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
    return partial(scan_and_go, client)
