# ruff: noqa: SLF001 - Flet is pinned, and only its inside lets us hold on to a component
"""Hooks every screen may use. Call them at the top of a component, never in a branch."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, ParamSpec, Protocol, TypeVar, cast

import flet as ft
from flet.components.utils import current_component

from mobile_app.ui import environment
from mobile_app.ui.component import report_error
from mobile_app.ui.environment import Action, Breakpoint, Shortcut
from mobile_app.ui.theme import DARK, LIGHT, Palette

_NAP = 600.0
"""Seconds that a wait takes at a time: a device that sleeps counts none of them."""
DRAWN_SECONDS = 0.15
"""In which the frame with what is drawn first has the processor for itself."""
P = ParamSpec("P")
T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)
O = TypeVar("O", bound="Live")  # noqa: E741


class Setter(Protocol[T_contra]):
    """Takes the new value, or a function from the old one to the new."""

    def __call__(self, value: "T_contra | Callable[[Any], T_contra]", /) -> None: ...


class Box(Protocol[T]):
    """A value kept between renders, whose change renders nothing."""

    current: T


def use_state(initial: T | Callable[[], T]) -> tuple[T, Setter[T]]:
    """What Flet has, typed. Say more with `picked: State[dict[str, str]] = ...`."""
    return cast("tuple[T, Setter[T]]", ft.use_state(cast("Any", initial)))


def use_maybe(kind: type[T], initial: T | None = None) -> tuple[T | None, Setter[T | None]]:  # noqa: ARG001 - for the types
    """A state that is nothing, or of that kind."""
    return use_state(initial)


def use_box(make: Callable[[], T]) -> Box[T]:
    """Flet's `use_ref`, typed and never empty."""
    return cast("Box[T]", ft.use_ref(cast("Any", make)))


def use_provided(context: ft.ContextProvider[T]) -> T:
    """The value of a context, remembered for what is drawn once more after the screen around it has gone, as in a closing sheet.

    Flet finds a provider along weak references to the components around.
    """
    value = ft.use_context(context)
    last = use_box(lambda: value)
    if value is not context.default_value:
        last.current = value
    return last.current


State = tuple[T, Setter[T]]


@dataclass(eq=False, frozen=True)
class _Answer(Generic[T]):
    data: T | None = None
    error: Exception | None = None
    loading: bool = True


class Async(NamedTuple, Generic[T]):
    """`data` keeps the last good answer while reloading and after an error."""

    data: T | None
    error: Exception | None
    reload: Callable[[], None]
    loading: bool


def use_async(fn: Callable[[], Awaitable[T]], deps: Sequence[Any] = ()) -> Async[T]:
    """Load with `fn` on mount and whenever `deps` change; errors are reported and returned."""
    first: State[_Answer[T]] = use_state(_Answer)
    answer, set_answer = first
    _, set_turn = turns = use_state(0)
    last = use_box(lambda: answer)

    def show(new: _Answer[T]) -> None:
        last.current = new
        set_answer(new)

    async def load() -> None:
        kept = last.current.data
        if not last.current.loading:
            show(_Answer(kept, None, loading=True))
        try:
            data = await fn()
        except Exception as error:  # noqa: BLE001 - an effect's exception would vanish
            report_error(getattr(fn, "__qualname__", "use_async"), error)
            show(_Answer(kept, error, loading=False))
        else:
            show(_Answer(data, None, loading=False))

    ft.use_effect(load, [*deps, turns[0]], cleanup=_nothing)

    def reload() -> None:
        set_turn(lambda n: n + 1)

    return Async(answer.data, answer.error, reload, answer.loading)


def _nothing() -> None:
    """A cleanup that does nothing still makes Flet cancel the running task."""


class Live(Protocol):
    """What tells its subscribers after each change: `ft.Observable`, or the core's own."""

    def subscribe(self, fn: Callable[[Any, str | None], None], /) -> Callable[[], None]: ...


def use_live(observable: O) -> O:
    """Render again whenever `observable` notifies; it may be another one next time."""
    current_component()._attach_observable_subscription(cast("ft.Observable", observable))
    return observable


def use_subscription(subscribe: Callable[[], Callable[[], None]]) -> None:
    """Call `subscribe` on mount, and what it returns on unmount: Flet loses a cleanup that an effect returns."""
    stop = use_box(lambda: _nothing)

    def start() -> None:
        stop.current = subscribe()

    ft.use_effect(start, [], cleanup=lambda: stop.current())  # noqa: PLW0108 - what it holds by then


def use_event(event: asyncio.Event) -> bool:
    """Whether it has come to pass."""
    is_set, set_set = use_state(event.is_set())

    async def wait() -> None:
        await event.wait()
        set_set(True)

    ft.use_effect(wait, [], cleanup=_nothing)
    return is_set


def use_drawn() -> bool:
    """Whether what was drawn first is on the screen: what lies below it may follow."""
    drawn, set_drawn = use_state(False)

    async def wait() -> None:
        await asyncio.sleep(DRAWN_SECONDS)
        set_drawn(True)

    ft.use_effect(wait, [], cleanup=_nothing)
    return drawn


def use_breakpoint() -> Breakpoint:
    return environment.current().layout.breakpoint


def use_steady(act: Callable[P, T]) -> Callable[P, T]:
    """One function for as long as the component lives, which does what the latest `act` does: what is memoized need not be drawn again."""
    latest = use_box(lambda: act)
    latest.current = act

    def steady(*args: P.args, **kwargs: P.kwargs) -> T:
        return latest.current(*args, **kwargs)

    return use_box(lambda: steady).current


def use_environment() -> environment.Environment:
    return environment.current()


