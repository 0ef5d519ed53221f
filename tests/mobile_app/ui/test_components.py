"""Component trees rendered and used without Flutter."""

import asyncio
from random import Random
from typing import Any

import flet as ft
import pytest

from mobile_app.core.bridge import MemoryChannel, bridge
from mobile_app.core.rows import Rows
from mobile_app.domain.marks import Mark
from mobile_app.ui import environment, table
from mobile_app.ui.address import Asked, Place, use_place
from mobile_app.ui.choices import Choice, ChoiceGrid, FilterMenu
from mobile_app.ui.component import component, report_error, report_errors_to
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import use_form
from mobile_app.ui.hooks import (
    DraftContext,
    MemoryDrafts,
    State,
    use_async,
    use_breakpoint,
    use_live,
    use_shortcut,
    use_state,
)
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.numbers import NumberInput
from mobile_app.ui.pads import SignaturePad
from mobile_app.ui.pickers import Picker
from mobile_app.ui.sheets import Question, use_confirm
from mobile_app.ui.shell import Destination, Shell, SyncChip, SyncState, sync_words
from mobile_app.ui.table import PAGE_SIZE, ROW_HEIGHT, BulkAction, Cell, Column, Sorting, Table, sort_rows
from mobile_app.ui.theme import TONES, C, Tone
from shared_models.equipment.rows import EquipmentRow
from shared_models.problems import FieldProblem, Problem
from tests.mobile_app.core.rows import machine
from tests.mobile_app.ui.client import _said
from tests.mobile_app.ui.client import _walk as nodes
from tests.mobile_app.ui.conftest import _walk


class TestErrorBoundary:
    async def test_a_component_that_breaks_while_running_spares_the_others_and_can_be_retried(self, screen):
        reported: list[str] = []
        report_errors_to(lambda where, _: reported.append(where))

        @component
        def Fragile() -> ft.Control:
            count, set_count = use_state(0)
            if count == 1:
                raise RuntimeError("broken")
            return ft.TextButton("break", on_click=lambda _: set_count(count + 1))

        @component
        def Sound() -> ft.Control:
            count, set_count = use_state(0)
            return ft.TextButton(f"counted {count}", on_click=lambda _: set_count(count + 1))

        @component
        def App() -> ft.Control:
            return ft.Column([Fragile(), Sound()])

        await screen.show(App)
        await screen.click("break")
        assert "Cette partie ne s’affiche pas" in screen.texts
        assert any("Fragile" in where for where in reported)
        await screen.click("counted 0")
        assert screen.find(ft.TextButton, having="counted 1")
        await screen.click("Réessayer")
        assert screen.find(ft.TextButton, having="break")

    async def test_a_handler_that_breaks_is_said_and_leaves_the_screen(self, screen):
        reported: list[str] = []
        report_errors_to(lambda where, _: reported.append(where))

        async def fail(_: object) -> None:
            raise ValueError("too long")

        await screen.show(component(lambda: ft.TextButton("break", on_click=fail)))
        sent = len(screen.connection.sent)
        await screen.click("break")
        assert reported == ["handler"]
        assert any("Cela n’a pas marché" in text for text in screen.texts)
        assert not any(b"too long" in message for message in screen.connection.sent[sent:])
        assert screen.find(ft.TextButton, having="break")

    async def test_a_tap_on_what_is_at_work_is_the_same_tap(self, screen):
        """As soon as it is done, the next one counts."""
        begun, done = [], asyncio.Event()

        async def work(_: object) -> None:
            begun.append(1)
            await done.wait()

        await screen.show(component(lambda: ft.Column([ft.TextButton("save", on_click=work), ft.TextButton("else", on_click=work)])))
        for words in ("save", "save", "else"):
            screen.send(screen.client.tappable(words), "click")
            await screen.settle()
        assert len(begun) == 2
        done.set()
        await screen.settle()
        await screen.click("save")
        assert len(begun) == 3

    async def test_an_invalid_control_does_not_freeze_the_session(self, screen):
        reported: list[str] = []
        report_errors_to(lambda where, _: reported.append(where))

        @component
        def Invalid() -> ft.Control:
            broken, set_broken = use_state(initial=False)
            content = ft.Text("unseen", visible=not broken)  # which a safe area refuses
            return ft.Column([ft.SafeArea(content), ft.TextButton("break", on_click=lambda _: set_broken(True))])

        @component
        def Sound() -> ft.Control:
            count, set_count = use_state(0)
            return ft.TextButton(f"counted {count}", on_click=lambda _: set_count(count + 1))

        @component
        def App() -> ft.Control:
            return ft.Column([Invalid(), Sound()])

        await screen.show(App)
        await screen.click("break")
        await screen.click("counted 0")
        assert screen.find(ft.TextButton, having="counted 1")
        assert reported == ["update loop"]

    async def test_effects_first_reached_after_a_recovery_do_run(self, screen):
        report_errors_to(lambda *_: None)
        world = {"broken": True}

        @component
        def App() -> ft.Control:
            if world["broken"]:
                raise RuntimeError("not yet")
            answer = use_async(lambda: asyncio.sleep(0, "loaded"))
            return ft.Text(answer.data or "…")

        await screen.show(App)
        world["broken"] = False
        await screen.click("Réessayer")
        assert "loaded" in screen.texts


