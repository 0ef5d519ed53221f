"""What is sent goes through one root for each kind of value: a walk over every field, and properties of the roots themselves."""

import ast
import importlib
import json
import pkgutil
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, EmailStr, NaiveDatetime, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

import server.main  # noqa: F401 - its schemas
import shared_models
from server.core.i18n import translator
from shared_models import email_address, instants, numbers, text
from shared_models.auth import passwords
from shared_models.auth.passwords import NewPassword, tells_name
from shared_models.base import Schema
from shared_models.checklists.commands import AnswerStep
from shared_models.equipment.commands import CreateEquipment
from shared_models.instants import Bound, Day, Happened, PlanDay, Planned, Wall
from shared_models.labels import codes as labels
from shared_models.numbers import Answer, Money, Number, Specified, Version
from shared_models.paging import Page
from shared_models.text import Line, LongText, Name
from shared_models.validation import _FAMILIES, field_problems

TEXTS = {text.ONE_LINE, text.LINES, text.SECRET, passwords.TYPED, passwords.NEW, email_address.ADDRESS, labels.WHOLE_CODE}
TIMES = {instants.HAPPENED, instants.PLANNED, instants.BOUND, instants.WALL, instants.MOMENT}
DAYS = {instants.DAY, instants.PLAN_DAY, instants.HOUR}
NO_NUMBERS = {instants.INSTANT_WRITTEN, instants.DAY_WRITTEN, instants.HOUR_WRITTEN}
READ_BY_ITSELF = {("PushRequest", "commands"), ("ReadingReport", "readings")}
"""Lists of which each item is read by itself, so that a bad one does not stop the others."""


def leaves(kind: Any, marks: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """The types of values in an annotation, each with what is said of it."""
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        yield from leaves(inner, [*more, *marks])
    elif numbers.SPECIFIED in marks or numbers.ANSWERED in marks:
        return
    elif get_args(kind) and not isinstance(kind, type(EmailStr)):
        for part in get_args(kind):
            yield from leaves(part, marks if get_origin(kind) not in {list, dict, set, tuple} else [])
    elif kind is not NoneType:
        yield kind, [mark for outer in marks for mark in (outer.metadata if isinstance(outer, FieldInfo) else [outer])]


def is_bounded(marks: list[Any]) -> bool:
    said = {name for mark in marks for name in ("ge", "gt", "le", "lt") if getattr(mark, name, None) is not None}
    return bool(said & {"ge", "gt"}) and bool(said & {"le", "lt"})


def is_rooted(kind: Any, marks: list[Any]) -> bool:
    """Whether a value of `kind` can only be one that is understood, kept and computed with everywhere."""
    by_root = [mark for mark in marks if isinstance(getattr(mark, "func", None), object)]
    if kind is str:
        return any(mark in TEXTS for mark in by_root)
    if kind in {datetime, AwareDatetime, NaiveDatetime}:
        return any(mark in TIMES for mark in by_root) and any(mark in NO_NUMBERS for mark in by_root)
    if kind in {date, time}:
        return any(mark in DAYS for mark in by_root) and any(mark in NO_NUMBERS for mark in by_root)
    if kind in {int, float, Decimal} and numbers.NUMBER not in marks:
        return False
    if kind in {int, float}:
        return is_bounded(marks) and (kind is int or any(getattr(mark, "allow_inf_nan", None) is False for mark in marks))
    return kind is not Decimal or any(getattr(mark, "max_digits", None) for mark in marks)


def schemas() -> list[type[Schema]]:
    """The server's own too, which `server.main` brings."""
    for module in pkgutil.walk_packages(shared_models.__path__, "shared_models."):
        importlib.import_module(module.name)
    found, queue = [], [Schema]
    while queue:
        for kind in queue.pop().__subclasses__():
            queue.append(kind)
            found.append(kind)
    return [kind for kind in found if kind.__module__.startswith(("shared_models", "server")) and not issubclass(kind, Page)]


class TestEveryField:
    def test_goes_through_a_root(self) -> None:
        raw = [
            f"{schema.__name__}.{name}"
            for schema in schemas()
            for name, field in schema.model_fields.items()
            if (schema.__name__, name) not in READ_BY_ITSELF
            and not all(is_rooted(kind, marks) and kind is not Any for kind, marks in leaves(field.annotation, list(field.metadata)))
        ]
        assert raw == []

    def test_is_refused_in_words(self) -> None:
        """Every code that a schema can raise is worded, so that the reader learns what to change."""
        said = {code for _, code in _FAMILIES}
        for file in Path(shared_models.__file__).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"ValueError", "RuleError"}:
                    said |= {node.args[0].value} if node.args and isinstance(node.args[0], ast.Constant) else set()
        for lang in ("fr", "en"):
            words = translator(lang)
            assert sorted(code for code in said if " " not in code and not words.has(f"validation.{code}")) == []


ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
ODD = st.text(st.sampled_from("aé́\u200b\u200d\u202e\u2066\ufeff\u00ad \t\n\r\v\f\x85\u2028\u3000\u3164\x00\ud800ﬁ"), max_size=30)


