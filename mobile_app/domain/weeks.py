"""In which weeks a plan has dates, so that a step of the calendar reads the plans of its weeks and no others."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from uuid import UUID

from shared_models.plans.rows import PlanRow

DAYS = 7
_DUE = re.compile(rb'"due" ?: ?"(\d{4}-\d\d-\d\d)')
_UPCOMING = re.compile(rb'"upcoming" ?: ?\[([^\]]*)\]')
_DAY = re.compile(rb"\d{4}-\d\d-\d\d")

Held = Mapping[str | UUID, bytes | PlanRow]


@cache
def _written_week(day: bytes) -> int:
    return date.fromisoformat(day.decode()).toordinal() // DAYS


def weeks_of(plan: bytes | PlanRow) -> Iterator[int]:
    """At least those in which it has a date, by the row or by its text."""
    if isinstance(plan, bytes):
        yield from map(_written_week, _DUE.findall(plan))
        for upcoming in _UPCOMING.findall(plan):
            yield from map(_written_week, _DAY.findall(upcoming))
        return
    for day in plan.upcoming:
        yield day.toordinal() // DAYS
    for occurrence in plan.occurrences:
        yield occurrence.due.toordinal() // DAYS


class Weeks:
    """Follows the rows: what is the same object as before has the same dates."""

    def __init__(self) -> None:
        self._seen: dict[str | UUID, tuple[bytes | PlanRow, set[int]]] = {}
        self._plans: defaultdict[int, set[str | UUID]] = defaultdict(set)

    def follow(self, held: Held) -> None:
        for key in self._seen.keys() - held.keys():
            self._forget(key)
        for key, plan in held.items():
            if (known := self._seen.get(key)) is None or known[0] is not plan:
                self._forget(key)
                self._seen[key] = plan, {*weeks_of(plan)}
                for week in self._seen[key][1]:
                    self._plans[week].add(key)

    def _forget(self, key: str | UUID) -> None:
        for week in self._seen.pop(key, (b"", ()))[1]:
            self._plans[week].discard(key)

    def between(self, since: date, until: date) -> set[UUID]:
        """Those that may have a date from the day `since` to the day `until`."""
        first, last = since.toordinal() // DAYS, until.toordinal() // DAYS
        keys = set().union(*(keys for week, keys in self._plans.items() if first <= week <= last))
        return {UUID(key) if isinstance(key, str) else key for key in keys}
