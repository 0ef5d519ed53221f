"""A machine's photo and documents, from its form on a phone without a network to the server, and back."""

from collections.abc import Callable
from typing import Any

import flet as ft
import pytest

from mobile_app.core.bridge import MemoryChannel, bridge
from mobile_app.core.i18n import set_language
from mobile_app.domain.life import documents_of
from mobile_app.features.equipment.papers import documents_card
from shared_models.equipment.commands import AddDocument
from shared_models.ids import uuid7
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


async def save(screen: Screen, device: Device, factory: Factory, do: Callable[[], Any]) -> None:
    """Open the form, `do` something there, and save it."""
    await show(screen, device.client, f"/equipment/{factory.press}/edit")
    await do()
    await screen.settle(40)
    await screen.click("Enregistrer")
    await screen.settle(80)


async def test_are_taken_without_a_network_and_taken_away_again(screen: Screen, factory: Factory, page: list[dict[str, Any]]) -> None:
    chief = await factory.signed_in(await factory.person("admin"))
    chief.transport.online = False

    async def add() -> None:
        await screen.click("Ajouter une photo")
        await screen.click("Ajouter un document")
        await screen.settle(40)
        named = screen.find(ft.TextField, having="scan_0042")
        await screen.type(named, "Schéma électrique")

    await save(screen, chief, factory, add)
    machine = chief.client.equipment.get(factory.press)
    [document] = await documents_of(chief.client, factory.press)
    assert (document.title, await chief.client.file(machine.photo_id)) == ("Schéma électrique", (JPEG, "image/jpeg"))
    [card] = documents_card(chief.client, [document])
    await card.content.controls[1].content.on_click(None)
    assert [(said["name"], said["mime"], said["bytes"]) for said in page] == [("Schéma électrique.pdf", "application/pdf", PDF)]

    chief.transport.online = True
    await chief.round()
    assert (chief.client.outbox.entries, chief.errors) == ([], [])
    other = await factory.signed_in(await factory.person("technician"))
    [known] = await documents_of(other.client, factory.press)
    assert (known.mime_type, known.size_bytes) == ("application/pdf", len(PDF))
    assert (await other.client.file(known.attachment_id)) == (PDF, "application/pdf")
    assert other.client.equipment.get(factory.press).photo_id == machine.photo_id

    async def remove() -> None:
        await screen.click("Retirer la photo")
        await screen.click("Retirer « Schéma électrique »")

    await save(screen, chief, factory, remove)
    await chief.round()
    assert (chief.client.equipment.get(factory.press).photo_id, await documents_of(chief.client, factory.press)) == (None, [])
    set_language("fr")


async def test_a_file_that_is_no_document_waits_for_a_person_and_the_machine_is_saved(factory: Factory) -> None:
    """Its bytes decide, not its name."""
    chief = await factory.signed_in(await factory.person("admin"))
    file = await chief.client.attach(b"MZ not a PDF", "application/pdf")
    await chief.do(AddDocument, document_id=uuid7(), equipment_id=factory.press, attachment_id=file, title="Notice")
    await chief.round()
    assert [item.problem.code for item in chief.client.outbox.needs_you] == ["file_kind_refused"]
