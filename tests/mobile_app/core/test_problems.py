"""A refusal said in the language that the app speaks now."""

import re
from collections.abc import Iterator

import pytest

from mobile_app.core.i18n import LANGUAGES, language, set_language
from mobile_app.core.problems import explained
from server.core.i18n import catalogue
from shared_models.problems import Problem


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    before = language()
    yield
    set_language(before)


def said(lang: str, code: str, detail: str = "", **params: object) -> str:
    if language() != lang:
        set_language(lang)
    told = {"type": f"urn:etabli:problem:{code}", "title": "Dit par le serveur", "status": 409, "code": code, "detail": detail or None}
    return explained(Problem.model_validate({**told, "params": params}))


def test_what_was_refused_in_another_language_is_worded_anew():
    params = {"value": 12_000, "unit": "h", "meter": "Heures", "kind": "too_fast", "low": None}
    assert said("en", "implausible_reading", "12000 h ne cadre pas", **params).startswith(
        "This reading looks wrong. 12,000\u00a0h does not fit"
    )
    assert said("fr", "implausible_reading", "12000 h does not fit", **params).startswith(
        "Ce relevé paraît faux. 12\u202f000\u00a0h ne cadre pas"
    )


def test_days_and_measures_are_written_as_people_read_them():
    assert "4 Dec 2031" in said("en", "move_past_neighbour", day="2031-12-04")
    assert "1er déc. 2031" in said("fr", "move_past_neighbour", day="2031-12-01")
    assert "4,5\u00a0bar" in said("fr", "implausible_start", high=4.5, unit="bar")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whatever_is_refused_says_first_what_it_is(lang: str):
    """`Check the capitals` alone tells nobody that the password was wrong."""
    titles = {each.id: each.string for each in catalogue(lang) if re.fullmatch(r"problem\.\w+\.title", str(each.id))}
    assert titles
    for key, title in titles.items():
        assert said(lang, key.split(".")[1]).startswith(title.partition("{")[0])


def test_a_refusal_without_a_sentence_is_its_title():
    assert said("en", "gone") == "Gone"


def test_what_a_newer_server_says_is_shown_as_it_is():
    assert said("en", "from_the_future", "Impossible un lundi.") == "Dit par le serveur. Impossible un lundi."
    assert said("en", "meter_out_of_use", "Compteur hors service.", other=1) == "Meter out of use"
    assert said("en", "from_the_future") == "Dit par le serveur"