class TestUseAsync:
    async def test_shows_data_then_keeps_it_beside_a_later_error(self, screen):
        caught: list[BaseException] = []
        report_errors_to(lambda _, error: caught.append(error))
        answers: list[Any] = ["first", ValueError("no network"), "third"]

        async def load() -> str:
            await asyncio.sleep(0)
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        @component
        def App() -> ft.Control:
            data, error, reload, loading = use_async(load)
            state = "loading" if loading else repr(error)
            return ft.Column([ft.Text(f"{data} {state}"), ft.TextButton("reload", on_click=lambda _: reload())])

        await screen.show(App)
        assert screen.texts == ["first None"]
        await screen.click("reload")
        assert screen.texts == ["first ValueError('no network')"]
        assert len(caught) == 1
        await screen.click("reload")
        assert screen.texts == ["third None"]

    async def test_an_answer_to_an_older_question_is_dropped(self, screen):
        release = asyncio.Event()

        async def load(query: str) -> str:
            if query == "slow":
                await release.wait()
            return f"answer to {query}"

        @component
        def App() -> ft.Control:
            query, set_query = use_state("slow")
            answer = use_async(lambda: load(query), [query])
            return ft.Column([ft.Text(answer.data or "…"), ft.TextButton("go", on_click=lambda _: set_query("quick"))])

        await screen.show(App)
        await screen.click("go")
        release.set()
        await screen.settle()
        assert screen.texts == ["answer to quick"]


async def test_use_live_follows_whichever_store_it_is_given(screen):
    class Counter(ft.Observable):
        def __init__(self, value: int) -> None:
            self.value = value

    one, two = Counter(1), Counter(10)

    @component
    def App() -> ft.Control:
        which, set_which = use_state(1)
        store = use_live(one if which == 1 else two)
        return ft.Column([ft.Text(str(store.value)), ft.TextButton("other", on_click=lambda _: set_which(2))])

    await screen.show(App)
    one.value = 2
    await screen.settle()
    assert screen.texts == ["2"]
    await screen.click("other")
    two.value = 11
    await screen.settle()
    assert screen.texts == ["11"]


class TestForm:
    async def test_what_was_typed_survives_a_crash_and_a_refusal_and_goes_once_accepted(self, screen):
        drafts = MemoryDrafts()
        answers: list[Any] = [
            Problem(
                type="urn:etabli:problem:taken",
                title="Refusé",
                status=409,
                code="taken",
                errors=[FieldProblem(field="code", code="taken", message="Ce code existe déjà")],
            ),
            None,
        ]
        sent: list[dict[str, Any]] = []

        class Refused(Exception):
            def __init__(self, problem: Problem) -> None:
                self.problem = problem

        async def send(values: dict[str, Any]) -> None:
            sent.append(dict(values))
            if (problem := answers.pop(0)) is not None:
                raise Refused(problem)

        @component
        def Editor() -> ft.Control:
            form = use_form("machine", {"code": ""})

            async def save(_: object) -> None:
                await form.submit(send(form.values))

            return ft.Column([TextInput("Code", **form.field("code")), ft.TextButton("save", on_click=save)])

        @component
        def App() -> ft.Control:
            return DraftContext(drafts, Editor)

        await screen.show(App)
        await screen.type(screen.find(ft.TextField), "P-101")
        assert drafts.saved == {"machine": {"code": "P-101"}}

        await screen.show(App)  # the app starts again
        assert screen.find(ft.TextField).value == "P-101"
        await screen.click("save")
        assert "Ce code existe déjà" in screen.texts
        assert drafts.saved["machine"] == {"code": "P-101"}
        await screen.click("save")
        assert sent == [{"code": "P-101"}] * 2
        assert drafts.saved == {}
        assert "Ce code existe déjà" not in screen.texts


