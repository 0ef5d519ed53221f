"""The Python that travels to the browser: standard library, packages and app as zips of compiled modules."""

import io
import json
import re
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from mobile_app.web import catalogues, vendor
from mobile_app.web.stamp import CACHE, ROOT, digest, fresh

HERE = Path(__file__).parent
BROWSER = ROOT / "assets" / "web"

# Modules of the standard library that mean nothing in a browser's worker; the rest stays importable.
UNUSED_STDLIB = re.compile(
    r"(__phello__|_aix_support|_apple_support|_android_support|_ios_support|_osx_support|_pydecimal|_pyio|_pylong|antigravity"
    r"|bdb|cProfile|cgi|compileall|curses|dbm|doctest|ensurepip|filecmp|ftplib|getpass|idlelib|imaplib|lib2to3"
    r"|mailbox|modulefinder|multiprocessing|netrc|nturl2path|optparse|pdb|pickletools|plistlib|poplib|profile|pstats|pty"
    r"|py_compile|pyclbr|pydoc|pydoc_data|rlcompleter|sched|smtplib|sqlite3|tabnanny|tarfile|this"
    r"|timeit|tkinter|trace|tty|turtle|turtledemo|unittest|venv|wave|_pydatetime|_pyrepl|cmd|colorsys|fileinput|shelve|tomllib|xml|webbrowser|wsgiref|xmlrpc|zipapp)(\.|/|$)"
    r"|asyncio/(__main__|proactor_events|tools|windows_)|.*/(test|tests)/|lib-dynload/|site-packages/|ctypes/macholib|concurrent/interpreter|http/server|encodings/(?!__init__"
    r"|aliases|ascii|latin_1|idna|punycode|utf_8|utf_8_sig|utf_16|cp1252|cp437|raw_unicode_escape|unicode_escape)"
)
# Parts of the packages no screen uses: command lines, tests, desktop and server transports, typing stubs.
UNUSED_PACKAGES = re.compile(
    r".*\.(pyi|so|typed)$|.*\.dist-info/|bin/|pydantic/(v1/|mypy\.py)"
    r"|flet/(fastapi|testing|cli\.py|pytest_plugin\.py)|flet/messaging/(flet_socket|flet_dart)"
)
STAYS_HERE = "mobile_app/web/"
MINIFIED_CHARS = 500
NATIVE_LIBRARY = "pydantic_core/_pydantic_core.cpython-314-wasm32-emscripten.so"


def stdlib_zip(pyodide: Path) -> Path:
    with zipfile.ZipFile(pyodide / "python_stdlib.zip") as source:
        files = [(name, source.read(name)) for name in source.namelist() if not UNUSED_STDLIB.match(name)]
    return compiled("stdlib", pyodide, files)


def packages_zip(pyodide: Path) -> Path:
    folder = vendor.python_packages()
    names = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    kept = [name for name in names if not UNUSED_PACKAGES.match(name)]
    return compiled("packages", pyodide, [(name, (folder / name).read_bytes()) for name in kept])


def native_library() -> Path:
    return vendor.python_packages() / NATIVE_LIBRARY


def app_zip(pyodide: Path, overlay: Path | None = None) -> Path:
    """What an overlay has is compiled alone, and laid over ours."""
    ours = compiled("app", pyodide, list(app_files()))
    if overlay is None:
        return ours
    return laid_over(ours, compiled("overlay", pyodide, [(name, file.read_bytes()) for name, file in sources_of(overlay).items()]))


def sources_of(root: Path) -> dict[str, Path]:
    """Our modules by name in the archive."""
    files = (file for package in ("shared_models", "mobile_app") for file in (root / package).rglob("*.py"))
    found = {file.relative_to(root).as_posix(): file for file in files}
    return {name: found[name] for name in sorted(found) if not name.startswith(STAYS_HERE)}


def app_files() -> Iterator[tuple[str, bytes]]:
    """Our own sources, the catalogues compiled, and the first module to run."""
    for name, file in sources_of(ROOT).items():
        yield name, file.read_bytes()
    yield "etabli_boot.py", (HERE / "boot.py").read_bytes()
    for lang in catalogues.LANGUAGES:
        yield f"mobile_app/locale/{lang}.mo", catalogues.compiled(lang)


def laid_over(ours: Path, overlay: Path) -> Path:
    """An archive with the modules of both, the overlay's in the place of ours."""
    target = CACHE / "compiled" / f"app-{digest(ours, overlay)}"
    with fresh(target) as folder:
        if folder:
            files: dict[str, bytes] = {}
            for archive in (ours, overlay):
                with zipfile.ZipFile(archive) as source:
                    files |= {name: source.read(name) for name in source.namelist()}
            (folder / "out.zip").write_bytes(zip_bytes(sorted(files.items())))
    return target / "out.zip"


def compiled(kind: str, pyodide: Path, files: list[tuple[str, bytes]]) -> Path:
    """Compile a set of files with Pyodide itself; the result is kept by content."""
    source = zip_bytes(files)
    script = HERE / "compile.mjs"
    target = CACHE / "compiled" / f"{kind}-{digest(source, script, pyodide / 'pyodide.asm.wasm')}"
    with fresh(target) as folder:
        if folder:
            (folder / "in.zip").write_bytes(source)
            run_node(script, pyodide, folder / "in.zip", folder / "out.zip")
            (folder / "in.zip").unlink()
    return target / "out.zip"


def zip_bytes(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A stored zip (Brotli does the shrinking) that depends on nothing but names and contents."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name, content in files:
            target.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def snapshot(python: Path, app: Path, overlay: Path | None = None) -> Path:
    """Memory of an interpreter that has imported the app: what the second start resumes from.

    `python` is the folder the browser gets (Pyodide, packages.zip, pydantic_core.so).
    """
    wanted = json.dumps({"modules": modules_of(app), "flet": flet_names(overlay)})
    scripts = [HERE / "snapshot.mjs", BROWSER / "interpreter.mjs"]
    target = CACHE / "snapshots" / digest(wanted, app, python, *scripts)
    with fresh(target) as folder:
        if folder:
            (folder / "preload.json").write_text(wanted)
            run_node(scripts[0], scripts[1], python, app, folder / "snapshot.bin", folder / "preload.json")
    return target / "snapshot.bin"


def modules_of(app: Path) -> list[str]:
    """What to import: the transport, then each module of ours."""
    with zipfile.ZipFile(app) as archive:
        names = [name.removesuffix(".pyc") for name in archive.namelist() if name.endswith(".pyc")]
    ours = [name.removesuffix("/__init__").replace("/", ".") for name in names]
    needed = ["flet.app", "flet.messaging.pyodide_connection"]
    return needed + sorted(name for name in ours if name.startswith(("mobile_app", "shared_models")))


def flet_names(overlay: Path | None) -> list[str]:
    """Flet imports a control when its name is first read: these are the names our sources read."""
    files = sources_of(ROOT) | (sources_of(overlay) if overlay else {})
    sources = [file.read_text(encoding="utf-8") for file in files.values()]
    found = {name for source in sources for name in re.findall(r"\b(?:ft|flet)\.([A-Za-z_]\w*)", source)}
    return sorted(found | {"View", "Text", "Container", "Column", "Row", "Theme"})


def run_node(*arguments: Path) -> None:
    command = [vendor.node(), "--no-warnings", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stdout + done.stderr).splitlines()
        readable = "\n".join(line for line in lines if len(line) < MINIFIED_CHARS)  # Node quotes whole minified files
        message = f"{arguments[0].name} failed:\n{readable[-4000:]}"
        raise RuntimeError(message)
