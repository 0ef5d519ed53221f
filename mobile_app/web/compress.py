"""Brotli files beside the plain ones; a file already compressed once is taken from the cache."""

import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import brotli

from mobile_app.web.stamp import CACHE, digest

SUFFIXES = {".bin", ".css", ".frag", ".html", ".js", ".json", ".mjs", ".otf", ".so", ".svg", ".ttf", ".wasm", ".webmanifest", ".zip"}
TINY, HUGE = 512, 20_000_000
SELDOM_CHANGES = re.compile(r"(flutter|python)-")


def compress_tree(root: Path) -> None:
    files = [file for file in root.rglob("*") if file.is_file() and file.suffix in SUFFIXES and file.stat().st_size > TINY]
    files.sort(key=lambda file: -file.stat().st_size)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(partial(compress, root), files))


def compress(root: Path, file: Path) -> None:
    content = file.read_bytes()
    quality = 10 if SELDOM_CHANGES.match(file.relative_to(root).as_posix()) else 6 if len(content) > HUGE else 9
    cached = CACHE / "brotli" / f"{digest(content)}-{quality}.br"
    if not cached.exists():
        cached.parent.mkdir(parents=True, exist_ok=True)
        unfinished = cached.with_name(f".{cached.name}.{os.getpid()}")
        unfinished.write_bytes(brotli.compress(content, quality=quality, lgwin=24))
        unfinished.replace(cached)
    shutil.copy(cached, file.with_name(file.name + ".br"))
