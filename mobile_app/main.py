"""The entry point: what the browser's Python runs first."""

import flet as ft

from mobile_app.app import start


async def main(page: ft.Page) -> None:
    await start(page)


if __name__ == "__main__":
    ft.run(main)
