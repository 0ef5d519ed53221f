"""How a document says dates, spans of time, figures and money: in its reader's language, by the site's clock."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from server.core.i18n import translator

_MINUTES = 60
_MOMENT = {"fr": "dd/MM/yyyy HH:mm", "en": "d MMM yyyy, HH:mm"}
_DAY = {"fr": "dd/MM/yyyy", "en": "d MMM yyyy"}
_HELD = "\u00a0"


class Speech:
    def __init__(self, lang: str, zone: str) -> None:
        self.lang = lang
        words = translator(lang)
        self.t, self.n = words.t, words.n
        self._zone = ZoneInfo(zone)

    def moment(self, at: datetime | None) -> str:
        return format_datetime(at.astimezone(self._zone), _MOMENT[self.lang], locale=self.lang) if at else ""

    def span(self, start: datetime | None, end: datetime | None) -> str:
        if start is None or end is None:
            return self.moment(start)
        here, there = start.astimezone(self._zone), end.astimezone(self._zone)
        return f"{self.moment(start)} – {there:%H:%M}" if here.date() == there.date() else f"{self.moment(start)} –\n{self.moment(end)}"

    def day(self, day: date | datetime | None) -> str:
        """Of an instant, the day at the site."""
        here = day.astimezone(self._zone) if isinstance(day, datetime) else day
        return format_date(here, _DAY[self.lang], locale=self.lang) if here else ""

    def lasted(self, duration: timedelta) -> str:
        hours, minutes = divmod(round(duration.total_seconds() / _MINUTES), _MINUTES)
        return f"{hours}{_HELD}h{_HELD}{minutes:02}" if hours else f"{minutes}{_HELD}min"

    def number(self, number: Decimal | float, unit: str = "") -> str:
        """With all its decimals."""
        exact = number.normalize() if isinstance(number, Decimal) else Decimal(str(number))
        return f"{format_decimal(exact, locale=self.lang, decimal_quantization=False)}{_HELD}{unit}".strip(_HELD)

    def value(self, value: object, unit: str = "") -> str:
        """Of whatever kind somebody has entered."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.number(value, unit)
        return f"{value}{_HELD}{unit}".strip(_HELD)

    def money(self, amount: Decimal | int, currency: str) -> str:
        return format_currency(amount, currency, locale=self.lang)
