"""Words, dates and numbers in the reader's language.

The catalogue is `mobile_app/locale/<lang>.mo`, put there by the build of the web app;
from a checkout, where it is absent, the `.po` files are compiled on the spot.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from shared_models.i18n import Translator

LANGUAGES: Final = ("fr", "en")
NARROW_SPACE: Final = "\u202f"
NO_BREAK: Final = "\u00a0"
_WEEK_DAYS: Final = 7
_HOUR_MINUTES: Final = 60
_WHOLE_HOURS: Final = 100
"""From here on minutes are noise."""
_KILO: Final = 1000
_CENTS: Final = 2
_SIGNS: Final = {"EUR": "€", "USD": "$", "GBP": "£"}
_ONE_DIGIT: Final = 10
_PACKAGE: Final = Path(__file__).resolve().parent.parent


class _Current:
    translator: Translator | None = None
    lang: str = "fr"
    zone: tzinfo | None = None


def set_language(lang: str, mo_bytes: bytes | None = None) -> None:
    """Speak `lang` ("fr", "en", or a browser locale such as "fr-CA") from now on."""
    short = lang[:2].lower()
    _Current.lang = short if short in LANGUAGES else LANGUAGES[0]
    _Current.translator = Translator(_Current.lang, mo_bytes or load_catalogue(_Current.lang))


def language() -> str:
    return _Current.lang


def set_time_zone(zone: tzinfo | None) -> None:
    """Show instants in `zone`; None is the device's own."""
    _Current.zone = zone


def load_catalogue(lang: str) -> bytes:
    """Through this module's own loader: in the browser the package is a zip."""
    try:
        content: bytes = __spec__.loader.get_data(str(_PACKAGE / "locale" / f"{lang}.mo"))  # type: ignore[union-attr]
    except OSError:
        return _compile(lang)
    return content


@cache
def _compile(lang: str) -> bytes:
    from io import BytesIO

    pofile, mofile = import_module("babel.messages.pofile"), import_module("babel.messages.mofile")
    merged = None
    for path in sorted((_PACKAGE.parent / "assets" / "locale" / lang).glob("*.po")):
        with path.open("rb") as source:
            part = pofile.read_po(source, locale=lang)
        if merged is None:
            merged = part
            continue
        for message in part:
            if message.id:
                merged[message.id] = message
    out = BytesIO()
    mofile.write_mo(out, merged)
    return out.getvalue()


def translator() -> Translator:
    if _Current.translator is None:
        set_language(_Current.lang)
    assert _Current.translator is not None
    return _Current.translator


def t(key: str, **params: Any) -> str:
    return translator().t(key, **params)


def n(key: str, count: int, **params: Any) -> str:
    """The plural form for `count`, which the text may show as `{count}`."""
    return translator().n(key, count, **params)


def capital(words: str) -> str:
    """With a capital at the beginning, and nowhere else changed."""
    return words[:1].upper() + words[1:]


# Numbers


def format_number(value: float, digits: int = 0) -> str:
    """1 204 or 1,204; 94,1 or 94.1: `digits` decimals exactly."""
    text = f"{value:,.{digits}f}".replace("-", "\u2212")
    if _Current.lang == "en":
        return text
    return text.replace(",", NARROW_SPACE).replace(".", ",")


def format_exact(value: Decimal, least: int = 0) -> str:
    """With the decimals that it has, `least` of them at any rate."""
    digits = max(least, len(f"{value:f}".partition(".")[2].rstrip("0")))
    text = f"{round(value, digits) + 0:,.{digits}f}".replace("-", "\u2212")
    return text if _Current.lang == "en" else text.replace(",", NARROW_SPACE).replace(".", ",")


def format_money(amount: Decimal, currency: str, *, exact: bool = False, cents: bool = True) -> str:
    """12,40 € or €12.40; `exact` where a tenth of a cent counts, as in the price of a screw; without `cents`, 12 €."""
    figure = format_exact(amount if exact else round(amount, _CENTS), _CENTS) if cents else format_number(round(amount))
    sign = _SIGNS.get(currency)
    if _Current.lang == "en" and sign:
        return figure.replace("\u2212", f"\u2212{sign}") if amount < 0 else f"{sign}{figure}"
    return measure(figure, sign or currency)


def measure(figure: str, unit: str) -> str:
    """`4 870 h`, which no line breaks apart; the figure alone without a unit."""
    return f"{figure}{NO_BREAK}{unit}" if unit else figure


def format_percent(ratio: float, digits: int = 0) -> str:
    """0.18 is 18 %."""
    gap = "" if _Current.lang == "en" else NO_BREAK
    return f"{format_number(ratio * 100, digits)}{gap}%"


