"""What the pages beside the figures have in common: what is asked, what was answered, and the way back."""

from collections.abc import Callable
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

import flet as ft

from mobile_app.core.errors import ClientError, Offline
from mobile_app.core.i18n import format_moment, t
from mobile_app.core.problems import why
from mobile_app.domain.answers import Answer, use_answer
from mobile_app.domain.client import Client
from mobile_app.domain.exports import KINDS
from mobile_app.domain.figures import days_said
from mobile_app.domain.files import download
from mobile_app.domain.lookup import dotted
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.kpis.asking import Asked, filters, machine_sheet, scope_words
from mobile_app.ui.address import Place, go
from mobile_app.ui.buttons import ActionRow, SecondaryButton
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.feedback import EmptyState, ErrorState, SkeletonList
from mobile_app.ui.hooks import use_state
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import use_sheet
from mobile_app.ui.shell import PageHeader
from mobile_app.ui.text import Caption
from mobile_app.ui.theme import Tone
from shared_models.base import Row

R = TypeVar("R", bound=Row)
Actions = Callable[[R], list[MenuItem]]


class Frame(NamedTuple, Generic[R]):
    """`head` stands above what the answer says; without one, it says why."""

    data: R | None
    head: list[ft.Control]


def use_frame(
    client: Client, place: Place[Any], model: type[R], path: str, title: str, *, actions: Actions[R] | None = None, is_part: bool = True
) -> Frame[R]:  # fmt: skip
    """The answer to what the address asks of `path`, under its title and filters. A hook.

    `actions` are the items of its menu; `is_part`: there is a way back to all figures.
    """
    picking, pick = use_state(False)
    close = lambda: pick(False)  # noqa: E731 - one line, used twice
    use_sheet(machine_sheet(client, place, close) if picking else None, close)
    answer = use_answer(model, f"{path}?{place.asked.question}")
    data: Any = answer.data
    when = when_said(client, place.asked, data)
    menu = [MoreMenu(actions(answer.data))] if actions and answer.data is not None else []
    head = PageHeader(title, when, trailing=[SyncBadge(), *menu], on_back=partial(_back, place.asked) if is_part else None)
    asking = filters(client, place, lambda: pick(True), (data.since, data.until) if data else None)
    return Frame(answer.data, [head, *asking, *stale(client, answer), *([] if data is not None else _without(answer))])


def when_said(client: Client, asked: Asked, data: Any) -> str:
    """`1 – 30 nov. · Usine de Lyon · chiffres de 10:31`."""
    scope = scope_words(client, asked)
    if data is None:
        return scope
    return dotted(days_said(data.since, data.until), scope, t("kpis.as_of", at=format_moment(data.as_of, client.now())))


def stale(client: Client, answer: Answer[Any]) -> list[ft.Control]:
    """Why what is shown is what was known last, and of when that is."""
    if not isinstance(answer.error, ClientError) or answer.data is None:
        return []
    title = t("kpis.last_known", at=format_moment(answer.data.as_of, client.now()))
    icon = ft.Icons.CLOUD_OFF_ROUNDED if isinstance(answer.error, Offline) else None
    return [NoticeCard(title, why(answer.error, "kpis.offline"), tone=Tone.off, icon=icon)]


def _back(asked: Asked) -> None:
    """To all figures of the same question."""
    go(Asked(**{name: getattr(asked, name) for name in Asked.model_fields}).at("/kpis"))


def _without(answer: Answer[Any]) -> list[ft.Control]:
    if answer.is_loading or answer.error is None:
        return [SkeletonList(3)]
    if isinstance(answer.error, Offline):
        return [EmptyState(ft.Icons.CLOUD_OFF_ROUNDED, t("kpis.never_seen"), t("kpis.never_seen_body"))]
    words = why(answer.error) if isinstance(answer.error, ClientError) else t("common.failed")
    return [ErrorState(t("kpis.refused"), words, on_retry=answer.reload)]


def files(client: Client, path: str, question: str, name: str, words: str = "kpis.files_rows") -> list[ft.Control]:
    """All rows, as a file; `words` is the key of what is said of it."""
    buttons = [
        SecondaryButton(
            t(f"kpis.file.{kind}"), partial(download, client, f"{path}/export.{kind}?{question}", f"{name}.{kind}"), icon=icon, expand=True
        )
        for kind, icon in KINDS.items()
    ]
    return [ActionRow(*buttons), Caption(t(words))]
