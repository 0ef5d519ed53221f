"""The entry point: what the browser's Python runs first."""

import gc
from typing import Final

import flet as ft

from mobile_app.app import start

GARBAGE: Final = (50_000, 20, 50)
"""New objects until Python looks for cycles among them, and looks until it takes in older ones: a plant's rows are many and have none."""


async def main(page: ft.Page) -> None:
    gc.freeze()  # what was imported stays
    gc.set_threshold(*GARBAGE)
    await start(page)


if __name__ == "__main__":
    ft.run(main)
