"""The yardstick: a Flet hello-world built the stock way, with Flet's own page, worker and archive, nothing of ours."""

import tarfile
from io import BytesIO
from pathlib import Path

import flet_web

from mobile_app.web import vendor
from mobile_app.web.compress import compress_tree
from mobile_app.web.page import CLIENT, copy, patch
from mobile_app.web.stamp import fresh

HELLO = """\
import flet as ft
import js

def main(page: ft.Page):
    page.add(ft.Text("Hello"))
    js.BroadcastChannel.new("bench").postMessage("up")

ft.run(main)
"""
PACKAGES = ("flet", "msgpack", "repath.py", "six.py")


def build_bare(target: Path) -> Path:
    with fresh(target) as folder:
        if folder:
            for file in CLIENT.rglob("*"):
                if file.is_file() and file.suffix not in {".symbols", ".map", ".exe"}:
                    copy(file, folder / file.relative_to(CLIENT))
            (folder / "app.tar.gz").write_bytes(archive())
            patch_page(folder)
            compress_tree(folder)
    return target


def archive() -> bytes:
    out = BytesIO()
    packages = vendor.python_packages()
    with tarfile.open(fileobj=out, mode="w:gz") as target:
        for name in PACKAGES:
            target.add(packages / name, f"__pypackages__/{name}")
        info = tarfile.TarInfo("main.py")
        info.size = len(HELLO)
        target.addfile(info, BytesIO(HELLO.encode()))
    return out.getvalue()


def patch_page(folder: Path) -> None:
    """Flet's own helpers, and the two corrections without which the result does not start offline from any network."""
    index = folder / "index.html"
    flet_web.patch_index_html(
        str(index), "/", pyodide=True, pyodide_script_path="main.py", pyodide_version="314.0.7", no_cdn=True, app_name="Hello"
    )
    flet_web.patch_font_manifest_json(str(folder / "assets" / "FontManifest.json"))
    patch(index, 'flet.pyodideUrl="pyodide/', 'flet.pyodideUrl="/pyodide/')
    patch(index, 'flet.webRenderer="auto"', 'flet.webRenderer="canvaskit"')
    patch(folder / "flutter_bootstrap.js", r"serviceWorkerSettings: \{.*?\n    \},", "")
