"""Each word has one meaning, in both languages: what `docs/words.md` says is what the app says."""

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import pytest

from mobile_app.domain import due_marks, marks, parts, steps
from mobile_app.features.calendar import entries
from mobile_app.features.inventory import order_words
from mobile_app.features.people.words import STATES
from server.core.i18n import LANGUAGES, catalogue

TABLE = Path(__file__).parents[1] / "docs" / "words.md"
PROSE = 40
"""Characters from which a message is a sentence and no label."""


class Word(NamedTuple):
    meaning: str
    says: dict[str, str]
    keys: list[str]
    is_guarded: bool

    def is_of(self, key: str) -> bool:
        return any(fnmatch(key, pattern) for pattern in self.keys)


def rows(heading: str) -> list[list[str]]:
    part = TABLE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def words() -> list[Word]:
    found = [*rows("States"), *rows("Verbs")]
    return [
        Word(meaning, {"fr": plain(fr), "en": plain(en)}, keys.split(", "), fr.startswith("**")) for meaning, fr, en, keys in found
    ]  # fmt: skip


def plain(text: str) -> str:
    return re.sub(r"\{\w+\}|\*\*", "", text).strip().casefold()


def messages(lang: str) -> dict[str, list[str]]:
    """What the app can say, by key; the forms of a plural one by one."""
    found = {}
    for message in catalogue(lang):
        if message.id:
            key, said = (message.id, [message.string]) if isinstance(message.id, str) else (message.id[0], [*message.string])
            found[key] = [plain(str(text)) for text in said]
    return found


def marked() -> list[str]:
    """The keys of all states that are shown as a mark."""
    tables = (marks.EQUIPMENT, marks.JOB, marks.REQUEST, due_marks.DUE, due_marks.OUTCOME, steps.STATE, entries.MARKS, order_words.ORDER)
    single = (marks.VALIDATED, marks.RETURNED, due_marks.PAUSED, due_marks.IGNORED, due_marks.OUT_OF_SERVICE, entries.FORECAST)
    single = (*single, parts.LOW, parts.OUT, parts.TO_COUNT, parts.ARCHIVED, order_words.LATE)
    of_people = [f"people.state.{state}" for state in STATES]
    return [mark.key for table in tables for mark in table.values()] + [mark.key for mark in single] + of_people


LATER = "due.later"
"""A section's title, and no state."""


@pytest.mark.parametrize("key", sorted({*marked()} - {LATER}))
def test_every_state_has_its_meaning_in_the_list(key: str) -> None:
    assert len([word for word in words() if word.is_of(key)]) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_two_meanings_share_a_word(lang: str) -> None:
    said = [word.says[lang] for word in words()]
    assert sorted(said) == sorted(set(said))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_state_is_called_by_its_word(lang: str) -> None:
    every, states = messages(lang), set(marked())
    wrong = [
        (word.says[lang], key, said) for word in words() for key in states & {*word.keys} for said in every[key] if said != word.says[lang]
    ]
    assert not wrong


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_other_thing_is_called_by_it(lang: str) -> None:
    taken = {word.says[lang]: word for word in words()}
    strangers = [
        (said, key) for key, forms in messages(lang).items() for said in forms if said in taken and not taken[said].is_of(key)
    ]  # fmt: skip
    assert not strangers


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_easily_confused_is_not_said_within_other_words(lang: str) -> None:
    guarded = [word for word in words() if word.is_guarded]
    avoided = {row[0] for row in rows("Not said")}
    for key, forms in messages(lang).items():
        for said in forms:
            strange = [word.says[lang] for word in guarded if has(said, word.says[lang]) and not word.is_of(key)]
            assert not strange, (key, said)
            assert not (len(said) < PROSE and [word for word in avoided if has(said, word)]), (key, said)


def has(said: str, word: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", said) is not None