async def test_choice_grid_tells_what_was_picked(screen):
    choices = [Choice("leak", "Fuite", share=0.34), Choice("noise", "Bruit", share=0.09)]

    @component
    def App() -> ft.Control:
        chosen: State[str | None] = use_state(None)
        return ChoiceGrid(choices, *chosen)

    await screen.show(App)
    assert "34\u00a0%" in screen.texts
    await screen.click("Bruit")
    checked = {c.label: c.checked for c in screen.controls() if isinstance(c, ft.Semantics) and c.label}
    assert checked == {"Fuite": False, "Bruit": True}


async def test_picker_offers_likely_choices_first_and_finds_without_accents(screen):
    choices = [Choice(str(i), name) for i, name in enumerate(("Étanchéité", "Bruit", "Choc", *"ABCDEFG"))]

    @component
    def App() -> ft.Control:
        chosen: State[str | None] = use_state(None)
        return Picker("Mode", choices, *chosen, likely=2)

    await screen.show(App)
    await screen.click("Choisir")
    shown = screen.texts
    assert shown.index("Étanchéité") < shown.index("Tous les autres") < shown.index("Choc")
    await screen.type(screen.find(ft.TextField), "etanch")
    assert "Choc" not in screen.texts
    await screen.click("Étanchéité")
    assert screen.find(ft.Semantics, having="Mode, Étanchéité")


async def test_number_pad_writes_the_number_with_the_language_s_sign(screen):
    @component
    def App() -> ft.Control:
        value: State[float | None] = use_state(None)
        return NumberInput("Compteur", *value, unit="h")

    await screen.show(App)
    await screen.click("Compteur")
    for key in ("4", "8", ",", "5", "0"):
        await screen.click(key)
    await screen.click("OK")
    assert screen.find(ft.Semantics, having="Compteur, 48,5\u00a0h")


async def press(screen: Any, key: str) -> None:
    pressed = ft.KeyboardEvent(name="keyboard_event", control=screen.page, key=key, shift=False, ctrl=False, alt=False, meta=False)
    await environment.current().key_pressed(pressed)
    await screen.settle()


