"""Whatever can be tapped carries words for whoever hears the screen: over all pages, on a phone and on a desk."""

from typing import Any

import flet as ft
import pytest

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.ui import environment
from tests.mobile_app.features.test_kpis import keep
from tests.mobile_app.features.test_whose_machine import PAGES, address, client, show
from tests.mobile_app.ui.conftest import Screen, _walk, screen

__all__ = ["client", "screen"]  # fixtures
WORDS = ("value", "label", "tooltip", "content", "text", "hint_text", "semantics_label")
TAPPED = ("on_click", "on_tap", "on_change")


def has_words(control: Any) -> bool:
    return any(isinstance(getattr(part, name, None), str) and getattr(part, name) for part in _walk(control) for name in WORDS)


def dumb(screen: Screen) -> list[str]:
    """What is tapped, and says nothing itself, inside, or around."""
    around = [
        c for c in screen.controls() if (isinstance(c, ft.Semantics) and c.label) or (isinstance(c, ft.MergeSemantics) and has_words(c))
    ]
    said = {id(part) for c in around for part in _walk(c)}
    targets = [c for c in screen.controls() if any(getattr(c, name, None) for name in TAPPED)]
    return [repr(c)[:120] for c in targets if id(c) not in said and not has_words(c)]


def unheard(screen: Screen) -> list[str]:
    """Labels of fields that are silenced although no control says them."""
    said = [c.label for c in screen.controls() if isinstance(c, ft.Semantics) and c.label]
    said += [words for c in screen.controls() for name in ("tooltip", "hint_text") if isinstance(words := getattr(c, name, None), str)]
    rows = [c.content for c in screen.controls() if isinstance(c, ft.Semantics) and c.exclude_semantics and isinstance(c.content, ft.Row)]
    silenced = [row for row in rows if all(isinstance(part, ft.Text) for part in row.controls)]
    words = [part.value for c in silenced for part in _walk(c) if isinstance(part, ft.Text) and part.value != t("common.optional")]
    return [each for each in words if not any(each in label for label in said)]


@pytest.mark.parametrize("width", [390, 1100, 1440])
async def test_nothing_to_tap_is_without_words(screen: Screen, client: Client, width: int) -> None:
    screen.session.apply_page_patch({"width": float(width)})
    await keep(client)
    looked_at = 0
    others = [
        "/equipment/new", "/plans/new", "/me", "/organisation", "/sites", "/classes", "/mails", "/webhooks", "/webhooks/new", "/needs-you",
        "/reports", "/reports/new", "/reports/schedules/new",
        "/parts", "/parts/new", address(client, "/parts/{part}/edit"), "/parts/receive", "/parts/link?code=1234", "/stores", "/suppliers",
        address(client, "/stores/{place}"),
        "/part-categories", "/stocktakes", "/stocktakes/new", "/notifications", "/kpis", "/kpis/mtbf",
    ]  # fmt: skip
    for page in [*(address(client, page) for page in PAGES), *others]:
        environment.install(screen.page)
        await show(screen, client, page)
        assert dumb(screen) == [], page
        assert unheard(screen) == [], page
        looked_at += sum(1 for c in screen.controls() if getattr(c, "on_click", None))
    assert looked_at > 100
