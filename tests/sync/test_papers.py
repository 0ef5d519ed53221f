"""Photo and documents of a machine and of a part, from its form on a phone without a network to the server, and back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import flet as ft
import pytest

from mobile_app.core.bridge import MemoryChannel, bridge
from mobile_app.core.i18n import set_language
from mobile_app.domain.due import local_day
from mobile_app.domain.papers import documents_card, documents_of
from shared_models.equipment import commands as eq
from shared_models.ids import uuid7
from shared_models.inventory import commands as inv
from shared_models.papers import Papers
from tests.mobile_app.features.test_whose_machine import show
from tests.mobile_app.ui.conftest import Screen, screen
from tests.sync.conftest import Device, Factory
from tests.sync.pictures import JPEG

__all__ = ["screen"]  # a fixture
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
ANSWERS = {
    "photo.take": {"blob": JPEG, "mime": "image/jpeg"},
    "file.pick": {"blob": PDF, "mime": "application/pdf", "name": "scan_0042.pdf", "size": len(PDF)},
}


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the page was asked to show; it always has a photo and a PDF to give."""
    shown: list[dict[str, Any]] = []

    def answer(sent: dict[str, Any]) -> None:
        if sent["method"] == "file.show":
            shown.append(sent["params"])
        if sent["id"]:
            bridge._receive({"id": sent["id"], "kind": "response", "result": ANSWERS.get(sent["method"], {})})

    monkeypatch.setattr(bridge, "_channel", MemoryChannel(answer))
    return shown


async def save(screen: Screen, device: Device, address: str, do: Callable[[], Any]) -> None:
    """Open the form, `do` something there, and save it."""
    await show(screen, device.client, f"{address}/edit")
    await do()
    await screen.settle(40)
    await screen.click("Enregistrer")
    await screen.settle(80)


async def a_part(chief: Device) -> UUID:
    part_id = uuid7()
    await chief.do(inv.WritePart, part_id=part_id, part_number=f"P-{part_id.hex[-9:]}", name="Roulement")
    await chief.round()
    return part_id


@pytest.mark.parametrize("papers", [eq.PAPERS, inv.PAPERS], ids=["machine", "part"])
async def test_are_taken_without_a_network_and_taken_away_again(
    screen: Screen, factory: Factory, page: list[dict[str, Any]], papers: Papers
) -> None:
    chief = await factory.signed_in(await factory.person("admin"))
    own = factory.press if papers is eq.PAPERS else await a_part(chief)
    address = f"/{'equipment' if papers is eq.PAPERS else 'parts'}/{own}"
    chief.transport.online = False

    async def add() -> None:
        await screen.click("Ajouter une photo")
        await screen.click("Ajouter un document")
        await screen.settle(40)
        named = screen.find(ft.TextField, having="scan_0042")
        await screen.type(named, "Schéma électrique")

    await save(screen, chief, address, add)
    owner = chief.client.tables[papers.owner].get(own)
    [document] = await documents_of(chief.client, papers, own)
    assert (document.title, await chief.client.file(owner.photo_id)) == ("Schéma électrique", (JPEG, "image/jpeg"))
    [card] = documents_card(chief.client, [document])
    await card.content.controls[1].content.on_click(None)
    assert [(said["name"], said["mime"], said["bytes"]) for said in page] == [("Schéma électrique.pdf", "application/pdf", PDF)]

    chief.transport.online = True
    await chief.round()
    assert (chief.client.outbox.entries, chief.errors) == ([], [])
    other = await factory.signed_in(await factory.person("technician"))
    [known] = await documents_of(other.client, papers, own)
    assert (known.mime_type, known.size_bytes) == ("application/pdf", len(PDF))
    assert (await other.client.file(known.attachment_id)) == (PDF, "application/pdf")
    assert other.client.tables[papers.owner].get(own).photo_id == owner.photo_id

    async def remove() -> None:
        await screen.click("Retirer la photo")
        await screen.click("Retirer « Schéma électrique »")

    await save(screen, chief, address, remove)
    await chief.round()
    assert (chief.client.tables[papers.owner].get(own).photo_id, await documents_of(chief.client, papers, own)) == (None, [])
    set_language("fr")


async def test_the_end_of_one_is_written_without_a_network_and_said_in_words(
    screen: Screen, factory: Factory, page: list[dict[str, Any]]
) -> None:
    chief = await factory.signed_in(await factory.person("admin"))
    file = await chief.client.attach(PDF, "application/pdf")
    today = local_day(chief.client.now())
    paper = {"document_id": uuid7(), "attachment_id": file, "title": "Levage", "valid_until": today - timedelta(days=1)}
    await chief.do(eq.AddDocument, equipment_id=factory.press, **paper)
    await chief.round()
    address = f"/equipment/{factory.press}"
    await show(screen, chief.client, address)
    await screen.drawn()
    assert "Expiré depuis le" in " ".join(screen.texts)
    chief.transport.online = False

    async def wipe() -> None:
        await screen.settle(40)
        await screen.click("Effacer « Valable")

    await save(screen, chief, address, wipe)
    [known] = await documents_of(chief.client, eq.PAPERS, factory.press)
    assert known.valid_until is None
    await chief.do(eq.DateDocument, document_id=known.id, valid_until=today + timedelta(days=12))
    await show(screen, chief.client, address)
    await screen.drawn()
    assert "Expire dans 12 jours" in screen.texts
    chief.transport.online = True
    await chief.round()
    assert (chief.client.outbox.entries, chief.errors) == ([], [])
    set_language("fr")


async def test_a_file_that_is_no_document_waits_for_a_person_and_the_machine_is_saved(factory: Factory) -> None:
    """Its bytes decide, not its name."""
    chief = await factory.signed_in(await factory.person("admin"))
    file = await chief.client.attach(b"MZ not a PDF", "application/pdf")
    await chief.do(eq.AddDocument, document_id=uuid7(), equipment_id=factory.press, attachment_id=file, title="Notice")
    await chief.round()
    assert [item.problem.code for item in chief.client.outbox.needs_you] == ["file_kind_refused"]
