"""Dates, numbers and durations as people read them; pure parts of the kit."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_app.core import i18n
from mobile_app.core.i18n import (
    format_ago,
    format_date,
    format_date_long,
    format_day,
    format_duration,
    format_exact,
    format_hours,
    format_late,
    format_money,
    format_number,
    format_percent,
    format_size,
    format_timer,
    measure,
    set_language,
    set_time_zone,
)
from mobile_app.ui.charts import Span, fraction, month_ticks, spoken_life
from mobile_app.ui.chips import initials
from mobile_app.ui.numbers import exact_text, number_text, parse_exact, parse_number
from mobile_app.ui.pads import press, strokes_of, svg_path
from mobile_app.ui.table import Column, Sorting, Upwards, page_of, sort_rows
from server.core.i18n import catalogue

PROJECT = Path(__file__).parents[3]
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 40, tzinfo=UTC)


@pytest.fixture(params=["fr", "en"])
def lang(request):
    set_language(request.param)
    set_time_zone(ZoneInfo("Europe/Paris"))
    yield request.param
    set_time_zone(None)
    set_language("fr")


def test_numbers_follow_the_language(lang):
    fr = lang == "fr"
    assert format_number(1204.56, 1) == ("1\u202f204,6" if fr else "1,204.6")
    assert format_number(-3) == "\u22123"
    assert format_percent(0.18) == ("18\u00a0%" if fr else "18%")
    assert format_size(1_540_000) == ("1,5\u00a0Mo" if fr else "1.5\u00a0MB")


def test_quantities_and_amounts_are_told_to_the_last_decimal(lang):
    fr = lang == "fr"
    said = [format_exact(Decimal(text)) for text in ("3.000", "1204.5", "-0.250", "-0.0", "1E+3")]
    assert said == (["3", "1\u202f204,5", "\u22120,25", "0", "1\u202f000"] if fr else ["3", "1,204.5", "\u22120.25", "0", "1,000"])
    euros = [format_money(Decimal(text), "EUR") for text in ("12.4", "-1.005", "0.0125")]
    assert euros == (["12,40\u00a0€", "\u22121,00\u00a0€", "0,01\u00a0€"] if fr else ["€12.40", "\u2212€1.00", "€0.01"])
    assert format_money(Decimal("0.0125"), "CHF", exact=True) == ("0,0125\u00a0CHF" if fr else "0.0125\u00a0CHF")


@given(st.decimals(min_value=-(10**8), max_value=10**8, places=3))
def test_what_is_typed_exactly_is_read_back(value: Decimal) -> None:
    for language in ("fr", "en"):
        set_language(language)
        assert parse_exact(exact_text(value)) == value
    set_language("fr")


def test_durations(lang):
    day = "j" if lang == "fr" else "d"
    assert [format_duration(m) for m in (0, 43, 60, 160, 1440, 4560)] == [
        *(text.replace(" ", "\u00a0") for text in ("0 min", "43 min", "1 h", "2 h 40", f"1 {day}")), f"3\u00a0{day} 4\u00a0h",
    ]  # fmt: skip
    assert format_hours(timedelta(hours=312, minutes=20)) == "312\u00a0h"
    assert format_timer(timedelta(hours=27, minutes=3, seconds=9)) == "27:03:09"


def test_days_near_and_far(lang):
    shown = [format_day(TODAY + timedelta(days=d), TODAY) for d in (0, 1, -1, 2, -3, 11, 60)]
    assert shown == (
        ["aujourd’hui", "demain", "hier", "dans 2 jours", "il y a 3 jours", "4 déc.", "22 janv. 2027"]
        if lang == "fr"
        else ["today", "tomorrow", "yesterday", "in 2 days", "3 days ago", "4 Dec", "22 Jan 2027"]
    )
    assert format_late(TODAY - timedelta(days=2), TODAY) == ("Retard 2\u00a0j" if lang == "fr" else "2\u00a0d late")
    assert format_date_long(TODAY) == ("Lundi 23 novembre" if lang == "fr" else "Monday 23 November")


def test_instants_are_told_in_the_reader_s_zone(lang):
    fr = lang == "fr"
    assert format_ago(NOW - timedelta(minutes=25), NOW) == ("il y a 25\u00a0min" if fr else "25\u00a0min ago")
    assert format_ago(NOW - timedelta(hours=2), NOW) == "09:40"
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # already the 22nd in Paris
    assert format_ago(late, NOW) == ("hier 00:30" if fr else "yesterday 00:30")


def test_french_first_of_the_month():
    set_language("fr-CA")
    assert format_date(date(2026, 12, 1), TODAY) == "1er déc."


def test_both_languages_hold_the_same_keys_and_placeholders():
    pofile = pytest.importorskip("babel.messages.pofile")
    root = i18n._PACKAGE.parent / "assets" / "locale"
    found = {}
    for code in ("fr", "en"):
        with (root / code / "common.po").open("rb") as source:
            found[code] = {_key(m): _holes(m.string) for m in pofile.read_po(source) if m.id}
    assert found["fr"] == found["en"]


def _key(message):
    return message.id if isinstance(message.id, str) else message.id[0]


def _holes(text):
    import re

    return sorted(set(re.findall(r"{\w+}", text if isinstance(text, str) else " ".join(text))))


def test_pressing_keys_makes_only_numbers():
    def typed(keys: str) -> str:
        text = ""
        for key in keys:
            text = press(text, {"<": "back", "±": "sign"}.get(key, key))
        return text

    assert [typed(k) for k in (".5", "007", "12.3.4", "12±", "12±<<", "3<")] == [
        "0.5", "7", "12.34", "-12", "", "",
    ]  # fmt: skip
    assert [parse_number(x) for x in ("4 870,5", "1\u202f204", "−3", "abc")] == [4870.5, 1204, -3, None]
    assert [number_text(x) for x in (None, 12.50, 3.0)] == ["", "12.5", "3"]


def test_a_signature_reads_back():
    strokes = (((1.0, 2.0), (3.5, 4.0)), ((9.0, 9.0),))
    assert svg_path(strokes) == "M1.0 2.0L3.5 4.0M9.0 9.0L9.0 9.0"
    assert strokes_of(svg_path(strokes))[0] == strokes[0]


def test_sorting_puts_the_unknown_last_both_ways():
    columns = [Column("n", "N", str, lambda r: r)]
    assert sort_rows([2, None, 3, 1], columns, Sorting("n")) == [1, 2, 3, None]
    assert sort_rows([2, None, 3, 1], columns, Sorting("n", descending=True)) == [3, 2, 1, None]
    rows = [(value, place) for place, value in enumerate([3, None, 1, 3, 2, 1, None, 3])]
    columns = [Column("n", "N", str, lambda r: r[0])]
    known = Upwards.of(rows, columns, "n")
    for order in (Sorting("n"), Sorting("n", descending=True)):
        assert sort_rows(rows, columns, order, known) == sort_rows(rows, columns, order)
        by = (lambda r: -r[0]) if order.descending else (lambda r: r[0])
        assert sort_rows(rows, columns, order) == [
            *sorted((r for r in rows if r[0]), key=by),
            *(r for r in rows if not r[0]),
        ]  # equals stay
    assert [page_of(120, p) for p in (0, 2, 9)] == [(0, 0, 50), (2, 100, 120), (2, 100, 120)]
    assert page_of(0, 3) == (0, 0, 0)


def test_life_strip_says_what_it_shows():
    set_language("fr")
    year = Span(NOW - timedelta(days=365), NOW)
    stops = [Span(NOW - timedelta(hours=9, minutes=10), NOW)]
    assert spoken_life(stops, [NOW, NOW]) == "1 arrêt, 9\u00a0h\u00a010 à l’arrêt, 2 interventions"
    assert [name for _, name in month_ticks(year)] == ["déc.", "avr.", "août"]
    assert (fraction(NOW, year), fraction(NOW - timedelta(days=999), year)) == (1.0, 0.0)


def test_initials():
    assert [initials(n) for n in ("Karim Benali", "Jean-Marc de Roux", "ali", "")] == ["KB", "JR", "A", ""]


UNITS = r"(?:\{unit\}|(?:min|h|j|d|s|kB|ko|Mo|MB|px|mm)\b)"


def test_no_line_breaks_between_a_figure_and_its_unit(lang: str):
    said = [text for message in catalogue(lang) for text in (message.string if isinstance(message.string, tuple) else (message.string,))]
    assert not [text for text in map(str, said) if re.search(rf"(?:\}}|\d) {UNITS}", text)]
    sources = [path for folder in ("mobile_app", "shared_models", "server") for path in (PROJECT / folder).rglob("*.py")]
    assert not [path.name for path in sources if re.search(r"\} \{[\w.]*unit\}", path.read_text(encoding="utf-8"))]
    assert " " not in measure(format_number(2_407_038), "cycles")
