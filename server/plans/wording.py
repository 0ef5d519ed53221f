"""Dates and numbers in the reader's language, for the sentences of `shared_models.plans.why`."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from server.core import clock
from server.core.i18n import translator
from shared_models.i18n import Translator
from shared_models.plans.planning import DueReason
from shared_models.plans.why import why

_LARGE, _MIDDLE = 100, 10


@dataclass(frozen=True)
class SpokenWords:
    translator: Translator

    def t(self, key: str, **params: Any) -> str:
        return self.translator.t(key, **params)

    def n(self, key: str, count: int, **params: Any) -> str:
        return self.translator.n(key, count, **params)

    def day(self, day: date) -> str:
        pattern = "d MMMM" if day.year == clock.now().year else "d MMMM y"
        spoken = format_date(day, pattern, locale=self.translator.lang)
        return f"1er{spoken[1:]}" if self.translator.lang == "fr" and day.day == 1 else spoken

    def number(self, value: float) -> str:
        size = abs(value)
        digits = "#,##0" if size >= _LARGE else "#,##0.#" if size >= _MIDDLE else "#,##0.##"
        return format_decimal(value, format=digits, locale=self.translator.lang)


def sentence(reason: DueReason, lang: str) -> str:
    """“Why this date?” in the reader's language."""
    return why(reason, SpokenWords(translator(lang)))