class TestTable:
    @pytest.fixture(autouse=True)
    def drawn_at_once(self, monkeypatch):
        monkeypatch.setattr(table, "DRAWN_SECONDS", 0)

    @staticmethod
    def table(**more: Any) -> Any:
        columns = [
            Column("name", "Nom", lambda r: r["name"], lambda r: r["name"]),
            Column("hours", "Heures", lambda r: str(r["hours"]), lambda r: r["hours"]),
        ]
        rows = [{"id": str(i), "name": f"M{i:05d}", "hours": 10_000 - i} for i in range(10_000)]

        @component
        def App() -> ft.Control:
            chosen: State[frozenset[str]] = use_state(frozenset())
            place, route = use_place(Asked), "/machines/{}".format
            return Table(columns, rows, lambda r: r["id"], place=place, route=route, selected=chosen[0], on_select=chosen[1], **more)

        return App

    async def test_ten_thousand_rows_send_one_page(self, screen):
        await screen.show(self.table())
        rows = screen.find(ft.ListView)
        assert (len(rows.controls), rows.item_extent) == (PAGE_SIZE, ROW_HEIGHT)
        assert "1–50 sur 10\u202f000" in screen.texts
        await screen.click("Page suivante")
        assert "51–100 sur 10\u202f000" in screen.texts
        assert "M00050" in screen.texts

    async def test_a_header_sorts_both_ways_from_the_first_page(self, screen):
        await screen.show(self.table())
        await screen.click("Page suivante")
        await screen.click("Heures")
        assert screen.texts[screen.texts.index("M09999") + 1] == "1"
        assert "1–50 sur 10\u202f000" in screen.texts
        await screen.click("Heures")
        assert "M00000" in screen.texts

    @pytest.mark.parametrize("is_wide", [True, False])
    async def test_each_head_sorts_by_its_own_column_as_columns_come_and_go(self, screen, is_wide):
        """With the window's width, and with what has been loaded since."""
        told: dict[str, Any] = {}

        @component
        def App() -> ft.Control:
            told["place"] = use_place(Asked)
            middle, told["show"] = use_state(("gamma",))
            names = ("alpha", "beta", *middle, "delta", "epsilon")
            columns = [Column(name, name.upper(), str, str, roomy=name in {"alpha", "delta"}) for name in names]
            return Table(columns, ["a row"], str, place=told["place"])

        async def check(*names: str, wide: bool) -> None:
            screen.session.apply_page_patch({"width": 1300.0 if wide else 1000.0})
            environment.current().resized()
            await screen.settle()
            for name in names:
                await screen.tap(name.upper())
                assert told["place"].asked.sort == name

        narrow, roomy = ("beta", "gamma", "epsilon"), ("alpha", "beta", "gamma", "delta", "epsilon")
        await screen.show(App)
        await check(*(roomy if is_wide else narrow), wide=is_wide)
        await check(*(narrow if is_wide else roomy), wide=not is_wide)
        told["show"](())
        await check("beta", "epsilon", wide=not is_wide)
        told["show"](("gamma",))
        await check("beta", "gamma", "epsilon", wide=not is_wide)

    async def test_a_head_becomes_a_button_once_one_can_sort_by_it(self, screen):
        told: dict[str, Any] = {}

        @component
        def App() -> ft.Control:
            sort, told["sort"] = use_state({"by": None})
            told["place"] = use_place(Asked)
            return Table([Column("kept", "Tenu", str, sort["by"])], ["a row"], str, place=told["place"])

        await screen.show(App)
        told["sort"]({"by": str})
        await screen.settle()
        await screen.tap("Tenu")
        assert told["place"].asked.sort == "kept"

    async def test_of_another_order_the_rows_in_sight_come_first(self, screen, monkeypatch):
        def numbers() -> list[str]:
            [listing] = [node for node in screen.client.everything() if node["_c"] == "ListView"]
            return [next(n["value"] for n in nodes(line) if n["_c"] == "Text") for line in listing["controls"]]

        screen.page.height = 900
        await screen.show(self.table())
        monkeypatch.setattr(table, "DRAWN_SECONDS", 0.05)
        await screen.click("Heures")
        before, after = [f"M{i:05d}" for i in range(PAGE_SIZE)], [f"M{i:05d}" for i in range(9_999, 9_999 - PAGE_SIZE, -1)]
        assert numbers() == after[:18] + before[18:]
        await asyncio.sleep(0.06)
        await screen.settle()
        assert numbers() == after

        down = 10 * ROW_HEIGHT
        told = {"event_type": "update", "pixels": down, "min_scroll_extent": 0, "max_scroll_extent": 1_280, "viewport_dimension": 720}
        await screen.session.dispatch_event(screen.find(ft.ListView)._i, "scroll", told)
        await screen.click("Heures")
        assert numbers() == before[:28] + after[28:]

    async def test_of_what_a_filter_leaves_the_rows_in_sight_come_first(self, screen, monkeypatch):
        """Its order and its page are as they were."""
        places: list[Place[Asked]] = []
        column = Column("id", "Numéro", lambda row: row)

        @component
        def App() -> ft.Control:
            places.append(use_place(Asked))
            rows = [f"M{i:05d}" for i in range(200) if str(i).endswith(places[-1].asked.query)]
            return Table([column], rows, str, place=places[-1])

        def numbers() -> list[str]:
            return [next(text.value for text in _walk(line) if isinstance(text, ft.Text)) for line in screen.find(ft.ListView).controls]

        screen.page.height = 900
        await screen.show(App)
        monkeypatch.setattr(table, "DRAWN_SECONDS", 0.05)
        await asyncio.sleep(0.2)
        await screen.settle()
        before, after = [f"M{i:05d}" for i in range(50)], [f"M{i:05d}" for i in range(3, 200, 10)]
        assert numbers() == before
        places[-1].ask(query="3")
        await screen.settle()
        assert numbers() == after[:18] + before[18:20]
        await asyncio.sleep(0.06)
        await screen.settle()
        assert numbers() == after

    async def test_cells_and_heads_that_stay_say_what_new_ones_would(self, screen):
        """Whatever is asked and changes meanwhile, on narrow and wide screens."""
        turn, told = Random(7), {"rows": [(f"M{i:03d}", i % 2, i % 5) for i in range(120)]}
        marks = [Mark("domain.equipment.active", Tone.ok, ft.Icons.CHECK), Mark("domain.equipment.broken", Tone.bad, ft.Icons.CHECK)]
        columns = [
            Column("name", "Nom", lambda row: row[0], lambda row: row[0], strong=True),
            Column("state", "État", lambda row: marks[row[1]], lambda row: row[1], width=120),
            Column("rank", "Rang", lambda row: Cell(str(row[2]), Tone.bad if row[2] > 2 else None), lambda row: row[2], number=True),
            Column("site", "Lieu", lambda row: f"Site {row[2] % 2}", roomy=True),
        ]

        @component
        def App() -> ft.Control:
            told["place"], (_, told["draw"]) = use_place(Asked), use_state(0)
            return Table(columns, told["rows"], lambda row: row[0], place=told["place"], on_select=lambda _: None)

        def words(line: Any) -> list[tuple[str, str]]:
            return [(n["value"], str(n["color"])) for n in nodes(line) if n["_c"] == "Text"]

        def would_say(row: Any) -> list[tuple[str, str]]:
            name, state, rank = row
            told = [(name, C.ink), (marks[state].word, TONES[marks[state].tone].ink), (str(rank), C.bad if rank > 2 else C.ink)]
            return [(word, ink.value) for word, ink in [*told, (f"Site {rank % 2}", C.ink)][: 4 if is_wide else 3]]

        is_wide = False
        screen.session.apply_page_patch({"width": 1100.0})
        environment.current().resized()
        await screen.show(App)
        for _ in range(40):
            match turn.randrange(4):
                case 0:
                    told["place"].ask(sort=turn.choice(["name", "-name", "state", "rank", "-rank"]))
                case 1:
                    told["place"].ask(page=turn.randint(1, 3), sort=told["place"].asked.sort)
                case 2:
                    told["rows"] = [(name, turn.randrange(2), turn.randrange(5)) for name, *_ in told["rows"]]
                    told["draw"](turn.random())
                case _:
                    is_wide = not is_wide
                    screen.session.apply_page_patch({"width": 1440.0 if is_wide else 1100.0})
                    environment.current().resized()
            await asyncio.sleep(0.01)
            await screen.settle()
            asked = told["place"].asked
            order = Sorting.told(asked.sort) if asked.sort else None
            rows = sort_rows(told["rows"], columns, order)[(asked.page - 1) * PAGE_SIZE :][:PAGE_SIZE]
            [listing] = [node for node in screen.client.everything() if node["_c"] == "ListView"]
            assert [words(line) for line in listing["controls"]] == [would_say(row) for row in rows]
            heads = [n["label"] for n in screen.client.everything() if n["_c"] == "Semantics" and "label" in n]
            assert sum(head in heads for head in ("Nom", "État", "Rang")) == (2 if order else 3)

    async def test_rows_are_read_as_they_are_shown(self, screen):
        """In whatever order, and whether some are chosen or not."""
        done: list[list[str]] = []
        machines = [machine(f"M{i:03d}") for i in range(200)]
        keys = {row.name: str(row.id) for row in machines}
        rows = Rows(EquipmentRow, lambda *_: None)
        rows.put({str(row.id): row.model_dump_json().encode() for row in machines})
        listed, actions = rows.in_order(lambda row: row.name, "name"), [BulkAction("Imprimer", ft.Icons.PRINT_ROUNDED, done.append)]
        columns = [Column("name", "Nom", lambda row: row.name, lambda row: row.name)]

        @component
        def App() -> ft.Control:
            chosen, choose = use_state(frozenset[str]())
            shared: Any = {"place": use_place(Asked), "selected": chosen, "on_select": choose, "actions": actions}
            return Table(columns, listed, lambda row: str(row.id), row_label=lambda row: row.name, **shared)

        def unread() -> int:
            return sum(isinstance(row, bytes) for row in rows.held().values())

        await screen.show(App)
        for tap in ("Choisir M003", "Choisir M001", "Imprimer"):
            await screen.tap(tap)
        assert (done, unread()) == ([[keys["M001"], keys["M003"]]], 150)
        for tap in ("Nom", "Nom"):
            await screen.tap(tap)
        assert (screen.client.texts[1], unread()) == ("M199", 100)

    async def test_a_tap_that_is_on_its_way_while_rows_come_and_go_finds_its_row(self, screen, monkeypatch):
        """Also in the rows that another order has not reached yet, and with Shift."""
        went: list[str] = []
        monkeypatch.setattr(type(screen.page), "navigate", lambda _, route, **__: went.append(route))
        columns, told = [Column("name", "Nom", lambda r: r, lambda r: r)], {}

        @component
        def App() -> ft.Control:
            rows, told["rows"] = use_state([f"M{i:03d}" for i in range(100, 200)])
            told["chosen"], choose = use_state(frozenset[str]())
            told["place"] = use_place(Asked)
            return Table(columns, rows, str, place=told["place"], route=str, selected=told["chosen"], on_select=choose)

        def of(row: str, event: str) -> Any:
            [listing] = [node for node in screen.client.everything() if node["_c"] == "ListView"]
            return next(n for line in listing["controls"] if row in _said(line) for n in nodes(line) if n.get(event))

        await screen.show(App)
        await screen.tap("Choisir M103")
        stays, goes = of("M104", "on_tap"), of("M100", "on_tap")
        told["rows"](["M000", *(f"M{i:03d}" for i in range(101, 200))])
        await screen.settle()
        for line in (stays, goes):
            await screen.tell(line, "tap")
        assert went == ["M104"]
        told["place"].ask(sort="-name")
        while screen.client.texts.count("M199") == 0:
            await screen.settle(1)
        environment.current().pointer.has_shift = True
        await screen.tell(of("M140", "on_click"), "click")
        environment.current().pointer.has_shift = False
        assert told["chosen"] == {"M103", "M140"}

    async def test_choosing_rows_offers_to_act_on_them(self, screen):
        """In the order in which they stand, a range with Shift, all of them from the page's own box."""
        done: list[list[str]] = []
        await screen.show(self.table(actions=[BulkAction("Imprimer", ft.Icons.PRINT_ROUNDED, done.append)], sorting=Sorting("hours")))
        for row in ("9999", "9997"):
            await screen.click(f"Choisir {row}")
        assert "2 choisies" in screen.texts
        environment.current().pointer.has_shift = True
        await screen.click("Choisir 9995")
        environment.current().pointer.has_shift = False
        await screen.click("Imprimer")
        await screen.click("Tout choisir")
        await screen.click("Les cocher toutes")
        assert any("000 choisies" in text for text in screen.texts), screen.texts[-12:]
        await screen.click("Imprimer")
        assert done == [["9999", "9997", "9996", "9995"], [str(i) for i in reversed(range(10_000))]]

    async def test_the_keyboard_goes_from_row_to_row_and_opens(self, screen, monkeypatch):
        """Also in a tab of its own; under a dialog it is silent."""
        went, tabs = [], []
        monkeypatch.setattr(type(screen.page), "navigate", lambda _, route, **__: went.append(route))
        bridge.connect(MemoryChannel(lambda told: tabs.append(told["params"]["address"]) if told["method"] == "tab.open" else None))
        await screen.show(self.table(sorting=Sorting("hours")))
        for key in ("J", "J", "K", "Arrow Down", "X", "Enter"):
            await press(screen, key)
        assert went == ["/machines/9998"]
        assert screen.find(ft.Semantics, having="Choisir 9998").checked
        environment.current().pointer.asks_for_a_tab = True
        await press(screen, "Enter")
        assert (went, tabs) == (["/machines/9998"], ["/machines/9998"])
        environment.current().pointer.asks_for_a_tab = False
        screen.page.show_dialog(ft.AlertDialog(content=ft.Text("?")))
        await press(screen, "Enter")
        assert went == ["/machines/9998"]

    async def test_an_open_menu_has_the_keys(self, screen, monkeypatch):
        """Also one that is gone with its page, of which nobody says that it was closed."""
        went, show, listing = [], lambda: None, self.table(sorting=Sorting("hours"))
        monkeypatch.setattr(type(screen.page), "navigate", lambda _, route, **__: went.append(route))

        @component
        def App() -> ft.Control:
            nonlocal show
            has_menu, set_menu = use_state(True)
            show = lambda: set_menu(False)  # noqa: E731 - one line
            menus = [MoreMenu([MenuItem("Archiver", lambda: None)]), FilterMenu("Site", [Choice("a", "Lyon")], None, print)]
            return ft.Column([listing(), *(menus if has_menu else [])])

        await screen.show(App)
        await press(screen, "J")
        for menu in [c for c in screen.controls() if isinstance(c, ft.PopupMenuButton)]:
            for closed in (menu.on_select, menu.on_cancel):
                menu.on_open(None)
                await press(screen, "Enter")
                assert went == []
                closed(None)
            menu.on_open(None)
        show()
        await screen.settle()
        menu.on_open(None)  # told of a page that was there a moment ago
        await press(screen, "Enter")
        assert went == ["/machines/9999"]

    async def test_a_menu_of_which_nobody_says_that_it_was_closed_leaves_the_keys(self, screen, monkeypatch):
        """The list has let go of the button under it, in a window made lower: at the next Escape, or once another menu was open."""
        went, listing = [], self.table(sorting=Sorting("hours"))
        monkeypatch.setattr(type(screen.page), "navigate", lambda _, route, **__: went.append(route))
        await screen.show(lambda: ft.Column([listing(), *(MoreMenu([MenuItem("Archiver", lambda: None)]) for _ in range(2))]))
        lost, other = [c for c in screen.controls() if isinstance(c, ft.PopupMenuButton)]
        await press(screen, "J")
        lost.on_open(None)
        await press(screen, "Escape")
        await press(screen, "Enter")
        assert went == ["/machines/9999"]
        lost.on_open(None)
        other.on_open(None)
        lost.on_cancel(None)
        await press(screen, "Enter")
        assert went == ["/machines/9999"]
        other.on_cancel(None)
        await press(screen, "Enter")
        assert went == ["/machines/9999"] * 2

    async def test_the_list_follows_the_keyboard_to_rows_out_of_sight(self, screen, monkeypatch):
        followed: list[tuple[bool, float]] = []

        async def scroll_to(self, *, offset, duration):
            followed.append((self.page is screen.page, offset))

        monkeypatch.setattr(ft.ListView, "scroll_to", scroll_to)
        await screen.show(self.table())
        for key in ("J",) * 13 + ("K",):
            await press(screen, key)
        assert followed == [(True, (at - 4) * ROW_HEIGHT) for at in (10, 11, 12, 11)]


