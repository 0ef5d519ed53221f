"""The one way for a screen to save, and what stands above the button that does."""

import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import flet as ft
from pydantic import ValidationError

from mobile_app.core.bridge import bridge
from mobile_app.core.errors import STALE, ClientError, Offline, ProblemError, StoreTrouble
from mobile_app.core.i18n import n, t, translator
from mobile_app.core.problems import why
from mobile_app.core.sync import SyncState
from mobile_app.domain.client import Client
from mobile_app.domain.context import use_client
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.component import component
from mobile_app.ui.feedback import ConflictNotice, toast
from mobile_app.ui.forms import WHOLE, Form
from mobile_app.ui.hooks import use_box, use_live, use_subscription
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import C, Tone
from mobile_app.ui.toasts import UNDO_SECONDS
from shared_models.base import Command
from shared_models.commands import at_times, creates, files
from shared_models.problems import Problem
from shared_models.validation import field_problems

Made = TypeVar("Made", bound=Command)
ABOVE: Final = ft.Padding(left=0, top=0, right=0, bottom=10)
AT_ONCE: Final = 1.0
"""Seconds in which nobody means to do the same thing twice."""
_LATER: Final = 1.0
"""Seconds that a tap on "undo" takes from the screen to the device's own memory."""
_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
_SAY_THEMSELVES: Final = (Offline(), StoreTrouble("full"), StoreTrouble("broken"))
"""Whether anything was kept is in their words."""


async def submit(
    client: Client,
    what: Command | Awaitable[Any],
    form: Form | None = None,
    *,
    said: str = "",
    newest: Callable[[], None] | None = None,
    placed: Callable[[Problem], Problem] = lambda problem: problem,
    refuse: Callable[[str], None] = toast,
) -> bool:
    """Send a command, or what only the server can do: an awaitable request. True once it is taken; `said` is then the key of a toast.

    A command is on the device and on the screen at once. Of a `form` the answer is awaited while there is a server, without one
    "kept" is said; a refusal stands at the form's fields, `placed` there, and nothing typed is lost. Whoever saved in between is
    read by `newest`, and asked about (`sender`). A tap waits for no answer to its command: a refusal comes under "needs you".
    The same again at once is an impatient thumb's second tap, which does nothing.
    """
    if (form is not None and form.draft.is_sending) or (isinstance(what, Command) and _last.is_repeated_by(what)):
        if isinstance(what, Coroutine):
            what.close()
        return False
    is_kept = False

    async def sending() -> None:
        nonlocal is_kept
        if not isinstance(what, Command):
            await what
        elif form is None:
            await client.execute(what)
        else:
            is_kept = not await client.submit(what)

    try:
        if form is None:
            await sending()
        elif not await form.submit(_refused_in_place(sending(), placed, newest or client.sync.wake)):
            _last.forget()
            return False
    except ClientError as error:
        _last.forget()
        refuse(why(error))
        return False
    if is_kept or said:
        toast(t("common.kept_for_later" if is_kept else said))
    return True


async def submit_with_undo(client: Client, command: Command, words: str, back: Callable[[], None]) -> bool:
    """As for a tap, but it is sent once the time to take it back is over, or the person goes on, leaves or closes the app.

    `words` are said; who takes it back is led `back`.
    """

    async def undo() -> None:
        _last.forget()
        if await client.take_back(command):
            back()
        else:
            toast(t("common.undo_too_late"))

    if _last.is_repeated_by(command):
        return False
    try:
        await client.execute_held(command, UNDO_SECONDS + _LATER)
    except ClientError as error:
        _last.forget()
        toast(why(error))
        return False
    toast(words, undo=undo)
    return True


class _Last:
    """The last command, by what it says beside ids of its own making and what the clock showed."""

    def __init__(self) -> None:
        self._said: object = None
        self._until = 0.0

    def is_repeated_by(self, command: Command) -> bool:
        own = creates(command) - files(command)
        said = at_times(command, lambda _: _ANY_TIME).model_dump(exclude={"command_id"})
        said = {name: value for name, value in said.items() if not (isinstance(value, UUID) and value in own)} | {"of": type(command)}
        is_same = said == self._said and time.monotonic() < self._until
        if not is_same:
            self._said, self._until = said, time.monotonic() + AT_ONCE
        return is_same

    def forget(self) -> None:
        self._said = None


_last: Final = _Last()


async def _refused_in_place(sending: Awaitable[None], placed: Callable[[Problem], Problem], newest: Callable[[], None]) -> None:
    try:
        await sending
    except ProblemError as refusal:
        if refusal.code == STALE:
            newest()
        raise ProblemError(placed(refusal.problem)) from refusal


def made(form: Form, kind: type[Made], fields: dict[str, Any]) -> Made | None:
    """The command that a form comes to; None with what is wrong shown at its fields."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        wrong = field_problems(error.errors(), translator())
        form.refuse(Problem(type="", title="", status=422, code="validation_failed", errors=wrong))
        return None


def sender(form: Form, button: ft.Control, *, wrong: int | None = None) -> ft.Control:
    """The button that sends a form, and above it, where the eyes are, what keeps it from being sent.

    Whose words stay, where somebody else saved first. `wrong` counts what is amiss where the form's errors do not.
    """
    if form.is_stale:
        above: list[ft.Control] = [ft.Container(ConflictNotice(form.insist, form.start_over), padding=ABOVE)]
    else:
        above = [Refusal(form, wrong)]
    return Stack(*above, button, spacing=0)


@component
def Refusal(form: Form, wrong: int | None) -> ft.Control:
    """Said aloud. A want of network is no longer said once it is over; what no field shows is said here."""
    status = use_live(use_client().sync).status
    was_offline = use_box(lambda: False)
    latest = use_box(lambda: form)
    latest.current = form
    is_offline = status.state == SyncState.offline

    def follow() -> None:
        if was_offline.current and not is_offline:
            latest.current.forgive(why(Offline()))
        was_offline.current = is_offline

    def hear(message: dict[str, Any]) -> None:
        if message.get("online"):
            latest.current.forgive(why(Offline()))

    ft.use_effect(follow, [is_offline])
    use_subscription(lambda: bridge.on("online", hear))
    unsaid = list(dict.fromkeys(form.unsaid.values()))
    marked = len(form.errors.keys() - {WHOLE} - form.unsaid.keys()) if wrong is None else wrong
    lines: list[ft.Control] = [Meta(n("common.to_review", marked), color=C.bad)] if marked else []
    for words in [*filter(None, [form.problem]), *([] if wrong else unsaid)]:
        is_whole = words in map(why, _SAY_THEMSELVES)
        lines.append(NoticeCard(words, "" if is_whole else t("common.kept"), tone=Tone.bad))
    if not lines:
        return ft.Container()
    return ft.Semantics(content=ft.Container(Stack(*lines, spacing=6), padding=ABOVE), live_region=True, container=True)
