"""How a document says dates, spans of time, figures and money: in its reader's language, by the site's clock."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent

from server.core.i18n import translator

_MINUTES = 60
_MOMENT = {"fr": "dd/MM/yyyy HH:mm", "en": "d MMM yyyy, HH:mm"}
_DAY = {"fr": "dd/MM/yyyy", "en": "d MMM yyyy"}
_HELD = "\u00a0"
_A_DAY = 24.0
_DAYS_FROM = 10 * _A_DAY
_MINUTES_UNTIL = 10.0
_SHORT_DAY = {"fr": "dd/MM HH:mm", "en": "d MMM HH:mm"}


class Speech:
    def __init__(self, lang: str, zone: str = "UTC") -> None:
        words = translator(lang)
        self.lang = words.lang
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
        return f"{_signed(format_decimal(exact, locale=self.lang, decimal_quantization=False))}{_HELD}{unit}".strip(_HELD)

    def counted(self, number: float, unit: str = "", digits: int = 1) -> str:
        """With so many decimals at most."""
        said = _signed(format_decimal(round(number, digits), locale=self.lang, decimal_quantization=False))
        return f"{said}{_HELD}{unit}".strip(_HELD)

    def percent(self, share: float, digits: int = 1) -> str:
        gap = "" if self.lang == "en" else _HELD
        return _signed(format_percent(share, f"0.{'0' * digits}{gap}%" if digits else f"0{gap}%", locale=self.lang))

    def hours(self, hours: float) -> str:
        """To the minute below ten hours; so many that nobody has a feeling for them are days too."""
        if abs(hours) < _MINUTES_UNTIL:
            return self.lasted(timedelta(hours=hours))
        said = self.counted(hours, "h", 0)
        return f"{said} ({self.counted(hours / _A_DAY, self.t('report.unit.days'))})" if abs(hours) >= _DAYS_FROM else said

    def worked(self, hours: float) -> str:
        """As columns have it: `12 h 30`, so that they add up by eye."""
        whole, minutes = divmod(round(hours * _MINUTES), _MINUTES)
        return f"{format_decimal(whole, locale=self.lang)}{_HELD}h{_HELD}{minutes:02}"

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def wall(self, at: str | None) -> str:
        """A date and a time on the site's clock, as the database writes it."""
        return str(format_datetime(datetime.fromisoformat(at), _SHORT_DAY[self.lang], locale=self.lang)) if at else ""

    def wall_day(self, at: str | None) -> str:
        return self.day(date.fromisoformat(at[:10])) if at else ""

    def period(self, since: date, until: date) -> str:
        """`novembre 2026`, `2026`, `du 1er au 9 novembre 2026`; both days are included."""
        is_first, is_last = since.day == 1, (until + timedelta(days=1)).day == 1
        if (since.month, since.day, until.month, until.day) == (1, 1, 12, 31) and since.year == until.year:
            return str(since.year)
        if is_first and is_last and (since.year, since.month) == (until.year, until.month):
            return str(format_date(since, "MMMM y", locale=self.lang))
        last = self._written(until, "d MMMM y")
        if since == until:
            return last
        told = "" if since.month == until.month else " MMMM"
        first = self._written(since, f"d{told}" if since.year == until.year else "d MMMM y")
        return self.t("report.from_to", since=first, until=last)

    def _written(self, day: date, pattern: str) -> str:
        """In French the first of a month is not a number."""
        said = str(format_date(day, pattern, locale=self.lang))
        return f"1er{said[1:]}" if self.lang == "fr" and day.day == 1 else said

    def value(self, value: object, unit: str = "") -> str:
        """Of whatever kind somebody has entered."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.number(value, unit)
        return f"{value}{_HELD}{unit}".strip(_HELD)

    def money(self, amount: Decimal | float, currency: str) -> str:
        return _signed(format_currency(amount, currency, locale=self.lang))


def _signed(figure: str) -> str:
    """A minus is as wide as a digit."""
    return figure.replace("-", "\u2212")
