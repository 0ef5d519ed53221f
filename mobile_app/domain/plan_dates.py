"""Which plans have something on certain days that no job stands for: a step of the calendar reads those plans and hardly any others."""

import re
from bisect import bisect_left
from collections.abc import Container
from datetime import date, datetime, time, timedelta

from shared_models.plans.rows import PlanRow

_UPCOMING = b'"upcoming":['
_NAMED = b'"original_due"'
_OWN = re.compile(rb'"original_due" ?: ?"([^"]*)", ?"due" ?: ?"([^"]*)"')


class Days:
    """From the day `since` to the day `until`, as they are written in the texts of rows."""

    def __init__(self, since: date, until: date) -> None:
        self._start, self._end = datetime.combine(since, time.min), datetime.combine(until, time.max)
        self._first, self._last = since.isoformat().encode(), until.isoformat().encode()
        tens = {(since + timedelta(days=day)).isoformat()[:-1] for day in range((until - since).days + 1)}
        self._some = re.compile("|".join(sorted(tens)).encode())

    def are_in(self, plan: bytes | PlanRow) -> bool:
        """Whether it may have a date then; by a row's text, it is said of some that have none, here and below."""
        if isinstance(plan, bytes):
            return self._some.search(plan) is not None
        return self._are_ruled(plan) or any(self._start <= date.due <= self._end for date in plan.occurrences)

    def are_without(self, jobs: Container[datetime], plan: bytes | PlanRow) -> bool:
        """Whether one of its dates then may be none of these `jobs`', which are told by their original dates."""
        if not isinstance(plan, bytes):
            own = (date for date in plan.occurrences if date.original_due not in jobs)
            return self._are_ruled(plan) or any(self._start <= date.due <= self._end for date in own)
        at, own_dates = plan.find(_UPCOMING), _OWN.findall(plan)
        if at < 0 or plan.count(_NAMED) != len(own_dates):
            return True  # written in another way than ours
        ruled = plan[at + len(_UPCOMING) : plan.find(b"]", at)].replace(b'"', b"").split(b",")
        named = [(ruled[0], ruled[0]), *own_dates]  # a job for a later one takes the place of the rule's date in a series only
        return any(map(self._has, ruled[1:])) or any(self._has(due) and not _is_among(original_due, jobs) for original_due, due in named)

    def _are_ruled(self, plan: PlanRow) -> bool:
        first = bisect_left(plan.upcoming, self._start)
        return first < len(plan.upcoming) and plan.upcoming[first] <= self._end

    def _has(self, moment: bytes) -> bool:
        return self._first <= moment[:10] <= self._last


def _is_among(moment: bytes, jobs: Container[datetime]) -> bool:
    try:
        return datetime.fromisoformat(moment.decode()) in jobs
    except ValueError:
        return False
