"""First Python code to run in the browser: finds the compiled library, fills the snapshot, starts the app.

Travels in the archive as `etabli_boot`. Nothing here may keep a JavaScript object before the snapshot is taken.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Awaitable, Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from types import ModuleType
from typing import Any

LIBRARY = "pydantic_core._pydantic_core"


class NativeFinder(MetaPathFinder):
    """Finds the one compiled module: it cannot live in a zip beside its package."""

    def __init__(self, path: str) -> None:
        self.path = path

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        if fullname != LIBRARY:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=ExtensionFileLoader(fullname, self.path))


def prepare(native: str) -> None:
    """Make the packages importable; Flet talks to a plain module instead of one made of JavaScript objects."""
    sys.meta_path.insert(0, NativeFinder(native))
    sys.modules["flet_js"] = ModuleType("flet_js")


def preload(modules: list[str], flet_names: list[str]) -> list[str]:
    """Import all a screen may need, so that the snapshot holds it; return what does not import here."""
    flet = importlib.import_module("flet")
    for name in flet_names:
        getattr(flet, name, None)
    left_out = [problem for name in modules if (problem := import_problem(name))]
    for row in importlib.import_module("shared_models.entities").ENTITIES.values():
        row.model_rebuild()  # what reads a row, built once instead of at each start
    flet.Icons.HOME  # noqa: B018 - reads the table of icons
    importlib.import_module("gc").collect()
    return left_out


def import_problem(name: str) -> str | None:
    try:
        importlib.import_module(name)
    except ImportError as error:  # a part for other platforms than the browser
        return f"{name}: {error}"
    return None


def start(document_url: str) -> ModuleType:
    """Run the app until it waits for the page, and return the module the page talks through."""
    random = importlib.import_module("random")
    random.seed()  # a snapshot would deal every phone the same numbers
    channel = sys.modules["flet_js"]
    channel.documentUrl = document_url  # type: ignore[attr-defined]
    gc = importlib.import_module("gc")
    gc.disable()  # what is imported is no garbage
    main = importlib.import_module("mobile_app.main").main
    gc.enable()
    importlib.import_module("flet").run(reporting(main))
    return channel


def reporting(main: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    """`main`, whose failure the page hears of: to Flet it is one line in the console."""

    async def start_or_tell(page: Any) -> None:
        try:
            await main(page)
        except Exception as error:
            importlib.import_module("js").etabliFailed(f"{type(error).__name__}: {error}")
            raise

    return start_or_tell
