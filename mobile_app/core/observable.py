"""What screens subscribe to. Has the shape Flet's components expect of an observable, without importing Flet."""

from collections.abc import Callable
from typing import Any

Listener = Callable[[Any, str | None], None]


class Observable:
    """`subscribe` keeps its listener until the disposer it returns is called."""

    def __init__(self) -> None:
        self._listeners: dict[int, Listener] = {}
        self._next = 0

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(sender, None)` after each change."""
        number = self._next
        self._next += 1
        self._listeners[number] = listener
        return lambda: self._drop(number)

    def notify(self) -> None:
        for listener in list(self._listeners.values()):
            listener(self, None)

    def _drop(self, number: int) -> None:
        self._listeners.pop(number, None)
