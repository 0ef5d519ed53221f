"""Forms that are saved by the server at once: whoever saved in between is noticed, and nothing typed is lost."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import flet as ft

from mobile_app.core.errors import ProblemError
from mobile_app.core.i18n import t
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.feedback import ConflictNotice
from mobile_app.ui.forms import Form
from mobile_app.ui.theme import Tone
from shared_models.problems import Problem

T = TypeVar("T")
STALE = "stale_version"
IDS = {"id", "equipment_id"}


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


def trouble(form: Form, version: int | None, initial: dict[str, Any]) -> list[ft.Control]:
    """What stands above a form: whose words stay, where `version` is not the one it began from; else why it was refused."""
    if version is not None and form.get("version") != version:
        return [ConflictNotice(lambda: form.set("version", version), lambda: form.start_over(initial))]
    return [NoticeCard(form.problem, t("common.kept"), tone=Tone.bad)] if form.problem else []
