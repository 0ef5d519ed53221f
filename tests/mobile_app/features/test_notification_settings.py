"""What somebody chooses to be told and when, and what an administrator decides: pure, and against the application itself."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import flet as ft
import pytest

from mobile_app.core.i18n import n, t
from mobile_app.features.notifications import values as v
from mobile_app.features.notifications.defaults import DefaultsScreen
from mobile_app.features.notifications.settings import SettingsScreen
from mobile_app.features.notifications.values import Pause, Rhythm
from mobile_app.features.notifications.words import kind_word
from shared_models.notices.kinds import NoticeKind
from shared_models.notices.settings import SettingsRead, SettingsWrite
from tests.mobile_app.features.test_people import inside, seen
from tests.mobile_app.ui.conftest import Screen, screen
from tests.sync.conftest import app, database, factory, for_all, server, session

__all__ = ["app", "database", "factory", "for_all", "screen", "server", "session"]  # fixtures
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
NIGHT = {"begins": "20:00", "ends": "06:00"}


def hours(*days: int) -> list[dict[str, Any]]:
    return [{"weekday": day, **NIGHT} for day in days]


@pytest.mark.parametrize(
    ("quiet", "rhythm"),
    [
        ([], Rhythm.never), (hours(*range(7)), Rhythm.daily), (hours(*range(5)), Rhythm.weekdays), (hours(5, 6), Rhythm.each),
        ([*hours(*range(6)), {"weekday": 6, "begins": "00:00", "ends": "00:00"}], Rhythm.each),
    ],
)  # fmt: skip
def test_the_rhythm_of_quiet_hours_is_told_by_them(quiet: list[dict[str, Any]], rhythm: Rhythm) -> None:
    assert v.rhythm_of(quiet) is rhythm
    assert v.in_rhythm(rhythm, quiet) == quiet


def test_another_rhythm_keeps_the_hours_and_a_day_can_have_its_own() -> None:
    own = v.with_hour(hours(*range(5)), None, "begins", time(21, 30))
    assert {entry["begins"] for entry in v.in_rhythm(Rhythm.daily, own)} == {"21:30"}
    sunday = v.with_day(own, 6, is_quiet=True)
    changed = v.with_hour(sunday, sunday[-1], "ends", time(9))
    assert [entry["ends"] for entry in changed] == ["06:00"] * 5 + ["09:00"]
    assert v.with_day(changed, 6, is_quiet=False) == own
    assert v.in_rhythm(Rhythm.never, own) == []


def test_a_pause_ends_when_it_says() -> None:
    def ends(pause: Pause, **more: Any) -> datetime | None:
        return v.paused_until({"pause": pause, "paused_until": None, "paused_day": None} | more, NOW)

    local = NOW.astimezone()
    assert (ends(Pause.none), ends(Pause.date)) == (None, None)
    assert ends(Pause.hour) == NOW + timedelta(hours=1)
    assert ends(Pause.morning) == datetime.combine(local.date() + timedelta(days=1), time(7)).astimezone()
    assert ends(Pause.date, paused_day="2026-12-01") == datetime(2026, 12, 1, 7).astimezone()
    assert ends(Pause.so_far, paused_until=NOW.isoformat()) == NOW


def test_what_was_read_and_not_touched_is_saved_as_it_was() -> None:
    read = SettingsRead.model_validate(
        {
            "kinds": [
                {"kind": "low_stock", "app": True, "push": False, "email": True, "days": None, "is_fixed": False, "chosen": {"push": False}}
            ],
            "time_zone": "Europe/Paris", "quiet_hours": [{"weekday": 0, **NIGHT}], "urgent_passes": False, "digest_at": "07:30:00",
            "paused_until": NOW + timedelta(days=1),
        }
    )  # fmt: skip
    saved = SettingsWrite.model_validate(v.fields(v.initial(read, NOW), NOW))
    assert saved.kinds == {read.kinds[0].kind: read.kinds[0].chosen}
    assert [getattr(saved, name) for name in ("time_zone", "quiet_hours", "urgent_passes", "digest_at", "paused_until")] == [
        getattr(read, name) for name in ("time_zone", "quiet_hours", "urgent_passes", "digest_at", "paused_until")
    ]


# Against the application


async def tick(screen: Screen, kind: NoticeKind, way: str) -> None:
    label = t("notifications.tick", kind=kind_word(kind), way=t(way))
    box = next(c.content for c in screen.controls() if isinstance(c, ft.Semantics) and c.label == label)
    await box.on_click(None)
    await screen.settle(20)


@pytest.mark.fresh_database
async def test_what_is_ticked_is_saved_and_what_an_administrator_fixed_is_locked(screen: Screen, factory: Any) -> None:
    admin = await factory.signed_in(await factory.person("admin"))
    await screen.show(inside(admin.client, DefaultsScreen))
    await seen(screen, t("notifications.group.work"))
    await tick(screen, NoticeKind.overdue, "notifications.fix")
    await tick(screen, NoticeKind.due_soon, "notifications.way.push")
    await screen.click(t("notifications.save"))
    decided = "/notifications/defaults?role=technician"
    fixed = {"is_fixed": True}
    rows = {row["kind"]: row for row in await admin.client.api.get(decided)}
    assert rows["maintenance_overdue"]["chosen"] | fixed == rows["maintenance_overdue"]["chosen"]
    assert rows["maintenance_due_soon"]["push"] is True

    phone = await factory.signed_in(await factory.person("technician"))
    await screen.show(inside(phone.client, SettingsScreen))
    await seen(screen, t("notifications.group.work"))
    assert any(t("notifications.fixed_body") in text for text in screen.texts)
    assert any(n("notifications.days_before", 3) in text for text in screen.texts)
    await tick(screen, NoticeKind.due, "notifications.way.email")
    await screen.click(t("notifications.rhythm.daily"))
    await screen.click(t("notifications.save"))
    saved = SettingsRead.model_validate(await phone.client.api.get("/notifications/settings"))
    by_kind = {each.kind: each for each in saved.kinds}
    assert (by_kind[NoticeKind.due].chosen.email, by_kind[NoticeKind.overdue].is_fixed) == (True, True)
    assert len(saved.quiet_hours) == 7
