"""The wording: every key that the code says exists, in both languages, with the same placeholders, and once."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from shared_models.commands import COMMANDS

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "assets" / "locale"
LANGUAGES = ("fr", "en")
PLACEHOLDER = re.compile(r"{(\w+)}")
SPOKEN = ("mobile_app", "server")


def messages(lang: str) -> list[tuple[str, Message]]:
    found = []
    for file in sorted((LOCALE / lang).glob("*.po")):
        with file.open("rb") as source:
            found += [(key_of(message), message) for message in read_po(source, locale=lang) if message.id]
    return found


def key_of(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def wordings(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string]


KNOWN = {lang: dict(messages(lang)) for lang in LANGUAGES}


@cache
def said() -> dict[str, str]:
    """Keys (or, for f-strings, patterns of keys) by the place that says them: the first argument of `t` and `n`."""
    found = {}
    for package in SPOKEN:
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and name_of(node.func) in {"t", "n"} and node.args:
                    for pattern in patterns(node.args[0]):
                        found[pattern] = f"{file.relative_to(ROOT)}:{node.lineno}"
    return found


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def patterns(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [re.escape(node.value)]
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(part.value) if isinstance(part, ast.Constant) else r"[\w.]+" for part in node.values]
        return ["".join(parts)]
    if isinstance(node, ast.IfExp):
        return patterns(node.body) + patterns(node.orelse)
    return []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_that_is_said_is_known(lang):
    known = "\n".join(KNOWN[lang])
    missing = {pattern: place for pattern, place in said().items() if not re.search(f"^{pattern}$", known, re.MULTILINE)}
    assert missing == {}


def test_both_languages_know_the_same_keys():
    assert KNOWN["fr"].keys() ^ KNOWN["en"].keys() == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_key_is_defined_twice_or_left_empty(lang):
    assert [key for key, times in Counter(key for key, _ in messages(lang)).items() if times > 1] == []
    assert [key for key, message in KNOWN[lang].items() if not all(wordings(message))] == []


def test_placeholders_agree():
    """A plural form may leave its number out (“one job”); no form may invent a placeholder."""
    wrong = []
    for key, message in KNOWN["fr"].items():
        of_fr, of_en = ({name for text in wordings(m) for name in PLACEHOLDER.findall(text)} for m in (message, KNOWN["en"][key]))
        if of_fr ^ of_en:
            wrong.append((key, of_fr, of_en))
    assert wrong == []


def test_plural_forms_are_plural_in_both():
    assert [key for key, message in KNOWN["fr"].items() if len(wordings(message)) != len(wordings(KNOWN["en"][key]))] == []


def test_every_command_has_a_name_people_read():
    assert {f"command.{name}" for name in COMMANDS} - KNOWN["fr"].keys() == set()


def test_every_step_of_a_job_is_worded():
    """What the audit log records of interventions is read on the job's screen."""
    source = "\n".join(file.read_text() for file in (ROOT / "server" / "interventions").glob("*.py"))
    recorded = {f"audit.{action}" for action in re.findall(r"\"(intervention\.[a-z_]+)\"", source)}
    assert recorded
    assert recorded - KNOWN["fr"].keys() == set()


def test_all_that_the_history_records_is_worded():
    """By its whole name, or by what is made and changed; what commands are done as, `test_push.py` sees when it gives each."""
    source = "\n".join(file.read_text() for file in (ROOT / "server").rglob("*.py"))
    recorded = set(re.findall(r"audit\.(?:record|keep)\([^\n\"]*\"([a-z_]+\.[a-z_]+)\"", source))
    recorded |= {f"{entity}.{done}" for entity in re.findall(r"_written\(\"([a-z_]+)\"", source) for done in ("created", "updated")}
    assert len(recorded) > 40
    assert {f"audit.{action}" for action in recorded} - KNOWN["fr"].keys() == set()


def test_every_key_is_said():
    """Whole, by an f-string, or by what stands before its last dot (`boot.`, the reasons of a form)."""
    whole, woven = set(), set()
    for package in (*SPOKEN, "shared_models"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    whole.add(node.value.removesuffix("."))
                elif isinstance(node, ast.JoinedStr):
                    woven |= {pattern for pattern in patterns(node) if re.match(r"[a-z_]{2,}", pattern)}
    pages = "".join(file.read_text() for suffix in ("js", "html") for file in (ROOT / "assets").rglob(f"*.{suffix}"))
    said = re.compile("|".join(woven))
    dead = [key for key in KNOWN["fr"] if not ({key, key.rpartition(".")[0]} & whole or key in pages or said.fullmatch(key))]
    assert dead == []
