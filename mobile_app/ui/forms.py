"""Forms that keep what was typed and show refusals where they belong."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypedDict

import flet as ft

from mobile_app.core.errors import ClientError
from mobile_app.core.i18n import t
from mobile_app.core.problems import why
from mobile_app.ui import environment
from mobile_app.ui.component import report_error
from mobile_app.ui.hooks import Draft, State, use_draft, use_state
from shared_models.problems import Problem

WHOLE: Final = ""
"""The key of what is wrong with the form as a whole."""


class FieldProps(TypedDict):
    value: Any
    on_change: Callable[[Any], None]
    error: str


def field_errors(problem: Problem) -> dict[str, str]:
    """Messages by field, the first of each; under `WHOLE` when the problem names none."""
    found: dict[str, str] = {}
    for item in problem.errors:
        found.setdefault(item.field.removeprefix("body."), item.message)
    return found or {WHOLE: problem.detail or problem.title}


class Form:
    """A draft with its problems; made by `use_form`. `version` is that of the row as it stands now, None for a new one."""

    def __init__(
        self, draft: Draft, state: tuple[dict[str, str], bool], update: Callable[[Any], None], initial: dict[str, Any], version: int | None
    ) -> None:
        self.draft = draft
        self.errors, self.busy = state
        self._update = update
        self._shown: set[str] = set()
        self.initial, self.version = initial, version

    @property
    def ready(self) -> bool:
        return self.draft.ready

    @property
    def values(self) -> dict[str, Any]:
        return self.draft.values

    @property
    def problem(self) -> str:
        """What is wrong with the form as a whole."""
        return self.errors.get(WHOLE, "")

    @property
    def is_stale(self) -> bool:
        """Whether the row has changed since what was typed over it began."""
        return self.version is not None and self.get("version") != self.version and self.draft.is_typed and not self.busy

    def get(self, name: str, default: Any = None) -> Any:
        return self.draft.get(name, default)

    def set(self, name: str, value: Any) -> None:
        self.draft.set(name, value)
        if name in self.errors:
            kept = {k: v for k, v in self.errors.items() if k != name}
            self._update((kept, self.busy))

    def suggest(self, name: str, value: Any) -> None:
        """Fill in what is empty; nobody has typed it, so no draft is kept for it."""
        if self.draft.get(name) in (None, ""):
            self.draft.values = {**self.draft.values, name: value}

    def error(self, name: str) -> str:
        """What is wrong with it, for whoever shows it."""
        self._shown.add(name)
        return self.errors.get(name, "")

    @property
    def unsaid(self) -> dict[str, str]:
        """What is wrong with what no field of the screen shows."""
        return {name: words for name, words in self.errors.items() if name != WHOLE and name not in self._shown}

    def field(self, name: str, empty: Any = "") -> FieldProps:
        """`TextInput(t("…"), **form.field("name"))`."""
        return {
            "value": self.draft.get(name, empty),
            "on_change": lambda value: self.set(name, value),
            "error": self.error(name),
        }

    def require(self, *names: str) -> bool:
        """Mark the empty ones; True when none is."""
        missing = [n for n in names if self.draft.get(n) in (None, "", [])]
        self._update(({n: t("common.required") for n in missing}, self.busy))
        self._show_what_is_wrong()
        return not missing

    def refuse(self, problem: Problem) -> None:
        """Show a refusal under its fields; nothing typed is touched."""
        self._update((field_errors(problem), False))
        self._show_what_is_wrong()

    def _show_what_is_wrong(self) -> None:
        env = environment.current()
        env.page.run_task(env.show_what_is_wrong)

    def refuse_with(self, message: str) -> None:
        """Show `message` for the form as a whole."""
        self._update(({WHOLE: message}, False))

    def forgive(self, message: str) -> None:
        """No longer say `message`, if that is what is said."""
        if self.problem == message:
            self._update(({name: words for name, words in self.errors.items() if name != WHOLE}, self.busy))

    def insist(self) -> None:
        """What was typed is to stand, whatever the row has become."""
        self.set("version", self.version)

    def start_over(self) -> None:
        """Forget what was typed."""
        self.draft.values = dict(self.initial)
        self._update(({}, False))
        ft.context.page.run_task(self.draft.clear)

    async def submit(self, sending: Awaitable[Any]) -> bool:
        """Await `sending`; forget the draft if it works.

        An exception carrying a `problem` is shown under the fields it names; a bug is reported.
        """
        self._update(({}, True))
        self.draft.is_sending = True
        try:
            await sending
        except Exception as error:  # noqa: BLE001 - shown to the person, and reported
            problem = getattr(error, "problem", None)
            if isinstance(problem, Problem):
                self.refuse(problem)
            elif isinstance(error, ClientError):
                self.refuse_with(why(error))
            else:
                report_error(f"form {self.draft.key}", error)
                self._update(({WHOLE: t("common.broken_body")}, False))
            return False
        finally:
            self.draft.is_sending = False
        await self.draft.clear()
        self._update(({}, False))
        return True


def use_form(key: str, initial: dict[str, Any] | None = None, version: int | None = None) -> Form:
    """A form kept under `key`: reloads, crashes and refusals lose nothing of it.

    One about a row of `version` follows the row until something is typed, and then tells whether it `is_stale`.
    """
    whole = dict(initial or {}) | ({} if version is None else {"version": version})
    draft = use_draft(key, whole)
    state: State[tuple[dict[str, str], bool]] = use_state(lambda: ({}, False))

    def follow() -> None:
        if draft.ready and draft.get("version") != version and not draft.is_typed:
            draft.values = dict(whole)

    ft.use_effect(follow, [version, draft.ready])
    return Form(draft, *state, whole, version)
