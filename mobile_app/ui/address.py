"""Where one is, as the browser's address says, and the ways from there.

What a list is asked for (search, filters, order, page) is told by the address alone, so that it survives Back, reload and being sent to
somebody. Asking for something else changes the present entry of the browser's history: Back leads to where one came from.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Generic, Self, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

import flet as ft
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from mobile_app.core.bridge import bridge
from mobile_app.ui import environment
from mobile_app.ui.hooks import use_box, use_live

Key = Annotated[str, AfterValidator(lambda text: str(UUID(text)))]
"""The id of a row to filter by."""


class Asked(BaseModel):
    """What a list is asked for. A field of a list's own is a filter, by its name in the address; not told while it is as usual."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True)

    query: Annotated[str, AfterValidator(lambda text: text[:200]), Field(alias="q")] = ""
    sort: Annotated[str, StringConstraints(pattern=r"^(-?[a-z_]+)?$")] = ""
    page: Annotated[int, Field(ge=1, le=10_000)] = 1

    @classmethod
    def read(cls, address: str) -> Self:
        """What cannot be asked is left out."""
        return cls._as_far_as_it_can_be(dict(parse_qsl(urlsplit(address).query)))

    @classmethod
    def _as_far_as_it_can_be(cls, told: dict[str, Any]) -> Self:
        try:
            return cls.model_validate(told)
        except ValidationError as error:
            wrong = {str(problem["loc"][0]) for problem in error.errors()}
            return cls.model_validate({name: value for name, value in told.items() if name not in wrong})

    @property
    def told(self) -> str:
        """Behind the question mark."""
        return urlencode(self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True))

    @property
    def sought(self) -> Self:
        """What is looked for, in whatever order and on whatever page."""
        return self.but(sort="")

    def at(self, path: str) -> str:
        return f"{path}?{self.told}" if self.told else path

    def but(self, **changes: Any) -> Self:
        """Another question begins on the first page; another site has other lines."""
        elsewhere = {"line": None} if changes.get("site") and "line" in type(self).model_fields else {}
        return self._as_far_as_it_can_be({**dict(self), "page": 1, **elsewhere, **changes})


def here() -> str:
    env = environment.current()
    return env.address.of(env.page.route or "")


def replace(address: str) -> None:
    env = environment.current()
    env.lists[urlsplit(address).path] = address
    env.address.route, env.address.shown = env.page.route or "", address
    bridge.send("address.replace", {"address": address})


def go(route: str) -> None:
    """Move to `route`, leaving the present place in the browser's history."""
    env, path = environment.current(), urlsplit(route).path
    env.scrolled = {place: left for place, left in env.scrolled.items() if place[0] != path}
    _move(route)


def _move(route: str) -> None:
    env = environment.current()
    if route == env.page.route:
        replace(route)  # Flutter believes that it is there
        return
    env.address.forget()
    env.page.navigate(route)


def go_back(path: str) -> None:
    """To a list as it was left."""
    _move(environment.current().lists.get(path, path))


class Opener:
    """A handler that moves to a place; with Ctrl, or with the middle button, in a tab of its own."""

    def __init__(self, route: str) -> None:
        self.route = route

    def __call__(self) -> None:
        if environment.current().pointer.asks_for_a_tab:
            self.in_tab()
        else:
            go(self.route)

    def in_tab(self) -> None:
        bridge.send("tab.open", {"address": self.route})


A = TypeVar("A", bound=Asked)


@dataclass(frozen=True, eq=False)
class Place(Generic[A]):
    """A list's question, and the way to ask another."""

    asked: A

    def ask(self, **changes: Any) -> None:
        address = here()
        replace(self.asked.read(address).but(**changes).at(urlsplit(address).path))

    def pick(self, name: str) -> Any:
        return _picker(self, name)

    def to(self, path: str) -> str:
        """A place beside the list, which goes on asking the same."""
        return self.asked.at(path)


def _picker(place: Place[Any], name: str) -> Any:
    return lambda value: place.ask(**{name: value})


def use_place(kind: type[A]) -> Place[A]:
    """What the address asks of the list that is shown; renders again when it asks something else."""
    ft.use_route_location()
    env = environment.current()
    use_live(env.address)
    address = here()
    known = use_box(lambda: Place(kind()))
    asked = _read(kind, address)
    if known.current.asked != asked:
        known.current = Place(asked)
    env.lists[urlsplit(address).path] = address
    return known.current


@lru_cache(100)
def _read(kind: type[Any], address: str) -> Any:
    return kind.read(address)
