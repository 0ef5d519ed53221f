"""How often, in a few signs, as plans have it.

`12w` every twelve weeks, `1w@4` on Fridays, `1m@-1.4` on the last Friday of the month, `1y~` a year after the last time (floating),
`2000h` and `400000c` running hours and cycles, `1500h/6m~` whichever of the two comes first.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from shared_models.plans.planning import Basis, PlanRule
from shared_models.plans.recurrence import BY_METER, CalendarRule, FrequencyType

_SIGNS = {kind.value[0]: kind for kind in FrequencyType}
_TEXT = re.compile(
    r"(?P<every>\d+)(?P<sign>[dwmqyhc])(/(?P<limit>\d+)(?P<limit_sign>[dwmqy]))?(?P<floating>~?)(@((?P<week>-?\d)\.)?(?P<days>\d+))?"
)
_SPOKEN = {
    FrequencyType.daily: "Tous les jours", FrequencyType.weekly: "Toutes les {} semaines", FrequencyType.monthly: "Tous les {} mois",
    FrequencyType.quarterly: "Chaque trimestre", FrequencyType.yearly: "Chaque année", FrequencyType.hours: "Toutes les {} heures de marche",
    FrequencyType.cycles: "Tous les {} cycles",
}  # fmt: skip


@dataclass(frozen=True)
class Cadence:
    frequency: FrequencyType
    every: int
    basis: Basis
    weekdays: tuple[int, ...] = ()
    week: int | None = None
    limit: tuple[FrequencyType, int] | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        found = _TEXT.fullmatch(text)
        assert found is not None, text
        limit = (_SIGNS[found["limit_sign"]], int(found["limit"])) if found["limit"] else None
        return cls(
            _SIGNS[found["sign"]], int(found["every"]), Basis.floating if found["floating"] else Basis.fixed,
            tuple(map(int, found["days"] or "")), int(found["week"]) if found["week"] else None, limit,
        )  # fmt: skip

    @property
    def by_meter(self) -> bool:
        return self.frequency in BY_METER

    @property
    def calendar(self) -> CalendarRule | None:
        if self.by_meter:
            return CalendarRule(*self.limit) if self.limit else None
        return CalendarRule(self.frequency, self.every, self.weekdays, self.week)

    def rule(self, starts_at: datetime) -> PlanRule:
        return PlanRule(starts_at, self.basis, self.calendar, float(self.every) if self.by_meter else None)

    @property
    def spoken(self) -> str:
        text = (
            _SPOKEN[self.frequency]
            if self.every > 1 or self.frequency is FrequencyType.daily
            else _SPOKEN[self.frequency].replace("{} ", "")
        )
        return text.format(f"{self.every:,}".replace(",", " "))
