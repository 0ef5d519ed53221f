"""Forms that are saved by the server at once: whoever saved in between is noticed, and nothing typed is lost."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import flet as ft

from mobile_app.core.bridge import bridge
from mobile_app.core.errors import Offline, ProblemError
from mobile_app.core.i18n import n, t
from mobile_app.core.problems import why
from mobile_app.core.sync import SyncState
from mobile_app.domain.context import use_client
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.component import component
from mobile_app.ui.feedback import ConflictNotice
from mobile_app.ui.forms import WHOLE, Form
from mobile_app.ui.hooks import use_box, use_live, use_subscription
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import C, Tone
from shared_models.problems import Problem

T = TypeVar("T")
STALE = "stale_version"
IDS = {"id", "equipment_id"}
ABOVE = ft.Padding(left=0, top=0, right=0, bottom=10)


async def unless_stale(sent: Awaitable[T], reload: Callable[[], None]) -> T:
    """The answer; where somebody else saved first, `reload` what they saved before the refusal goes on its way."""
    try:
        return await sent
    except ProblemError as refusal:
        if refusal.code == STALE:
            reload()
        raise


async def made_once(create: Callable[[], Awaitable[Any]], update: Callable[[], Awaitable[Any]]) -> None:
    """Create; where an attempt whose answer was lost has done so already, `update` to what was entered since."""
    try:
        await create()
    except ProblemError as refusal:
        if not _is_made(refusal.problem):
            raise
        await update()


def _is_made(problem: Problem) -> bool:
    return problem.code == STALE or any(wrong.code == "already_exists" and wrong.field in IDS for wrong in problem.errors)


def use_newest(form: Form, version: int | None, initial: dict[str, Any]) -> None:
    """A form in which nothing was typed follows what arrives of its row. A hook."""

    def follow() -> None:
        if form.ready and form.get("version") != version and not form.draft.is_typed:
            form.draft.values = dict(initial)

    ft.use_effect(follow, [version, form.ready])


def sender(
    form: Form, button: ft.Control, version: int | None = None, initial: dict[str, Any] | None = None, *, wrong: int | None = None
) -> ft.Control:
    """The button that sends a form, and above it, where the eyes are, what keeps it from being sent.

    Whose words stay, where `version` is not the one the form began from. `wrong` counts what is amiss where the form's errors do not.
    """
    if version is not None and form.get("version") != version:
        asked = ConflictNotice(lambda: form.set("version", version), lambda: form.start_over(initial or {}))
        told: list[ft.Control] = [ft.Container(asked, padding=ABOVE)]
    else:
        told = [Refusal(form, len([name for name in form.errors if name != WHOLE]) if wrong is None else wrong)]
    return Stack(*told, button, spacing=0)


@component
def Refusal(form: Form, wrong: int) -> ft.Control:
    """Said aloud. A want of network is no longer said once it is over."""
    status = use_live(use_client().sync).status
    was_offline = use_box(lambda: False)
    latest = use_box(lambda: form)
    latest.current = form
    is_offline = status.state == SyncState.offline

    def follow() -> None:
        if was_offline.current and not is_offline:
            latest.current.forgive(why(Offline()))
        was_offline.current = is_offline

    def hear(told: dict[str, Any]) -> None:
        if told.get("online"):
            latest.current.forgive(why(Offline()))

    ft.use_effect(follow, [is_offline])
    use_subscription(lambda: bridge.on("online", hear))
    said: list[ft.Control] = [Meta(n("common.to_review", wrong), color=C.bad)] if wrong else []
    if form.problem:
        is_whole = form.problem == why(Offline())  # which says already that all is kept
        said.append(NoticeCard(form.problem, "" if is_whole else t("common.kept"), tone=Tone.bad))
    if not said:
        return ft.Container()
    words = Stack(*said, spacing=6)
    box = ft.Container(words, padding=ABOVE)
    return ft.Semantics(content=box, live_region=True, container=True)
