"""Content hashes and caches, so that nothing is built twice."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "web"


def digest(*parts: Path | bytes | str) -> str:
    """Hash files, folders (names and contents) and values into 12 hex digits."""
    total = hashlib.sha256()
    for part in parts:
        for name, content in _contents(part):
            total.update(f"{name}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()[:12]


def _contents(part: Path | bytes | str) -> Iterator[tuple[str, bytes]]:
    if isinstance(part, bytes):
        yield "", part
    elif isinstance(part, str):
        yield "", part.encode()
    elif part.is_dir():
        for file in sorted(part.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file.relative_to(part).as_posix(), file.read_bytes()
    else:
        yield part.name, part.read_bytes()


@contextmanager
def fresh(target: Path) -> Iterator[Path | None]:
    """Yield an empty folder to fill when `target` does not exist yet, else None; the folder becomes `target` whole or not at all."""
    if target.exists():
        yield None
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=target.parent, prefix="."))
    try:
        yield folder
        folder.chmod(0o755)
        replace(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replace(folder: Path, target: Path) -> None:
    """Put `folder` in the place of `target`, keeping the old one until the new one stands."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    folder.rename(target)
    shutil.rmtree(old, ignore_errors=True)