async def test_signature_becomes_a_path_and_comes_back(screen):
    paths: list[str] = []

    @component
    def App() -> ft.Control:
        path, set_path = use_state("")
        paths.append(path)
        return SignaturePad(path, set_path)

    await screen.show(App)
    for name, x in (("pan_down", 1.0), ("pan_update", 5.5), ("pan_end", None)):
        pad = screen.find(ft.GestureDetector)
        data = None if x is None else {"l": {"x": x, "y": 2.0}, "g": {"x": x, "y": 2.0}, "ts": 0, "k": "touch"}
        await screen.session.dispatch_event(pad._i, name, data)
        await screen.settle()
    assert paths[-1] == "M1.0 2.0L5.5 2.0"


async def test_confirming_runs_the_action_once_and_closes(screen):
    done: list[str] = []

    @component
    def App() -> ft.Control:
        ask = use_confirm()
        question = Question("Supprimer P-101 ?", "Son historique reste.", "Supprimer", lambda: done.append("deleted"))
        return ft.TextButton("delete", on_click=lambda _: ask(question))

    await screen.show(App)
    await screen.click("delete")
    assert "Supprimer P-101 ?" in screen.texts
    await screen.click("Supprimer")
    assert done == ["deleted"]
    assert not any(dialog.open for dialog in screen.page._dialogs.controls)