def use_interval(fn: Callable[[], Awaitable[None] | None], seconds: float) -> None:
    """Call `fn` every `seconds` while the component is mounted."""
    latest = use_box(lambda: fn)
    latest.current = fn

    async def run() -> None:
        while True:
            await asyncio.sleep(seconds)
            waiting = latest.current()
            if waiting is not None:
                await waiting

    ft.use_effect(run, [seconds], cleanup=_nothing)


def use_clock(seconds: float = 1) -> datetime:
    """The instant (UTC), rendered again every `seconds`: put it in the smallest component."""
    ticking: State[datetime] = use_state(_now)
    now, set_now = ticking
    use_interval(lambda: set_now(_now()), seconds)
    return now


def _now() -> datetime:
    return datetime.now(UTC)


def use_until(at: datetime | None, now: Callable[[], datetime]) -> None:
    """Render again once it is `at`, also after the device has slept."""
    _, set_turn = use_state(0)

    async def wait() -> None:
        while at is not None:
            left = (at - now()).total_seconds()
            if left <= 0:
                set_turn(lambda turn: turn + 1)
                return
            await asyncio.sleep(min(left, _NAP))

    ft.use_effect(wait, [at], cleanup=_nothing)


def use_shortcut(keys: str, action: Action, label: str, *, enabled: bool = True) -> None:
    """Run `action` on `keys` ("/", "J", "Enter", "Ctrl+K"), unless someone is typing.

    The last one mounted wins; `label` is what the help sheet says.
    """
    shortcuts = environment.current().shortcuts
    mine = use_box(lambda: Shortcut(keys, label, action)).current
    mine.keys, mine.label, mine.action = keys, label, action

    def add() -> None:
        mine.layer = environment.current().dialogs
        if enabled and mine not in shortcuts:
            shortcuts.append(mine)

    def remove() -> None:
        if mine in shortcuts:
            shortcuts.remove(mine)

    ft.use_effect(add, [enabled], cleanup=remove)


# Drafts


class DraftStore(Protocol):
    """Where drafts survive a crash; values are JSON-like."""

    async def load(self, key: str) -> dict[str, Any] | None: ...
    async def save(self, key: str, values: dict[str, Any]) -> None: ...
    async def clear(self, key: str) -> None: ...


class MemoryDrafts:
    """Drafts that last as long as the process: the default, and what tests use."""

    def __init__(self) -> None:
        self.saved: dict[str, dict[str, Any]] = {}

    async def load(self, key: str) -> dict[str, Any] | None:
        return self.saved.get(key)

    async def save(self, key: str, values: dict[str, Any]) -> None:
        self.saved[key] = dict(values)

    async def clear(self, key: str) -> None:
        self.saved.pop(key, None)


DraftContext = ft.create_context(cast("DraftStore", MemoryDrafts()))
"""Provide the real store around the app: `DraftContext(store, lambda: App())`."""


@dataclass(eq=False)
class Draft(ft.Observable):
    """What a form holds; every change is kept in the store, newest last."""

    key: str
    values: dict[str, Any]
    ready: bool = False
    restored: bool = False
    is_sending: bool = False
    _store: DraftStore = field(default_factory=MemoryDrafts)
    _touched: set[str] = field(default_factory=set)
    _writer: "asyncio.Task[None] | None" = None
    _again: bool = False

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        self._touched.add(name)
        self.values = {**self.values, name: value}
        self._keep()

    def setter(self, name: str) -> Callable[[Any], None]:
        return lambda value: self.set(name, value)

    @property
    def is_typed(self) -> bool:
        """Whether it holds something that somebody has entered, now or before a crash."""
        return bool(self._touched) or self.restored

    async def restore(self) -> None:
        """Bring back what was kept; what has been typed meanwhile wins."""
        try:
            kept = await self._store.load(self.key)
        except Exception as error:  # noqa: BLE001 - a form without its draft still works
            report_error(f"draft {self.key}", error)
            kept = None
        if kept:
            mine = {name: self.values[name] for name in self._touched}
            self.values = {**self.values, **kept, **mine}
            self.restored = True
        self.ready = True

    async def clear(self) -> None:
        """Forget it, once what it held has been accepted."""
        self._again = False
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None
        self.restored = False
        self._touched.clear()
        await self._store.clear(self.key)

    def _keep(self) -> None:
        if self._writer is not None and not self._writer.done():
            self._again = True
            return
        self._writer = asyncio.ensure_future(self._write())

    async def _write(self) -> None:
        while True:
            self._again = False
            try:
                await self._store.save(self.key, dict(self.values))
            except Exception as error:  # noqa: BLE001 - typing goes on without a store
                report_error(f"draft {self.key}", error)
            if not self._again:
                return


def use_draft(key: str, initial: dict[str, Any] | None = None) -> Draft:
    """A form's values, kept on every change under `key` and brought back after a crash.

    Wait for `draft.ready` before showing fields; `draft.restored` says it came back.
    """
    store: DraftStore = use_provided(DraftContext)
    made = use_box(lambda: Draft(key, dict(initial or {}), _store=store))
    draft = made.current
    if draft.key != key:
        draft = made.current = Draft(key, dict(initial or {}), _store=store)
    use_live(draft)

    async def restore() -> None:
        await draft.restore()

    ft.use_effect(restore, [key])
    return draft


def use_palette() -> Palette:
    """The hexadecimal colours of the theme shown; prefer the roles `C.x`, which follow by themselves."""
    page = ft.context.page
    dark = page.platform_brightness == ft.Brightness.DARK
    if page.theme_mode != ft.ThemeMode.SYSTEM:
        dark = page.theme_mode == ft.ThemeMode.DARK
    return DARK if dark else LIGHT
