"""Where a scan lands: the machine, the part, the place, or what to do when the label is unknown or blank."""

import flet as ft

from mobile_app.core.bridge import bridge
from mobile_app.core.errors import ClientError, ProblemError
from mobile_app.core.i18n import t
from mobile_app.domain.cards import MachineCard
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, use_client, use_tables
from mobile_app.domain.lookup import place
from mobile_app.domain.missing import Missing
from mobile_app.domain.scanning import LABELLED, place_labelled, scan_and_go, scanner
from mobile_app.domain.search import search_equipment
from mobile_app.domain.submit import submit
from mobile_app.ui.buttons import Handler, PrimaryButton, SecondaryButton
from mobile_app.ui.component import component
from mobile_app.ui.feedback import ResultScreen, SkeletonList
from mobile_app.ui.fields import SearchField
from mobile_app.ui.hooks import use_async
from mobile_app.ui.sheets import Question, use_confirm
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.theme import Tone
from shared_models.equipment.commands import LinkLabel
from shared_models.equipment.rows import EquipmentRow
from shared_models.labels.codes import grouped, is_label_code, label_code_in, normalise


@component
def ScanScreen() -> ft.Control:
    """The place of the home-screen shortcut: opens the camera by itself."""
    client = use_client()

    async def scan() -> None:
        if not await scan_and_go(client):
            go("/")

    ft.use_effect(scan, [])
    return ResultScreen(t("scan.title"), t("scan.hint"), tone=Tone.primary, icon=ft.Icons.QR_CODE_SCANNER_ROUNDED)


@component
def LabelScreen() -> ft.Control:
    """`/e/<code>`: the device's own rows first, then the server's word."""
    client = use_tables("equipment", "parts", "places")
    typed = ft.use_route_params()["code"]
    code = label_code_in(f"/e/{typed}") or normalise(typed)
    found = place_labelled(client, code)

    async def ask() -> str | None:
        return None if found else await _resolve(client, code)

    asked = use_async(ask, [code, found is not None])

    def move() -> None:
        if found:
            ft.context.page.navigate(found)

    def warn() -> None:
        if not found and not asked.loading and asked.data != "blank":
            bridge.send("feedback", {"sound": "error", "vibrate": [80, 40, 80]})

    ft.use_effect(move, [found])
    ft.use_effect(warn, [found, asked.loading, asked.data])
    if found or asked.loading:
        return Page(SkeletonList())
    return Missing(_answer(client, code, asked.data))


async def _resolve(client: Client, code: str) -> str:
    """What the server knows of a label that the device does not: `blank`, `unknown`, `offline` or `elsewhere`."""
    if not is_label_code(code):
        return "wrong"
    try:
        target = await client.api.get(f"/labels/{code}/target")
        row, path = next(known for known in LABELLED.values() if known[0].entity == target["entity"])
        await client.bring(row, f"{path}/{target['id']}")
    except ProblemError as error:
        return "blank" if error.code == "label_blank" else "unknown"
    except ClientError:
        return "offline"
    await client.sync.now()  # it exists, and is ours to see: the rest of it is on its way
    return "offline"


def _answer(client: Client, code: str, answer: str | None) -> ft.Control:
    if answer == "blank":
        return LinkBlankLabel(code)
    kind = answer or "unknown"
    return ResultScreen(
        t(f"scan.{kind}", code=grouped(code)),
        t(f"scan.{kind}_body"),
        tone=Tone.warning,
        icon=ft.Icons.QR_CODE_2_ROUNDED,
        actions=[
            PrimaryButton(t("scan.again"), scanner(client), icon=ft.Icons.QR_CODE_SCANNER_ROUNDED),
            SecondaryButton(t("scan.search"), lambda: go("/equipment")),
        ],
    )


@component
def LinkBlankLabel(code: str) -> ft.Control:
    """A pre-printed label that belongs to nothing yet: choose the machine it is stuck on."""
    client = use_tables("equipment", "lines", "classes", "sites")
    query, set_query = ft.use_state("")
    ask = use_confirm()
    found = search_equipment(client.equipment.rows.values(), query, limit=30)

    def choose(machine: EquipmentRow) -> Handler:
        async def link() -> None:
            command = LinkLabel(equipment_id=machine.id, label_code=code, occurred_at=client.now())
            if await submit(client, command):
                bridge.send("feedback", {"sound": "ok", "vibrate": [40]})
                go(f"/equipment/{machine.id}")

        title = t("scan.link_ask", code=grouped(code), machine=place(client, machine.id))
        return lambda: ask(Question(title, t("scan.link_ask_body"), t("scan.link_do"), link, danger=False))

    cards = [MachineCard(client, machine, on_open=choose(machine)) for machine in found]
    head = PageHeader(t("scan.link_title", code=grouped(code)), t("scan.link_body"), on_back=lambda: go("/"))
    return Page(head, SearchField(query, set_query, autofocus=True), *cards)
