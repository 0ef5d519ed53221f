"""What the page tells of the browser around it: its address, and what is held while something is tapped."""

from dataclasses import dataclass
from typing import Any

import flet as ft


@dataclass(eq=False)
class Address(ft.Observable):
    """`shown` is what the address says since more was asked for at `route`, by which the app came here."""

    route: str = ""
    shown: str = ""

    def of(self, route: str) -> str:
        return self.shown if self.shown and self.route == route else route

    def forget(self) -> None:
        if self.shown:
            self.route = self.shown = ""


@dataclass
class Pointer:
    """How the last tap was made: it is told before the app hears of the tap."""

    has_shift: bool = False
    asks_for_a_tab: bool = False

    def told(self, message: dict[str, Any]) -> None:
        self.has_shift, self.asks_for_a_tab = bool(message["shift"]), bool(message["tab"])
