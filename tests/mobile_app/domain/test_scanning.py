"""What is typed into the scanner, while its camera goes on: a machine's own code opens it, a slip is said there."""

from typing import Any

import pytest

from mobile_app.core.bridge import MemoryChannel, Message, bridge
from mobile_app.core.i18n import t
from mobile_app.domain import scanning
from mobile_app.domain.client import Client
from shared_models.ids import uuid7
from shared_models.labels.codes import grouped, new_label_code
from tests.mobile_app.core.rows import machine
from tests.mobile_app.core.stock_rows import hold, part, place
from tests.mobile_app.features.test_plan_screens import client

__all__ = ["client"]  # a fixture


class Scanner:
    """The page: somebody types `entries` one by one, until one is taken."""

    def __init__(self, *entries: str) -> None:
        self.channel, self.entries, self.said = MemoryChannel(self.receive), list(entries), list[str]()
        bridge.connect(self.channel)

    def receive(self, message: Message) -> None:
        if message["method"] == "scan.open":
            self.opened = message["id"]
            self.type()
        elif message["method"] == "scan.answer":
            self.heard(message["params"]["error"])

    def type(self) -> None:
        self.typed = self.entries.pop(0) if self.entries else ""
        if self.typed:
            self.channel.from_page({"id": 0, "kind": "event", "method": "scan.typed", "params": {"text": self.typed}})
        else:
            self.close({"cancelled": True})

    def heard(self, error: str) -> None:
        if error:
            self.said.append(error)
            self.type()
        else:
            self.close({"typed": self.typed})

    def close(self, result: dict[str, Any]) -> None:
        self.channel.from_page({"id": self.opened, "kind": "response", "method": "scan.open", "result": result})


@pytest.fixture
def went(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    places: list[str] = []
    monkeypatch.setattr(scanning, "go", places.append)
    monkeypatch.setattr(scanning, "here", lambda: "/today")
    return places


@pytest.mark.parametrize("typed", ["EQ-0076", "eq 0076", "EQ0076", " eq–0076 "])
async def test_a_machine_s_code_opens_it_however_it_is_dashed(client: Client, went: list[str], typed: str) -> None:
    pump = machine("Pompe", code="EQ-0076")
    client.tables.equipment.rows[pump.id] = pump
    Scanner(typed)
    assert await scanning.scan_and_go(client)
    assert went == [f"/equipment/{pump.id}"]


async def test_a_slip_is_said_where_it_was_typed_and_the_scanner_stays_open(client: Client, went: list[str]) -> None:
    pump = machine("Pompe", code="EQ-0076")
    client.tables.equipment.rows[pump.id] = pump
    page = Scanner("EQ-0067", "EQ-0076")
    assert await scanning.scan_and_go(client)
    assert page.said == [t("scan.wrong_code", code="EQ-0067")]
    assert went == [f"/equipment/{pump.id}"]


async def test_closing_it_leads_nowhere(client: Client, went: list[str]) -> None:
    Scanner()
    assert not await scanning.scan_and_go(client)
    assert not went


async def test_a_part_scanned_at_a_job_is_to_be_taken_for_it(client: Client, went: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    belt, at = part("Courroie", part_number="COU-40"), f"/jobs/{uuid7()}"
    hold(client, belt)
    for address, leads in ((f"{at}/checklist", f"/parts/{belt.id}?job={at[6:]}"), ("/today", f"/parts/{belt.id}")):
        monkeypatch.setattr(scanning, "here", lambda address=address: address)
        Scanner("cou 40")
        assert await scanning.scan_and_go(client)
        assert went[-1] == leads


async def test_a_label_opens_what_it_is_on_without_a_network(client: Client, went: list[str]) -> None:
    """A machine, a part or a place: one scanner for all, by rows that the device holds."""
    shelf, bearing, press = place("Étagère 3"), part("Roulement 6204"), machine("Presse")
    codes = [new_label_code() for _ in range(3)]
    shelf, bearing, press = (
        row.model_copy(update={"label_codes": [code]}) for row, code in zip((shelf, bearing, press), codes, strict=True)
    )
    hold(client, shelf, bearing)
    client.equipment.rows[press.id] = press
    for code, said in zip(codes, ("https://etabli.example/e/{}", "{}", "{}"), strict=True):
        Scanner(said.format(grouped(code)))
        assert await scanning.scan_and_go(client)
    assert went == [f"/stores/{shelf.id}", f"/parts/{bearing.id}", f"/equipment/{press.id}"]
    Scanner(codes[1])
    assert await scanning.scan_part(client) == bearing
