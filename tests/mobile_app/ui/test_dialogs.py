"""Dialogs on top of one another, seen from the client: what lies under stays alive."""

import gc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flet as ft
import pytest
from flet.components.component import Component

from mobile_app.ui import environment
from mobile_app.ui.component import component
from mobile_app.ui.dates import DateInput
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.hooks import DraftContext, MemoryDrafts, use_provided, use_state
from mobile_app.ui.numbers import NumberInput
from mobile_app.ui.sheets import Question, Sheet, use_confirm, use_sheet


def toast(text: str) -> None:
    """Any other dialog, which comes and goes by itself."""
    ft.context.page.show_dialog(ft.SnackBar(ft.Text(text), persist=False))


DESK, TABLET, PHONE = 1440.0, 820.0, 390.0


@component
def Note(form: Form) -> ft.Control:
    return TextInput("Note", **form.field("note"))


@component
def Editor() -> ft.Control:
    """A form as in any sheet: shown once its draft is read, with fields of every kind."""
    form = use_form("reading", {"note": "", "hours": None, "day": None})
    ask = use_confirm()
    if not form.ready:
        return ft.Text("…")
    question = Question("Vraiment ?", "Tout de bon.", "Remplacer", lambda: form.set("note", "remplacée"))
    words = [
        TextInput("Titre", **form.field("title")),
        Note(form),
        NumberInput("Compteur", unit="h", **form.field("hours", None)),
        DateInput("Jour", **form.field("day", None)),
        ft.TextButton("save", on_click=lambda _: form.require("title", "hours")),
        ft.TextButton("ask", on_click=lambda _: ask(question)),
        ft.TextButton("tell", on_click=lambda _: toast("Noté")),
        ft.Text(f"title is {form.get('title', '')}, hours are {form.get('hours')}"),
    ]
    return ft.Column(words)


@component
def Place() -> ft.Control:
    is_open, set_open = use_state(initial=False)
    sheet = Sheet("Relevé", ft.Column([Editor()])) if is_open else None
    use_sheet(sheet, lambda: set_open(False))
    return ft.Column(
        [
            ft.TextButton("open", on_click=lambda _: set_open(True)),
            ft.TextButton("toast", on_click=lambda _: toast("Fait")),
        ]
    )


@pytest.fixture(params=[PHONE, TABLET, DESK], ids=["phone", "tablet", "desk"])
async def sheet(request, screen) -> Any:
    """The form in an open sheet, under a toast that was there before."""
    drafts = MemoryDrafts()
    screen.drafts = drafts
    screen.session.apply_page_patch({"width": request.param})
    environment.current().resized()
    await screen.show(component(lambda: DraftContext(drafts, Place)))
    await screen.tap("toast")
    await screen.tap("open")
    return screen


async def form_lives(screen: Any, title: str) -> None:
    """Typing, what follows from it, a missing field and the draft: all show."""
    await screen.write(screen.client.fields()[0], title)
    assert any(f"title is {title}" in text for text in screen.client.texts)
    assert screen.drafts.saved["reading"]["title"] == title
    await screen.write(screen.client.fields()[0], "")
    await screen.tap("save")
    assert "À remplir" in " ".join(screen.client.texts)
    await screen.write(screen.client.fields()[0], title)
    assert screen.client.unknown == []


async def press_number(screen: Any, digits: str) -> None:
    """On the pad, or typed where there is none."""
    if screen.page.width == DESK:
        field = screen.client.fields()[2]
        screen.client_changes(field, digits)
        await screen.tell(field, "blur")
        return
    await screen.tap("Compteur")
    for digit in digits:
        await screen.tap(digit)
    await screen.tap("OK")
    await screen.gone()


async def test_the_form_lives_when_a_toast_shown_before_it_goes(sheet):
    await form_lives(sheet, "A")
    await sheet.dismiss("SnackBar")
    await form_lives(sheet, "B")


async def test_the_form_lives_through_every_dialog_on_top_of_it(sheet):
    await press_number(sheet, "12")
    assert any("hours are 12.0" in text for text in sheet.client.texts)
    await form_lives(sheet, "A")
    await sheet.dismiss("SnackBar")
    await sheet.tap("ask")
    await sheet.tap("Fermer")
    await sheet.gone()
    await form_lives(sheet, "B")
    await sheet.tap("tell")
    await press_number(sheet, "34")
    await form_lives(sheet, "C")
    await sheet.tap("Jour")
    await sheet.dismiss("DatePicker")
    await sheet.dismiss("SnackBar")
    await form_lives(sheet, "D")
    await sheet.tap("ask")
    await sheet.tap("Remplacer")
    await sheet.gone()
    assert sheet.client.fields()[1]["value"] == "remplacée"
    assert sheet.drafts.saved["reading"]["title"] == "D"
    assert len(sheet.client.dialogs) == 1


