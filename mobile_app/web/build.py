"""Build the web root: `python -m mobile_app.web.build [OUT]`.

Everything big lies under a folder named by the hash of its contents (`/flutter-…`, `/python-…`, `/app-…`, `/shell-…`) and can be
cached for ever; the page, the service worker and the manifest point at them.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from mobile_app.web import bundle, page
from mobile_app.web.compress import compress_tree
from mobile_app.web.stamp import ROOT, digest, replace

DEFAULT_OUT = ROOT / ".build" / "web"
RENDERER = "canvaskit"
STAMP = "build.json"
INPUTS = ("assets/web", "assets/locale", "assets/screenshots", "mobile_app", "shared_models")
# Lets interpreter.mjs compile the library while the rest is loading.
LOAD_LIBRARY = "return loadLibData().then("
LOAD_COMPILED_LIBRARY = 'return Promise.resolve(Module["compiledLibraries"]?.[libName]??loadLibData()).then('
PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")


@dataclass(frozen=True)
class BuildReport:
    """`snapshot_problem` says why the app starts without its memory snapshot, if it does."""

    build_id: str
    root: str
    seconds: float
    changed: bool
    snapshot_problem: str = ""


def build_web(out: Path = DEFAULT_OUT, overlay: Path | None = None) -> BuildReport:
    """Bring `out` up to date with the sources; it is replaced whole, and left alone when nothing changed.

    `overlay` is a folder whose `mobile_app` and `shared_models` add to ours or take their place.
    """
    began = time.monotonic()
    folders = [folder for name in INPUTS if (folder := ROOT / name).exists()] + ([overlay] if overlay else [])
    inputs = digest(*folders, page.CLIENT / "main.dart.js")
    known = read_stamp(out)
    if changed := known.get("inputs") != inputs:
        known = {"inputs": inputs, **build_into(out, overlay)}
        (out / STAMP).write_text(json.dumps(known))
    seconds = round(time.monotonic() - began, 1)
    return BuildReport(known["build_id"], str(out), seconds, changed=changed, snapshot_problem=known["snapshot_problem"])


def read_stamp(out: Path) -> dict[str, str]:
    stamp = out / STAMP
    return dict(json.loads(stamp.read_text())) if stamp.exists() else {}


def build_into(out: Path, overlay: Path | None) -> dict[str, str]:
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        build_id, problem = assemble(work, overlay)
        compress_tree(work)
        work.chmod(0o755)
        replace(work, out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return {"build_id": build_id, "snapshot_problem": problem}


def assemble(root: Path, overlay: Path | None) -> tuple[str, str]:
    pyodide = page.CLIENT / "pyodide"
    page.copy_flutter(root / "flutter")
    page.copy_shell(root / "shell")
    page.copy_docs(root / "docs")
    copy_python(pyodide, root / "python")
    app = bundle.app_zip(pyodide, overlay)
    page.copy(app, root / "app" / "app.zip")
    problem = ""
    try:
        page.copy(bundle.snapshot(root / "python", app, overlay), root / "app" / "snapshot.bin")
    except RuntimeError as error:  # the app then starts more slowly, and works
        problem = str(error)
    addresses = {name: hashed(root / name) for name in ("flutter", "shell", "python", "app")}
    return page.write_root(root, addresses, RENDERER, snapshot=not problem), problem


def copy_python(pyodide: Path, folder: Path) -> None:
    for name in PYODIDE_FILES:
        page.copy(pyodide / name, folder / name)
    page.patch(folder / "pyodide.asm.mjs", re.escape(LOAD_LIBRARY), LOAD_COMPILED_LIBRARY)
    page.copy(bundle.stdlib_zip(pyodide), folder / "python_stdlib.zip")
    page.copy(bundle.packages_zip(pyodide), folder / "packages.zip")
    page.copy(bundle.native_library(), folder / "pydantic_core.so")


def hashed(folder: Path) -> str:
    """Rename a folder after its contents and return its address."""
    named = folder.with_name(f"{folder.name}-{digest(folder)}")
    folder.rename(named)
    return "/" + named.name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", nargs="?", type=Path, default=DEFAULT_OUT)
    report = build_web(parser.parse_args().out)
    sys.stdout.write(json.dumps(asdict(report), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
