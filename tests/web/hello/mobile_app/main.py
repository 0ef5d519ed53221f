"""A small app that shows what the tests of the web root look at: the start, the route, the bridge."""

import flet as ft

from mobile_app.core.bridge import bridge
from shared_models.labels.codes import label_code_in

VERSION = "one"
ERRORS = {"RuntimeError": RuntimeError, "MemoryError": MemoryError, "StoreTrouble": type("StoreTrouble", (Exception,), {})}


async def main(page: ft.Page) -> None:
    if page.route.startswith("/raise/"):
        name = page.route.rsplit("/", 1)[-1]
        raise ERRORS[name]("odd")
    if page.route.startswith("/contract"):
        from mobile_app.contract.in_browser import tell  # put there by the tests

        page.add(ft.Text("Testing"))
        await tell(is_measured=page.route.endswith("/measured"))
    heard = ft.Text("Nothing heard")

    async def ask(method: str, params: dict[str, object]) -> None:
        result = await bridge.request(method, params)
        heard.value = f"{method}: {shown(result)}"
        page.update()

    async def scan(_event: object) -> None:
        await ask("scan.open", {"texts": SCAN_TEXTS})

    async def photo(_event: object) -> None:
        await ask("photo.take", {"texts": PHOTO_TEXTS, "max_px": 320})

    async def apply(_event: object) -> None:
        await ask("update.apply", {})

    def on_update(_params: object) -> None:
        heard.value = "update.ready"
        page.update()

    bridge.on("update.ready", on_update)
    page.theme = ft.Theme(font_family="Inter")
    page.add(
        ft.Text(f"Hello version {VERSION} at {page.route} \u2192 \u00c9tabli \u03a9 \u2264 \u4e2d \U0001f527"),
        ft.Text(str(label_code_in("https://etabli.example/e/nothing"))),
        heard,
        ft.Button("Scan", icon=ft.Icons.QR_CODE_SCANNER, on_click=scan),
        ft.Button("Photo", on_click=photo),
        ft.Button("Update", on_click=apply),
    )
    bridge.send("splash.done")


def shown(result: dict[str, object]) -> str:
    if "blob" in result:
        blob = result["blob"]
        return f"{result['mime']} {result['width']}x{result['height']} {blob.type}"  # type: ignore[attr-defined]
    return str(result)


SCAN_TEXTS = {
    "title": "Scan a label", "close": "Close", "hint": "Show the label", "torch": "Light", "zoom": "Zoom", "code": "Code on the label",
    "submit": "Open", "not_a_label": "Not a label", "no_decoder": "No decoder", "camera_again": "Again", "no_camera": "No camera",
    "camera_refused": "Camera refused", "camera_busy": "Camera busy", "camera_insecure": "Insecure", "camera_failed": "No answer",
}  # fmt: skip
PHOTO_TEXTS = {
    "title": "Take a photo", "close": "Close", "shutter": "Take", "choose": "Choose a file", "torch": "Light", "zoom": "Zoom",
    "camera_refused": "Camera refused", "camera_busy": "Camera busy", "no_camera": "No camera", "not_an_image": "Not an image",
}  # fmt: skip