async def test_a_day_picked_over_a_sheet_reaches_the_form(sheet):
    await form_lives(sheet, "A")
    await sheet.tap("Jour")
    await sheet.write(sheet.client.fields()[0], "B")  # drawn again while the calendar is open
    calendar = next(d for d in sheet.client.dialogs if d["_c"] == "DatePicker")
    picked = datetime(2026, 5, 4, tzinfo=UTC)
    calendar["open"] = False
    sheet.session.apply_patch(calendar["_i"], {"open": False, "value": picked})
    await sheet.tell(calendar, "change", picked)
    await sheet.tell(calendar, "dismiss", data=False)
    assert sheet.drafts.saved["reading"] == {"title": "B", "note": "", "hours": None, "day": picked.date()}
    await form_lives(sheet, "C")


async def test_dialogs_that_went_away_leave_nothing_behind(sheet):
    await form_lives(sheet, "A")
    await press_number(sheet, "12")
    await sheet.dismiss("SnackBar")
    inside = [c for c in sheet.controls() if isinstance(c, Component)]
    sheet.session.apply_page_patch({"width": 391.0})
    await sheet.dismiss(sheet.client.dialogs[0]["_c"])
    assert sheet.client.dialogs == []
    assert sheet.page._dialogs.controls == []
    living = {id(c) for c in sheet.controls()}
    assert [c for c in inside if id(c) not in living and c._state.mounted] == []
    await sheet.tap("open")
    await form_lives(sheet, "B")
    await sheet.tap("Fermer")
    await sheet.gone()
    assert sheet.page._dialogs.controls == []


async def test_a_sheet_stays_one_when_the_device_is_turned(sheet):
    for width in (TABLET, PHONE):
        sheet.session.apply_page_patch({"width": width})
        environment.current().resized()
        await sheet.settle()
        await form_lives(sheet, "A")
    await sheet.dismiss("SnackBar")
    assert len(sheet.client.dialogs) == 1


async def test_closing_a_sheet_drawn_again_since_reaches_its_latest_handler(screen):
    closed: list[int] = []

    @component
    def Counter() -> ft.Control:
        count, set_count = use_state(0)
        is_open, set_open = use_state(initial=True)

        def close() -> None:
            closed.append(count)
            set_open(False)

        more = ft.TextButton("more", on_click=lambda _: set_count(count + 1))
        use_sheet(Sheet(f"counted {count}", more) if is_open else None, close)
        return ft.Text("under")

    await screen.show(Counter)
    await screen.tap("more")
    toast("Noté")
    await screen.tap("more")
    await screen.dismiss("SnackBar")
    assert "counted 2" in screen.client.texts
    await screen.dismiss("BottomSheet")
    assert closed == [2]
    assert screen.page._dialogs.controls == []


async def test_what_a_closing_sheet_holds_still_has_what_was_provided_around_it(screen):
    provided = ft.create_context("nothing")
    drawn: list[str] = []

    @component
    def Inside() -> ft.Control:
        count, set_count = use_state(0)
        drawn.append(f"{use_provided(provided)} {count}")
        return ft.TextButton("again", on_click=lambda _: set_count(count + 1))

    @component
    def Around() -> ft.Control:
        use_sheet(Sheet("Demande", ft.Column([Inside()])), lambda: None)
        return ft.Text("under")

    @component
    def App() -> ft.Control:
        is_there, set_there = use_state(initial=True)
        leave = ft.TextButton("leave", on_click=lambda _: set_there(False))
        return ft.Column([leave, *([provided("something", Around)] if is_there else [])])

    await screen.show(App)
    again = screen.client.tappable("again")
    await screen.tap("leave")
    gc.collect()
    await screen.tell(again, "click")
    assert drawn[-1] == "something 1"


def test_nobody_shows_a_dialog_in_another_way():
    app = Path(__file__).parents[3] / "mobile_app"
    other_ways = ("ft.use_dialog(", ".show_dialog(ft.AlertDialog", ".show_dialog(ft.BottomSheet", "SnackBar")
    users = {p.name for p in app.rglob("*.py") if any(way in p.read_text("utf-8") for way in other_ways)}
    assert users == {"dialogs.py"}
