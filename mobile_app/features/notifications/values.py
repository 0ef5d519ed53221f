"""What stands in the forms of what people are told: as it was read, as it is edited, and as it is saved."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from mobile_app.core.i18n import format_day, format_time
from mobile_app.domain.due import local_day
from mobile_app.domain.notices import MORNING
from shared_models.notices.kinds import NoticeKind
from shared_models.notices.settings import DefaultRead, KindRead, SettingsRead

Values = Mapping[str, Any]
Entry = dict[str, Any]
"""Of quiet hours: `weekday`, `begins`, `ends`."""
WEEK: Final = range(7)
WORKING: Final = range(5)
USUAL: Final = {"begins": "20:00", "ends": "06:00"}
USUAL_DIGEST: Final = "07:00"


class Rhythm(StrEnum):
    """Whether quiet hours are the same on every day."""

    never = "never"
    daily = "daily"
    weekdays = "weekdays"
    each = "each"


class Pause(StrEnum):
    """Until when nothing comes; `so_far`: as it was chosen before."""

    none = "none"
    so_far = "so_far"
    hour = "hour"
    morning = "morning"
    date = "date"


# Kinds and ways


def chosen(kinds: Sequence[KindRead] | Sequence[DefaultRead]) -> dict[str, dict[str, Any]]:
    """By kind, what was chosen; None where it is as usual."""
    return {each.kind.value: each.chosen.model_dump(mode="json") for each in kinds}


def value_of(values: Values, read: KindRead | DefaultRead, name: str) -> Any:
    """What is chosen, else what is usual."""
    own = values["kinds"].get(read.kind.value, {}).get(name)
    return getattr(read, name) if own is None else own


def choosing(values: Values, kind: NoticeKind, name: str, value: Any) -> dict[str, dict[str, Any]]:
    """The choices with this one."""
    kinds = values["kinds"]
    return {**kinds, kind.value: {**kinds.get(kind.value, {}), name: value}}


def is_own(values: Values) -> bool:
    """Whether anything is chosen."""
    return any(value is not None for own in values["kinds"].values() for name, value in own.items() if name != "is_fixed")


# Quiet hours


def rhythm_of(hours: Sequence[Entry]) -> Rhythm:
    if not hours:
        return Rhythm.never
    days = sorted(entry["weekday"] for entry in hours)
    is_same = len({(entry["begins"], entry["ends"]) for entry in hours}) == 1
    if is_same and days == list(WEEK):
        return Rhythm.daily
    return Rhythm.weekdays if is_same and days == list(WORKING) else Rhythm.each


def in_rhythm(rhythm: Rhythm, hours: Sequence[Entry]) -> list[Entry]:
    """The hours of the first day, on the days of this rhythm; each day keeps its own."""
    first = {name: hours[0][name] for name in USUAL} if hours else USUAL
    if rhythm is Rhythm.never:
        return []
    if rhythm is Rhythm.each and hours:
        return list(hours)
    days = WORKING if rhythm is Rhythm.weekdays else WEEK
    return [{"weekday": day, **first} for day in days]


def with_hour(hours: Sequence[Entry], which: Entry | None, name: str, at: time) -> list[Entry]:
    """Of one entry, or where none is named, of all."""
    return [{**entry, name: f"{at:%H:%M}"} if which in (None, entry) else entry for entry in hours]


def with_day(hours: Sequence[Entry], weekday: int, *, is_quiet: bool) -> list[Entry]:
    rest = [entry for entry in hours if entry["weekday"] != weekday]
    if not is_quiet:
        return rest
    like = {name: rest[0][name] for name in USUAL} if rest else USUAL
    return sorted([*rest, {"weekday": weekday, **like}], key=lambda entry: entry["weekday"])


def hour_of(text: str) -> time:
    return time.fromisoformat(text)


# The whole


def initial(read: SettingsRead, now: datetime) -> dict[str, Any]:
    until = read.paused_until if read.paused_until is not None and read.paused_until > now else None
    return {
        "kinds": chosen(read.kinds),
        "quiet_hours": [
            {"weekday": each.weekday, "begins": f"{each.begins:%H:%M}", "ends": f"{each.ends:%H:%M}"}
            for each in sorted(read.quiet_hours, key=lambda each: (each.weekday, each.begins))
        ],
        "rhythm": None,
        "urgent_passes": read.urgent_passes,
        "digest_at": f"{read.digest_at:%H:%M}" if read.digest_at else None,
        "pause": Pause.so_far if until else Pause.none,
        "paused_until": until.isoformat() if until else None,
        "paused_day": None,
        "time_zone": read.time_zone,
    }


def rhythm(values: Values) -> Rhythm:
    """The one that was picked, which its hours need not tell."""
    return Rhythm(values["rhythm"]) if values.get("rhythm") else rhythm_of(values["quiet_hours"])


def paused_until(values: Values, now: datetime) -> datetime | None:
    """By the reader's clock."""
    today = now.astimezone().date()
    match Pause(values["pause"]):
        case Pause.hour:
            return now + timedelta(hours=1)
        case Pause.morning:
            return _morning(today + timedelta(days=1))
        case Pause.date if values["paused_day"]:
            return _morning(date.fromisoformat(values["paused_day"]))
        case Pause.so_far:
            return datetime.fromisoformat(values["paused_until"])
    return None


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING).astimezone()


def fields(values: Values, now: datetime) -> dict[str, Any]:
    """As the server takes it."""
    until = paused_until(values, now)
    kept = {name: values[name] for name in ("kinds", "quiet_hours", "urgent_passes", "digest_at", "time_zone")}
    return {**kept, "paused_until": until.isoformat() if until else None}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def written(at: datetime, now: datetime) -> str:
    """`demain, 07:00`; today the hour alone."""
    today = local_day(now)
    return format_time(at) if local_day(at) == today else f"{format_day(at, today)}, {format_time(at)}"
