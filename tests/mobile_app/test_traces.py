"""Whatever the app says to a person, a bug leaves a trace: no broad `except` swallows what it caught."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from mobile_app.core.errors import Offline
from mobile_app.ui import component

ROOT = Path(__file__).parents[2]
BROAD = {"Exception", "BaseException"}
TELLING = {"report", "report_error", "_on_error"}


def broad_handlers() -> Iterator[tuple[str, ast.ExceptHandler]]:
    for file in sorted((ROOT / "mobile_app").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and (node.type is None or names(node.type) & BROAD):
                yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def names(node: ast.AST) -> set[str]:
    return {part.id if isinstance(part, ast.Name) else part.attr for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute)}


def tells(handler: ast.ExceptHandler) -> bool:
    calls = {name for node in ast.walk(handler) if isinstance(node, ast.Call) for name in names(node.func)}
    return bool(calls & TELLING) or any(isinstance(node, ast.Raise) for node in ast.walk(handler))


def test_no_broad_except_is_silent() -> None:
    found = dict(broad_handlers())
    assert len(found) >= 5
    assert [place for place, handler in found.items() if not tells(handler)] == []


@pytest.mark.parametrize(("error", "level"), [(RuntimeError("a bug"), "ERROR"), (Offline(), "INFO")])
def test_a_bug_is_an_error_of_the_console_and_a_dead_network_is_none(
    caplog: pytest.LogCaptureFixture, error: Exception, level: str
) -> None:
    with caplog.at_level("INFO", "etabli.ui"):
        component._log("form", error)
    assert [record.levelname for record in caplog.records] == [level]
