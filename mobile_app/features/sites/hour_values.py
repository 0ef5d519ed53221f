"""What stands in the form of a site's hours: as it was read, as it is edited, and as it is saved."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, Final

from shared_models.ids import uuid7
from shared_models.shifts import Shift, overlapping
from shared_models.sites import SiteRow

Entry = dict[str, Any]
WORKING: Final = list(range(5))
USUAL: Final = {
    "three": (("05:00", "13:00"), ("13:00", "21:00"), ("21:00", "05:00")),
    "two": (("05:00", "13:00"), ("13:00", "21:00")),
    "day": (("08:00", "17:00"),),
}
NAMES = ("name", "weekdays", "begins", "ends")


def initial(site: SiteRow) -> dict[str, Any]:
    shifts = [entry(each.name, each.weekdays, f"{each.begins:%H:%M}", f"{each.ends:%H:%M}") for each in site.shifts]
    holidays = [{"day": each.day.isoformat(), "name": each.name} for each in site.holidays]
    return {"shifts": shifts, "holidays": holidays, "new_day": None, "new_name": ""}


def entry(name: str, weekdays: Sequence[int], begins: str, ends: str) -> Entry:
    return {"key": str(uuid7()), "name": name, "weekdays": list(weekdays), "begins": begins, "ends": ends}


def usual(key: str, names: Sequence[str]) -> list[Entry]:
    return [entry(name, WORKING, begins, ends) for name, (begins, ends) in zip(names, USUAL[key], strict=True)]


def next_shift(shifts: Sequence[Entry]) -> Entry:
    """It begins when the last one ends, on the same days."""
    if not shifts:
        return entry("", WORKING, "08:00", "17:00")
    last = shifts[-1]
    ends = (time.fromisoformat(last["ends"]).hour + 8) % 24
    return entry("", last["weekdays"], last["ends"], f"{ends:02d}:{last['ends'][3:]}")


def with_holiday(holidays: Sequence[Entry], day: str, name: str) -> list[Entry]:
    """A day is one holiday."""
    rest = [each for each in holidays if each["day"] != day]
    return sorted([*rest, {"day": day, "name": name}], key=lambda each: each["day"])


def ends_how(shift: Entry) -> str:
    if shift["begins"] == shift["ends"]:
        return "whole_day"
    return "next_day" if shift["ends"] < shift["begins"] else ""


def overlap(shifts: Sequence[Entry]) -> tuple[str, str] | None:
    """The names of two that are on at the same time."""
    both = overlapping([Shift.model_construct(**_shift(each)) for each in shifts])
    return (both[0].name, both[1].name) if both else None


def _shift(shift: Entry) -> dict[str, Any]:
    return {**shift, **{name: time.fromisoformat(shift[name]) for name in ("begins", "ends")}}


def fields(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"shifts": [{name: each[name] for name in NAMES} for each in values["shifts"]], "holidays": values["holidays"]}
