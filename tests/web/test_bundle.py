"""The bundle's Python (Pyodide, under Node): all of ours imports there, and every schema answers as it does on the server."""

import ast
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mobile_app.web import vendor
from mobile_app.web.bundle import BROWSER, UNUSED_STDLIB
from mobile_app.web.stamp import ROOT
from tests.e2e.product import web_root
from tests.web import vocabulary

HERE = Path(__file__).parent
COMMANDS = 60
"""There are more schemas than this; a walk that finds fewer has lost its way."""


@pytest.fixture(scope="module")
def bundle() -> dict[str, Any]:
    root = Path(web_root())
    [python], [app] = root.glob("python-*"), root.glob("app-*/app.zip")
    command = [vendor.node(), "--no-warnings", HERE / "vocabulary.mjs", BROWSER / "interpreter.mjs", python, app, HERE / "vocabulary.py"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


def test_every_module_of_the_app_imports_in_the_bundle(bundle: dict[str, Any]) -> None:
    assert bundle["troubles"] == {}
    assert {"mobile_app.app", "mobile_app.core.fetch", "shared_models.sync"} <= set(bundle["modules"])


def test_every_schema_answers_in_the_bundle_as_on_the_server(bundle: dict[str, Any]) -> None:
    names = vocabulary.module_names(None, "shared_models")
    vocabulary.import_troubles(names)
    here = vocabulary.answers(vocabulary.vocabulary(names))
    assert len(here) > COMMANDS
    assert {name: answer for name, answer in here.items() if isinstance(answer, dict) and "broken" in answer} == {}
    there = {name: answer for name, answer in bundle["answers"].items() if name.startswith("shared_models.")}
    assert {name: (there.get(name), here[name]) for name in here if there.get(name) != here[name]} == {}


def test_no_debug_message_is_put_together_in_the_bundle() -> None:
    [packages] = Path(web_root()).glob("python-*/packages.zip")
    with zipfile.ZipFile(packages) as compiled:
        assert b"logger" in (diff := compiled.read("flet/controls/object_patch.pyc"))
        assert b"debug" not in diff


def test_shared_models_import_what_the_bundle_has() -> None:
    """Pydantic itself and the standard library that travels: an optional extra would only be missed on a phone."""
    strangers = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in (ROOT / "shared_models").glob("**/*.py")
        for name in imported(ast.parse(file.read_text(encoding="utf-8")))
        if not (name.split(".")[0] in {"shared_models", "pydantic"} or travels(name))
    }
    assert strangers == set()


def travels(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] in sys.stdlib_module_names and not UNUSED_STDLIB.match(name.replace(".", "/") + ".")


def imported(tree: ast.Module) -> set[str]:
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