class TestShell:
    @staticmethod
    def app(picked: list[str]) -> Any:
        icon = ft.Icons.TODAY_ROUNDED
        places = [Destination(k, k.title(), icon, icon, badge=int(k == "alerts")) for k in ("today", "alerts", "kpis")]

        @component
        def Body() -> ft.Control:
            return ft.Text(use_breakpoint().name)

        @component
        def App() -> ft.Control:
            return Shell(places, "today", picked.append, lambda: picked.append("scan"), Body())

        return App

    async def test_folds_with_the_width_and_says_where_one_is(self, screen):
        picked: list[str] = []
        await screen.show(self.app(picked))
        assert "phone" in screen.texts
        assert {"Today, vous êtes ici", "Alerts, 1 nouveau"} <= set(screen.labels())
        await screen.click("Scanner une étiquette")
        screen.page.width = 900
        environment.current().resized()
        await screen.settle()
        assert "laptop" in screen.texts
        await screen.click("Kpis")
        assert picked == ["scan", "kpis"]

    async def test_is_drawn_again_around_the_same_screen_which_knows_where_it_is(self, screen):
        """Else every later tap in it is looked for in the whole tree."""
        again: list[Any] = []

        @component
        def Body() -> ft.Control:
            return ft.Text("Page")

        @component
        def App() -> ft.Control:
            times, set_times = ft.use_state(0)
            again[:] = [set_times]
            return Shell([], f"{times}", print, print, ft.use_memo(Body, []), banners=[ft.Text(f"Banner {times}")])

        await screen.show(App)
        for times in (1, 2):
            again[0](times)
            await screen.settle()
            assert f"Banner {times}" in screen.texts
            assert screen.find(ft.Text, having="Page").page is screen.page

    async def test_keys_work_unless_someone_is_typing(self, screen):
        pressed: list[str] = []

        @component
        def App() -> ft.Control:
            use_shortcut("A", lambda: pressed.append("A"), "Valider")
            return TextInput("Note", "", lambda _: None)

        await screen.show(App)
        field = screen.find(ft.TextField)
        press = ft.KeyboardEvent(name="keyboard_event", control=screen.page, key="a", shift=False, ctrl=False, alt=False, meta=False)
        await environment.current().key_pressed(press)
        await screen.session.dispatch_event(field._i, "focus", None)
        await environment.current().key_pressed(press)
        await screen.session.dispatch_event(field._i, "blur", None)
        await environment.current().key_pressed(press)
        assert pressed == ["A", "A"]


