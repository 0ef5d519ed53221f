"""The page and its files: Flet's Flutter client, patched; our shell; the addresses of it all."""

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import flet_web

from mobile_app.web import catalogues, vendor
from mobile_app.web.icons import draw_icons
from mobile_app.web.stamp import ROOT, digest
from shared_models.labels.codes import RULE

BROWSER = ROOT / "assets" / "web"
SCREENSHOTS = ROOT / "assets" / "screenshots"
CLIENT = Path(flet_web.get_package_web_dir())
RIVE = "https://cdn.jsdelivr.net/npm/@rive-app/flutter-native-wasm@44.0.0/"
OURS = {"index.html", "manifest.webmanifest", "service-worker.js"}
FONTS = {
    "MaterialIcons": "fonts/MaterialIcons-Regular.otf",
    "Roboto": "fonts/roboto.woff2",  # Flutter fetches it from the network when the manifest lacks it
    "Inter": "fonts/inter.woff2",
}
CANVASKIT = ("canvaskit.js", "canvaskit.wasm", "chromium/canvaskit.js", "chromium/canvaskit.wasm")


def copy_flutter(folder: Path) -> None:
    """The client without what this app never shows: mathematics, Cupertino icons, other renderers, debug symbols."""
    assets = folder / "assets"
    for name in ("main.dart.js", "flutter_bootstrap.js", "version.json", *(f"canvaskit/{name}" for name in CANVASKIT)):
        copy(CLIENT / name, folder / name)
    for name in ("AssetManifest.bin", "AssetManifest.bin.json", "NOTICES", "fonts/MaterialIcons-Regular.otf", "fonts/roboto.woff2"):
        copy(CLIENT / "assets" / name, assets / name)
    shutil.copytree(CLIENT / "assets" / "shaders", assets / "shaders")
    copy(vendor.npm_packages() / "inter-ui" / "variable" / "InterVariable.woff2", assets / "fonts" / "inter.woff2")
    manifest = [{"family": family, "fonts": [{"asset": asset}]} for family, asset in FONTS.items()]
    (assets / "FontManifest.json").write_text(json.dumps(manifest))
    patch(folder / "flutter_bootstrap.js", r"serviceWorkerSettings: \{.*?\n    \},", "")
    patch(folder / "flutter_bootstrap.js", "assetBase: flet.assetBase", "\\g<0>, canvasKitForceCpuOnly: flet.drawsItself")
    patch(folder / "main.dart.js", re.escape(RIVE), "/rive/")


def copy_shell(folder: Path) -> None:
    """Our scripts and styles, and the QR decoder."""
    folder.mkdir(parents=True)
    for file in BROWSER.iterdir():
        if file.is_file() and file.name not in OURS:
            copy(file, folder / file.name)
    zxing = vendor.npm_packages() / "zxing-wasm" / "dist"
    copy(zxing / "iife" / "reader" / "index.js", folder / "zxing.js")
    copy(zxing / "reader" / "zxing_reader.wasm", folder / "zxing_reader.wasm")


def copy_docs(folder: Path) -> None:
    """The pages of the API, which `server.core.docs` serves."""
    for file in (BROWSER / "docs").iterdir():
        copy(file, folder / file.name)
    for name in ("swagger-ui.css", "swagger-ui-bundle.js"):
        copy(vendor.npm_packages() / "swagger-ui-dist" / name, folder / name)


def write_root(root: Path, addresses: dict[str, str], renderer: str, *, snapshot: bool) -> str:
    """Write the files that keep their names, and return the build's id."""
    draw_icons(root / "icons")
    (root / "rive").mkdir()
    for folder in ("wasm", "wasm_compatibility"):  # Flet's client waits for this script; animations of that kind are not used
        (root / "rive" / folder).mkdir()
        (root / "rive" / folder / "rive_native.js").write_text("globalThis.RiveNative = () => new Promise(() => {});\n")
    write_manifest(root)
    build_id = digest(root, *OURS_FILES, json.dumps(addresses), str(snapshot))
    build = boot_settings(build_id, addresses, renderer, snapshot=snapshot)
    page = (BROWSER / "index.html").read_text(encoding="utf-8")
    words = {f"{key}.{lang}": word for lang, texts in build["texts"].items() for key, word in texts.items()}
    places = {**words, **addresses, "build": json.dumps(build, ensure_ascii=False).replace("<", "\\u003c")}
    for name, value in places.items():
        page = page.replace(f"{{{name}}}", value)
    (root / "index.html").write_text(page, encoding="utf-8")
    write_service_worker(root, build_id, addresses)
    return build_id


