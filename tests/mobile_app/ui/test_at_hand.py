"""What whoever works without a mouse, or beside another system, has at hand."""

from typing import Any

import flet as ft
import pytest

from mobile_app.core.bridge import MemoryChannel, bridge
from mobile_app.core.i18n import set_language, t
from mobile_app.features.me.screens import Device
from mobile_app.ui import buttons, environment
from mobile_app.ui.cards import Copyable
from mobile_app.ui.choices import Choice
from mobile_app.ui.component import component
from mobile_app.ui.feedback import toast
from mobile_app.ui.hooks import use_state
from mobile_app.ui.pickers import Picker
from mobile_app.ui.sheets import Sheet, use_sheet
from tests.mobile_app.ui.conftest import Screen

Sent = list[dict[str, Any]]
ICON = ft.Icons.ADD_ROUNDED


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What the page was asked."""
    sent: Sent = []
    monkeypatch.setattr(bridge, "_channel", MemoryChannel(sent.append))
    return sent


async def test_a_word_over_an_open_sheet_leaves_it_open_and_is_taken_back_there(screen: Screen, page: Sent) -> None:
    undone: list[int] = []

    @component
    def Place() -> ft.Control:
        is_open, set_open = use_state(initial=True)
        sheet = Sheet("Relevé", buttons.PrimaryButton("Enregistrer", lambda: toast("Noté", undo=lambda: undone.append(1))))
        use_sheet(sheet if is_open else None, lambda: set_open(False))
        return ft.Text("Fiche")

    await screen.show(Place)
    before = [dialog["_c"] for dialog in screen.client.dialogs]
    await screen.tap("Enregistrer")
    said = next(message["params"] for message in page if message["method"] == "toast")
    assert (said["text"], said["undo"], said["bottom"] >= 88) == ("Noté", t("common.undo"), True)
    assert [dialog["_c"] for dialog in screen.client.dialogs] == before == ["BottomSheet"]
    bridge._receive({"kind": "event", "method": "toast.undo", "params": {"id": said["id"]}})
    await screen.settle()
    assert undone == [1]


async def test_a_code_is_taken_along_by_one_tap_and_said(screen: Screen, page: Sent) -> None:
    await screen.show(lambda: Copyable("EQ-0116"))
    button = screen.find(ft.IconButton)
    assert button.action == ft.CopyToClipboard("EQ-0116")
    await screen.session.dispatch_event(button._i, "click", None)
    assert [message["params"]["text"] for message in page if message["method"] == "toast"] == [t("common.copied", text="EQ-0116")]


@pytest.mark.parametrize("has_touch", [False, True])
async def test_a_picker_waits_for_what_is_typed_but_opens_no_keyboard_over_a_phone(screen: Screen, has_touch: bool) -> None:
    environment.current().has_touch = has_touch
    choices = [Choice(str(number), f"Machine {number}") for number in range(30)]
    await screen.show(component(lambda: Picker("Machine", choices, None, print)))
    await screen.click(t("common.choose"))
    assert screen.find(ft.TextField).autofocus is not has_touch


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_on_an_iphone_the_way_to_install_names_share(screen: Screen, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    state = {"install.state": {"available": False, "installed": False, "apple": True}, "storage.estimate": {"usage": 0, "quota": 0}}
    channel = MemoryChannel()
    channel.page = lambda sent: bridge._receive({"id": sent["id"], "kind": "response", "result": state.get(sent["method"], {})})
    monkeypatch.setattr(bridge, "_channel", channel)
    set_language(lang)
    await screen.show(Device)
    await screen.settle(40)
    share = {"fr": "Partager", "en": "Share"}[lang]
    assert any(share in text for text in screen.texts)
    set_language("fr")
