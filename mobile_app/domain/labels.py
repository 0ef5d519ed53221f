"""Printing labels: of which machines, parts or places, on what paper, from which place of the sheet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.errors import ClientError
from mobile_app.core.i18n import n, t
from mobile_app.domain.client import Client
from mobile_app.domain.files import download
from mobile_app.ui.buttons import PrimaryButton, TextLink
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.choices import Choice, ChoiceGrid
from mobile_app.ui.component import component
from mobile_app.ui.fields import Field
from mobile_app.ui.hooks import Draft, use_async, use_draft
from mobile_app.ui.numbers import NumberStepper
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from shared_models.labels.sheets import BlankLabels, LabelFormat, LabelSheet, UnprintableLabel

PER_SHEET = {LabelFormat.l7163: 14, LabelFormat.l7160: 21, LabelFormat.l7651: 65, LabelFormat.roll_62: 1}
MOST_COPIES = 20
PIXELS = 1024
MOST_BLANK = 650
NAMED, MOST_SHOWN = 3, 12


@dataclass(frozen=True)
class LabelsOf:
    """What they are for, in the order of printing; blank ones where it is nothing."""

    equipment_ids: tuple[UUID, ...] = ()
    part_ids: tuple[UUID, ...] = ()
    place_ids: tuple[UUID, ...] = ()

    def __len__(self) -> int:
        return len(self.equipment_ids) + len(self.part_ids) + len(self.place_ids)

    def on(self, **more: Any) -> LabelSheet:
        return LabelSheet(equipment_ids=[*self.equipment_ids], part_ids=[*self.part_ids], place_ids=[*self.place_ids], **more)


def labels_sheet(client: Client, of: LabelsOf, on_done: Callable[[], None]) -> Sheet:
    title = n("labels_form.title", len(of)) if of else t("labels_form.blank")
    return Sheet(title, LabelsForm(client, of, on_done))


@component
def LabelsForm(client: Client, of: LabelsOf, on_done: Callable[[], None]) -> ft.Control:
    draft = use_draft("labels", {"format": LabelFormat.l7163.value, "start": 1, "copies": 1, "count": 14})
    paper = LabelFormat(draft.get("format"))
    start = min(draft.get("start"), PER_SHEET[paper])

    async def print_them() -> None:
        if of:
            wanted = of.on(format=paper, start=start, copies=draft.get("copies"))
            if await download(client, "/labels/sheet", t("labels_form.file"), body=wanted):
                draft.set("printed", True)
        else:
            blank = BlankLabels(format=paper, start=start, count=draft.get("count"))
            await download(client, "/labels/blank", t("labels_form.file"), body=blank)
        on_done()

    async def picture() -> None:
        await download(client, f"/equipment/{of.equipment_ids[0]}/label.png?pixels={PIXELS}", t("labels_form.picture_file"))

    boxes = use_async(lambda: unprintable(client, of), [of]).data or []
    papers = [Choice(f.value, t(f"labels_form.format.{f.name}"), note=t(f"labels_form.format.{f.name}_note")) for f in PER_SHEET]
    many, most = ("copies", MOST_COPIES) if of else ("count", MOST_BLANK)
    parts: list[ft.Control] = [
        ChoiceGrid(papers, paper.value, draft.setter("format"), columns=2),
        _stepper(many, draft.get(many), most, draft),
    ]
    if PER_SHEET[paper] > 1:
        parts.append(_stepper("start", start, PER_SHEET[paper], draft))
        parts.append(Meta(t("labels_form.start_hint")))
    if boxes:
        parts.append(_boxes_notice(boxes))
    parts.append(PrimaryButton(t("labels_form.print"), print_them, icon=ft.Icons.PRINT_ROUNDED))
    if len(of) == len(of.equipment_ids) == 1:
        parts.append(ft.Row([TextLink(t("labels_form.picture"), picture)], alignment=ft.MainAxisAlignment.CENTER))
    return Stack(*parts)


async def unprintable(client: Client, of: LabelsOf) -> list[UnprintableLabel]:
    """Which labels would have boxes in place of letters; not known without a network, where nothing can be printed either."""
    if not of:
        return []
    try:
        answer = await client.api.post("/labels/check", of.on())
    except ClientError:
        return []
    return [UnprintableLabel.model_validate(row) for row in answer]


def _boxes_notice(boxes: Sequence[UnprintableLabel]) -> ft.Control:
    """The first names, and the characters that have no font."""
    names = ", ".join(label.name for label in boxes[:NAMED]) + ("…" if len(boxes) > NAMED else "")
    missing = "".join(dict.fromkeys("".join(label.missing for label in boxes)))[:MOST_SHOWN]
    return NoticeCard(n("labels_form.boxes", len(boxes)), t("labels_form.boxes_body", names=names, missing=missing))


def _stepper(name: str, value: int, most: int, draft: Draft) -> ft.Control:
    label = t(f"labels_form.{name}")
    return Field(label, ft.Row([NumberStepper(label, value, draft.setter(name), least=1, most=most)]), says_it=True)