OURS_FILES = tuple(BROWSER / name for name in sorted(OURS))


def boot_settings(build_id: str, addresses: dict[str, str], renderer: str, *, snapshot: bool) -> dict[str, Any]:
    shell, app = addresses["shell"], addresses["app"]
    return {
        "id": build_id,
        "renderer": renderer,
        "flutter": addresses["flutter"] + "/",
        "engine": f"{shell}/engine.js",
        "bridge": f"{shell}/bridge.js",
        "worker": f"{shell}/python-worker.mjs",
        "python": {
            "base": addresses["python"] + "/",
            "native": addresses["python"] + "/pydantic_core.so",
            "app": f"{app}/app.zip",
            "snapshot": f"{app}/snapshot.bin" if snapshot else None,
        },
        "labels": RULE,
        "texts": {lang: boot_texts(lang) for lang in catalogues.LANGUAGES},
    }


def boot_texts(lang: str) -> dict[str, str]:
    return {str(m.id): str(m.string) for m in catalogues.merged(lang) if str(m.id).startswith("boot.")}


def push_words(lang: str) -> dict[str, str]:
    """What is shown of a message that nobody can read."""
    words = boot_texts(lang)
    return {"title": words["boot.push_title"], "body": words["boot.push_body"]}


def write_manifest(root: Path) -> None:
    """The manifest in each language, with the screenshots there are: `<narrow|wide>-<name>.png` in `assets/screenshots`."""
    from PIL import Image

    shots = []
    for file in sorted(SCREENSHOTS.glob("*-*.png")):
        with Image.open(file) as image:
            size = f"{image.width}x{image.height}"
        copy(file, root / "screenshots" / file.name)
        form = file.name.split("-", 1)[0]
        shots.append({"src": f"/screenshots/{file.name}", "sizes": size, "type": "image/png", "form_factor": form})
    for lang in catalogues.LANGUAGES:
        text = (BROWSER / "manifest.webmanifest").read_text(encoding="utf-8").replace("{lang}", lang)
        for key, words in boot_texts(lang).items():
            text = text.replace(f"{{{key}}}", words)
        manifest = json.loads(text) | ({"screenshots": shots} if shots else {})
        (root / f"manifest.{lang}.webmanifest").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")


def write_service_worker(root: Path, build_id: str, addresses: dict[str, str]) -> None:
    canvaskit = f"{addresses['flutter']}/canvaskit/"
    renderers = {
        "chromium": [canvaskit + name for name in CANVASKIT if name.startswith("chromium/")],
        "other": [canvaskit + name for name in CANVASKIT if "/" not in name],
    }
    optional = {path for paths in renderers.values() for path in paths}
    seldom = re.compile(r"/docs/|/screenshots/|/service-worker|/favicon|.*/NOTICES$")
    files = [path for path in paths_of(root) if path not in optional and not seldom.match(path)]
    build = {
        "id": build_id, "device": addresses["shell"] + "/device.js", "files": files, "renderers": renderers, "shell": "/index.html",
        "words": {lang: push_words(lang) for lang in catalogues.LANGUAGES},
    }  # fmt: skip
    source = (BROWSER / "service-worker.js").read_text(encoding="utf-8")
    (root / "service-worker.js").write_text(source.replace("/*build*/ null", json.dumps(build)), encoding="utf-8")


def paths_of(root: Path) -> Iterable[str]:
    return ["/" + file.relative_to(root).as_posix() for file in sorted(root.rglob("*")) if file.is_file()]


def patch(file: Path, pattern: str, replacement: str) -> None:
    """Change a file of Flet's client, and fail loudly when a new version no longer holds what we change."""
    text, count = re.subn(pattern, replacement, file.read_text(encoding="utf-8"), flags=re.DOTALL)
    if not count:
        message = f"{file.name}: nothing matches {pattern}"
        raise RuntimeError(message)
    file.write_text(text, encoding="utf-8")


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