def accepted(kind: Any, value: Any) -> Any:
    """What is made of `value`; None where it is refused. Nothing but a refusal may come of anything."""
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return None


TURNS = {"LRO", "RLO", "LRE", "RLE", "PDF", "LRI", "RLI", "FSI", "PDI"}


class TestText:
    @given(st.one_of(ANY_TEXT, ODD))
    def test_is_composed_visible_and_turns_nowhere(self, typed: str) -> None:
        kept = accepted(LongText, typed)
        if kept is not None:
            assert kept == unicodedata.normalize("NFC", kept) == kept.strip()
            assert not {unicodedata.bidirectional(char) for char in kept} & TURNS
            assert not any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in kept)
            assert kept.encode().decode() == kept
            assert accepted(LongText, kept) == kept, "reading it again changes nothing"

    @given(st.one_of(ANY_TEXT, ODD))
    def test_of_one_line_is_one_line(self, typed: str) -> None:
        kept = accepted(Line, typed)
        assert kept is None or (len(kept.splitlines()) <= 1 and "\t" not in kept and accepted(Line, kept) == kept)

    @given(st.text(st.sampled_from("\u200b\u200d\u2060\ufeff\u202e\u2066\u3164\u2800 \u3000\u0301\u00ad"), max_size=10))
    def test_that_nobody_can_see_is_no_name(self, typed: str) -> None:
        assert accepted(Name, typed) is None

    @given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=40))
    def test_is_the_same_however_it_was_typed(self, typed: str) -> None:
        forms = {accepted(Line, unicodedata.normalize(form, typed)) for form in ("NFC", "NFD")}
        assert len(forms) == 1

    def test_keeps_what_writing_needs(self) -> None:
        for kept in ("Pompe n° 4", "میخ‌ها", "👩‍🔧 Léa", "½″ – ⌀ 20", "日本語", "ﬁ", "Größe"):
            assert accepted(Line, kept) == kept

    def test_has_no_joiners_where_nothing_joins(self) -> None:
        """Otherwise what looks the same would be two serial numbers."""
        for typed in ("SN\u200d7", "SN\u200c7", "SN\ufe0f7", "SN\u200d\ufe0f7", "SN\U000e00417", "SN7\ufe0e"):
            assert accepted(Line, typed) == "SN7"

    @pytest.mark.parametrize("filler", [
        " ", "\t", " \n", "\u00a0", "\u200d", " \u200d", "x", "x://", "/e/x", "1", "ABCD-", "a.", "\U0001f3f4", "\u0f71\u0f72", "\ufe0f",
    ])  # fmt: skip
    def test_without_end_is_read_once(self, filler: str) -> None:
        """Where each sign was looked at from every other, one body of ordinary size kept the server for hours."""
        long = "é" + filler * (400_000 // len(filler)) + "b"
        for kind in (Line, LongText, labels.LabelCode, NewPassword, Day, Version):
            assert len(str(accepted(kind, long))) < 10

    def test_has_one_kind_of_line_break_and_lines_are_for_long_text_only(self) -> None:
        assert accepted(LongText, "a\r\nb\rc\vd\fe\x85f\u2028g\u2029h") == "a\nb\nc\nd\ne\nf\ng\nh"
        assert accepted(Name, "Pump\r\n\u2028 4\t\x0bB") == "Pump 4 B"

    @pytest.mark.parametrize(("typed", "code"), [
        ("a\x00", "control_character"), ("a\x1b[1m", "control_character"), ("\ud800", "character_unreadable"),
        ("a\uffff", "character_unreadable"), ("e" + "\u0301\u0316" * 40_000, "character_unreadable"),
    ])  # fmt: skip
    def test_that_no_text_can_hold_is_refused(self, typed: str, code: str) -> None:
        with pytest.raises(ValidationError, match=code):
            TypeAdapter(LongText).validate_python(typed)


ANY_INSTANT = st.datetimes(timezones=st.timezones() | st.just(UTC)).map(lambda at: at.isoformat()) | st.sampled_from([
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1970-01-01T00:00:00Z", "-infinity", "0000-00-00T00:00:00Z",
    "2026-02-30T00:00:00Z", "2026-11-26T24:00:00Z", 1e300, -1e18, float("nan"), True, 10**400,
])  # fmt: skip
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


class TestInstants:
    @given(ANY_INSTANT)
    def test_are_refused_or_can_be_told_in_every_zone(self, told: object) -> None:
        for kind in (Happened, Planned, Bound):
            at = accepted(kind, told)
            if at is not None:
                assert at.tzinfo is UTC
                assert 1900 <= (at - timedelta(days=2)).year <= (at + timedelta(days=2)).year <= 2200

    @given(ANY_INSTANT)
    def test_that_the_server_takes_as_done_lie_in_the_plants_past(self, told: object) -> None:
        with instants.read_by(NOW):
            at = accepted(Happened, told)
        assert at is None or instants.PLANT_BEGAN <= at <= NOW + instants.AHEAD

    @given(st.integers() | st.floats() | st.booleans())
    def test_are_no_numbers_whose_beginning_and_unit_nobody_told(self, told: float) -> None:
        for kind in (Happened, Planned, Bound, Wall, instants.Moment, Day, PlanDay, instants.Hour):
            assert [accepted(kind, said) for said in (told, str(told), f" {told} ")] == [None, None, None]

    @given(st.datetimes() | st.datetimes(timezones=st.timezones()))
    def test_of_a_sites_wall_have_no_zone(self, at: datetime) -> None:
        kept = accepted(Wall, at.isoformat())
        assert kept is None or (kept.tzinfo is None and kept == at and 2000 <= at.year < 2200)

    @given(st.dates())
    def test_days_are_of_an_age_that_machines_have(self, day: date) -> None:
        assert (accepted(Day, day) is None) == (not 1900 <= day.year < 2200)
        assert (accepted(PlanDay, day) is None) == (not 2000 <= day.year < 2200)

    @pytest.mark.parametrize(("kind", "told", "code"), [
        (Wall, "2026-11-26T08:00:00Z", "timezone_superfluous"), (Happened, "2026-11-26T08:00:00", "timezone_missing"),
        (Happened, "0001-01-01T00:00:00+14:00", "implausible_time"), (instants.Hour, "08:00Z", "timezone_superfluous"),
        (Day, "0001-01-01", "implausible_date"),
    ])  # fmt: skip
    def test_say_what_is_wrong(self, kind: Any, told: str, code: str) -> None:
        with pytest.raises(ValidationError) as caught:
            TypeAdapter(kind).validate_python(told)
        [problem] = field_problems(caught.value.errors(), translator("en"))
        assert problem.code == code
        assert problem.message != translator("en").t("validation.invalid")


ANY_NUMBER = st.floats() | st.integers() | st.booleans() | st.sampled_from([
    10**400, -(10**5000), "NaN", "1e400", "Infinity", "1e999999", "\ud800", [], {},
])  # fmt: skip


class TestNumbers:
    @given(ANY_NUMBER)
    def test_are_refused_or_can_be_kept_and_written(self, told: object) -> None:
        for kind in (Number, Version, Money, Specified, Answer):
            kept = accepted(kind, told)
            assert isinstance(kept, str) or not {"Infinity", "NaN"} & set(json.dumps(kept, default=str).strip('-"').split())
            assert not isinstance(kept, int | float | Decimal) or abs(kept) < 1e13

    @given(st.booleans())
    def test_are_no_yes_or_no(self, told: bool) -> None:
        assert [accepted(kind, told) for kind in (Number, Version, Money)] == [None, None, None]

    @pytest.mark.parametrize("written", ["1_000", "１", "٣", "1e1_0"])
    def test_are_written_as_everybody_reads_them(self, written: str) -> None:
        assert [accepted(kind, written) for kind in (Number, Version, Money)] == [None, None, None]

    def test_name_the_field_and_nothing_of_ours(self) -> None:
        broken: list[tuple[type[Schema], dict[str, Any], str]] = [
            (AnswerStep, {"value": float("nan")}, "value"),
            (CreateEquipment, {"specifications": {"q": 1e400}}, "specifications.q"),
        ]
        for schema, told, field in broken:
            with pytest.raises(ValidationError) as caught:
                schema.model_validate(told)
            fields = [problem.field for problem in field_problems(caught.value.errors(), translator("en"))]
            assert field in fields
            assert not any("0x" in name or "function" in name for name in fields)


class TestWholeModels:
    def test_name_the_fields_that_can_be_changed(self) -> None:
        """A rule of a whole model is raised as one that knows its fields, everywhere."""
        for file in Path(shared_models.__file__).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.FunctionDef) and any("model_validator" in ast.unparse(mark) for mark in node.decorator_list):
                    raised = [ast.unparse(found.exc) for found in ast.walk(node) if isinstance(found, ast.Raise) and found.exc]
                    assert all(re.match(r"RuleError\(.+, .+\)", error) for error in raised), f"{file.name}: {node.name}"


class TestPasswords:
    @given(st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=12, max_size=18))
    def test_are_the_same_from_any_keyboard(self, typed: str) -> None:
        forms = {accepted(NewPassword, unicodedata.normalize(form, typed)) for form in ("NFC", "NFD")}
        assert len(forms) == 1

    @pytest.mark.parametrize("typed", [
        "aaaaaaaaaaaa", "Aaaaaaaaaaaa", "            ", "\u3000" * 12, "abababababab", "secret\x00secret", "se\u0301cret", "é" * 37 + "ab",
    ])  # fmt: skip
    def test_that_protect_nothing_are_refused(self, typed: str) -> None:
        assert accepted(NewPassword, typed) is None

    def test_may_not_be_the_name(self) -> None:
        for typed in ("marie.curie", "Marie.Curie1", "marie.curie@plant.fr", "marie.curiemarie.curie", "marie.curie!!!"):
            assert tells_name(typed, "marie.curie", "marie.curie@plant.fr")
        for typed in ("marie.curie and radium", "correct horse battery"):
            assert not tells_name(typed, "marie.curie", "marie.curie@plant.fr")