def test_breakpoints_are_those_of_the_design():
    assert [Breakpoint.of(w).name for w in (599, 600, 899, 900, 1199, 1200)] == ["phone", *["tablet"] * 2, *["laptop"] * 2, "desktop"]


def test_errors_can_be_sent_elsewhere():
    seen: list[str] = []
    report_errors_to(lambda where, _: seen.append(where))
    report_error("here", ValueError())
    assert seen == ["here"]


class TestScanButton:
    async def test_lies_over_nothing(self, screen):
        """It is inside the bar, and the page ends where the bar begins, however high large text makes it."""
        places = [Destination(str(i), f"Place {i}", ft.Icons.HOME, ft.Icons.HOME) for i in range(4)]
        await screen.show(component(lambda: Shell(places, "0", print, print, ft.Text("Page"))))
        bar = next(c for c in screen.controls() if isinstance(c, ft.Container) and c.on_size_change)
        assert any(getattr(c, "semantics_label", "") == "Scanner une étiquette" for c in _walk(bar))
        await screen.session.dispatch_event(bar._i, "size_change", {"w": 390.0, "h": 91.0})
        await screen.settle()
        layer = next(c for c in screen.controls() if isinstance(c, ft.Container) and c.bottom)
        assert layer.bottom == 91


class TestSyncChip:
    async def test_is_an_icon_and_the_time_on_a_phone_and_says_all_to_the_ear(self, screen):
        """Its words beside a title would break the title."""
        state = SyncState("offline", since="10:42")
        await screen.show(component(lambda: SyncChip(state, lambda: None)))
        assert screen.texts == ["10:42"]
        assert screen.labels() == [sync_words(state)]

    async def test_says_it_in_words_where_there_is_room(self, screen):
        screen.session.apply_page_patch({"width": 820.0})
        environment.install(screen.page)
        await screen.show(component(lambda: SyncChip(SyncState("offline", since="10:42"), lambda: None)))
        assert screen.texts == ["Hors ligne depuis 10:42"]