def format_size(size_bytes: int) -> str:
    """1,5 Mo or 1.5 MB."""
    value, units = float(size_bytes), t("common.size_units").split(",")
    for unit in units:
        if value < _KILO or unit == units[-1]:
            digits = 1 if value < _ONE_DIGIT and unit != units[0] else 0
            return measure(format_number(value, digits), unit)
        value /= _KILO
    raise AssertionError


# Durations


def format_duration(duration: timedelta | float) -> str:
    """43 min, 2 h 40, 3 j 4 h. A number is minutes."""
    minutes = _minutes(duration)
    hours, rest = divmod(minutes, 60)
    days, day_hours = divmod(hours, 24)
    if hours == 0:
        return t("common.minutes", minutes=rest)
    if days == 0:
        return t("common.hours_minutes", hours=hours, minutes=f"{rest:02d}") if rest else _hours(hours)
    if day_hours == 0:
        return t("common.days", days=format_number(days))
    return t("common.days_hours", days=format_number(days), hours=day_hours)


def format_hours(duration: timedelta | float) -> str:
    """All in hours and minutes, however long: 312 h, 9 h 10."""
    hours, rest = divmod(_minutes(duration), 60)
    if rest and hours < _WHOLE_HOURS:
        return t("common.hours_minutes", hours=hours, minutes=f"{rest:02d}")
    return _hours(hours)


def _hours(hours: int) -> str:
    return t("common.hours", hours=format_number(hours))


def _minutes(duration: timedelta | float) -> int:
    if isinstance(duration, timedelta):
        duration = duration.total_seconds() / 60
    return max(0, int(duration))


def format_timer(duration: timedelta) -> str:
    """00:18:42; hours grow as needed."""
    seconds = max(0, int(duration.total_seconds()))
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


# Dates


def _local(moment: datetime) -> datetime:
    return moment.astimezone(_Current.zone)


def _day(when: date) -> date:
    return _local(when).date() if isinstance(when, datetime) else when


def _now() -> datetime:
    return datetime.now(UTC)


def format_time(moment: datetime) -> str:
    """10:31, in the reader's time zone."""
    return f"{_local(moment):%H:%M}"


def format_date(when: date, today: date | None = None) -> str:
    """4 déc.; with the year when it is not this one."""
    day, today = _day(when), today or _day(_now())
    key = "common.date" if day.year == today.year else "common.date_year"
    return t(key, day=ordinal_day(day), month=_name("common.months_short", day.month - 1), year=day.year)


def format_date_long(when: date) -> str:
    """Lundi 23 novembre."""
    day = _day(when)
    text = t(
        "common.date_long",
        weekday=_name("common.weekdays", day.weekday()),
        day=ordinal_day(day),
        month=_name("common.months", day.month - 1),
    )
    return text[:1].upper() + text[1:]


def format_datetime(moment: datetime, today: date | None = None) -> str:
    """4 déc., 10:31."""
    return t("common.date_time", date=format_date(moment, today), time=format_time(moment))


def format_month(when: date) -> str:
    """déc., for axes."""
    return _name("common.months_short", _day(when).month - 1)


def format_day(when: date, today: date | None = None) -> str:
    """Near days by name (aujourd'hui, demain, dans 3 jours, hier), others as dates."""
    day, today = _day(when), today or _day(_now())
    days = (day - today).days
    named = {0: "common.today", 1: "common.tomorrow", -1: "common.yesterday"}.get(days)
    if named:
        return t(named)
    if 1 < days < _WEEK_DAYS:
        return n("common.in_days", days)
    if -_WEEK_DAYS < days < -1:
        return n("common.days_ago", -days)
    return format_date(day, today)


def format_late(due: date, today: date | None = None) -> str:
    """Retard 2 j, once `due` is over; before, as `format_day`."""
    day, today = _day(due), today or _day(_now())
    late = (today - day).days
    return t("common.late_days", days=format_number(late)) if late > 0 else format_day(day, today)


def format_ago(moment: datetime, now: datetime | None = None) -> str:
    """à l'instant, il y a 25 min, 10:31 today, hier 17:05, 3 août."""
    now = now or _now()
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return t("common.just_now")
    if minutes < _HOUR_MINUTES:
        return t("common.minutes_ago", minutes=minutes)
    return format_moment(moment, now)


def format_moment(moment: datetime, now: datetime | None = None) -> str:
    """10:31 today, hier 17:05, then the date alone."""
    today = _day(now or _now())
    days = (today - _day(moment)).days
    if days == 0:
        return format_time(moment)
    if days == 1:
        return t("common.yesterday_at", time=format_time(moment))
    return format_date(moment, today)


def ordinal_day(day: date) -> str:
    """As it stands in a date: 1er, 2, 3."""
    return "1er" if day.day == 1 and _Current.lang == "fr" else str(day.day)


def _name(key: str, index: int) -> str:
    return t(key).split(",")[index]
