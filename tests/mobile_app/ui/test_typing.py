"""Typing faster than the app draws: nothing typed is taken back, and a tap finds all of it."""

import asyncio
from typing import Any

import flet as ft

from mobile_app.ui import environment
from mobile_app.ui.component import component
from mobile_app.ui.fields import SearchField, TextInput
from mobile_app.ui.hooks import State, use_state
from mobile_app.ui.numbers import NumberInput

DESK = 1440.0


def typed(screen: Any, field: dict[str, Any], value: str) -> None:
    screen.client_changes(field, value)
    screen.send(field, "change", value)


def door(entered: list[tuple[str, str]]) -> Any:
    @component
    def Door() -> ft.Control:
        name: State[str] = use_state("")
        password: State[str] = use_state("")

        def enter() -> None:
            entered.append((name[0], password[0]))

        return ft.Column(
            [
                TextInput("Nom", *name),
                TextInput("Mot de passe", *password, password=True, on_submit=enter),
                ft.TextButton("enter", on_click=lambda _: enter()),
            ]
        )

    return Door


async def test_a_field_drawn_before_its_change_is_told_keeps_what_is_typed(screen):
    entered: list[tuple[str, str]] = []
    await screen.show(door(entered))
    name, password = screen.client.fields()
    typed(screen, name, "paul")
    screen.client_changes(password, "secret")
    await screen.settle()
    assert password["value"] == "secret"
    screen.send(password, "change", "secret")
    await screen.settle()
    await screen.tap("enter")
    assert entered == [("paul", "secret")]


async def test_what_is_typed_while_a_letter_comes_back_stays(screen):
    await screen.show(door([]))
    name, _ = screen.client.fields()
    typed(screen, name, "p")
    await asyncio.sleep(0)  # told, and not drawn yet
    screen.client_changes(name, "pa")
    await screen.settle()
    assert name["value"] == "pa"
    typed(screen, name, "pau")
    typed(screen, name, "paul")
    await screen.settle()
    assert name["value"] == "paul"


async def test_tapping_or_entering_right_after_typing_finds_all_of_it(screen):
    entered: list[tuple[str, str]] = []
    await screen.show(door(entered))
    name, password = screen.client.fields()
    typed(screen, name, "paul")
    typed(screen, password, "secret")
    screen.send(screen.client.tappable("enter"), "click")
    typed(screen, password, "secret!")
    screen.send(password, "submit", "secret!")
    await screen.settle(40)
    assert [name for name, _ in entered] == ["paul", "paul"]
    assert entered[0][1].startswith("secret")
    assert entered[1][1] == "secret!"


async def test_the_app_may_still_rewrite_and_empty_a_field(screen):
    @component
    def Code() -> ft.Control:
        code, set_code = use_state("")
        return ft.Column(
            [
                TextInput("Code", code, lambda value: set_code(value.upper())),
                SearchField(code, set_code),
                ft.TextButton("empty", on_click=lambda _: set_code("")),
            ]
        )

    await screen.show(Code)
    await screen.write(screen.client.fields()[0], "p-101")
    assert [f["value"] for f in screen.client.fields()] == ["P-101", "P-101"]
    await screen.tap("empty")
    assert [f["value"] for f in screen.client.fields()] == ["", ""]


async def test_a_number_being_typed_survives_a_new_drawing(screen):
    screen.session.apply_page_patch({"width": DESK})

    @component
    def Reading() -> ft.Control:
        hours: State[float | None] = use_state(None)
        turn, set_turn = use_state(0)
        return ft.Column(
            [
                NumberInput("Compteur", *hours),
                ft.TextButton("turn", on_click=lambda _: set_turn(turn + 1)),
                ft.Text(f"turn {turn}, hours {hours[0]}"),
            ]
        )

    environment.current().resized()
    await screen.show(Reading)
    (field,) = screen.client.fields()
    screen.client_changes(field, "12,50")
    await screen.tap("turn")
    assert field["value"] == "12,50"
    await screen.tell(field, "blur")
    assert "turn 1, hours 12.5" in screen.client.texts
    assert field["value"] == "12,5"
