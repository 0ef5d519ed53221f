"""Reporting a problem on a machine: as rich as the page that operators have, and as quick; nothing has to be typed."""

from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.core.limits import text_limit
from mobile_app.domain import marks
from mobile_app.domain.camera import take_photo
from mobile_app.domain.client import Client
from mobile_app.domain.pictures import use_pictures
from mobile_app.domain.submit import submit
from mobile_app.features.equipment.sheets import BREAKDOWN, FAULT, Done, new_job
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.choices import Choice, ChoiceGrid
from mobile_app.ui.component import component
from mobile_app.ui.fields import Field, TextInput, Toggle
from mobile_app.ui.hooks import Draft, use_draft
from mobile_app.ui.photos import Photo, PhotoGrid
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.theme import Space
from shared_models.equipment.rows import EquipmentRow
from shared_models.ids import uuid7
from shared_models.interventions.commands import AddPhoto, CreateIntervention
from shared_models.interventions.rows import PhotoKind, Priority
from shared_models.requests.rows import Symptom

PRESSING = {Symptom.stopped, Symptom.safety}
SMALL = 64
EMPTY: dict[str, Any] = {"symptom": "", "stopped": None, "text": "", "photos": []}


def report_sheet(client: Client, machine: EquipmentRow, on_done: Done) -> Sheet:
    return Sheet(t("machine.report_title"), ReportForm(client, machine, on_done), tall=True)


@component
def ReportForm(client: Client, machine: EquipmentRow, on_done: Done) -> ft.Control:
    """A problem for somebody to take up: a job without a clock. What is wrong is one tap, and so is a photo."""
    draft = use_draft(f"report:{machine.id}", EMPTY)
    symptom = draft.get("symptom", "")

    async def send() -> None:
        job = reported(client, machine, draft.values)
        if not await submit(client, job, said="machine.reported"):
            return
        for photo_id in draft.get("photos", []):
            photo = AddPhoto(
                occurred_at=client.now(), intervention_id=job.intervention_id, photo_id=UUID(photo_id), kind=PhotoKind.before
            )  # fmt: skip
            await submit(client, photo)
        await draft.clear()
        on_done()

    symptoms = [Choice(symptom.value, marks.SYMPTOM[symptom].word, marks.SYMPTOM[symptom].icon) for symptom in Symptom]
    return Stack(
        ChoiceGrid(symptoms, symptom, draft.setter("symptom")),
        Photos(client, draft),
        Toggle(t("machine.is_stopped"), is_stopped(draft.values), draft.setter("stopped")),
        TextInput(
            t("machine.details"),
            draft.get("text", ""),
            draft.setter("text"),
            lines=2,
            max_length=text_limit(CreateIntervention, "description"),
            optional=True,
        ),
        PrimaryButton(t("machine.send_report"), send, icon=ft.Icons.SEND_ROUNDED, disabled=not symptom),
        spacing=Space.m,
    )


@component
def Photos(client: Client, draft: Draft) -> ft.Control:
    taken: list[str] = draft.get("photos", [])
    pictures = use_pictures(tuple(UUID(photo_id) for photo_id in taken))

    async def take() -> None:
        photo_id = await take_photo(client)
        if photo_id is not None:
            draft.set("photos", [*taken, str(photo_id)])

    tiles = [Photo(photo_id, pictures[UUID(photo_id)]) for photo_id in taken if UUID(photo_id) in pictures]
    return Field(t("job.photos"), PhotoGrid(tiles, on_add=take, size=SMALL), optional=True)


def is_stopped(values: dict[str, Any]) -> bool:
    """As it was said; else as the symptom says."""
    said = values.get("stopped")
    return values.get("symptom") == Symptom.stopped if said is None else bool(said)


def priority_of(values: dict[str, Any]) -> Priority:
    """High where somebody may be hurt or nothing works any more; whoever plans sees the job and may think otherwise."""
    return Priority.high if values.get("symptom") in PRESSING or is_stopped(values) else Priority.medium


def reported(client: Client, machine: EquipmentRow, values: dict[str, Any]) -> CreateIntervention:
    """The job is called by its first line, else by what is wrong."""
    symptom, text = marks.SYMPTOM[Symptom(values["symptom"])].word, (values.get("text") or "").strip()
    most = text_limit(CreateIntervention, "title")
    title = (text.split("\n")[0] or symptom)[:most]
    more = {"description": f"{symptom}\n{text}" if text else "", "priority": priority_of(values)}
    return new_job(client, machine, uuid7(), BREAKDOWN if is_stopped(values) else FAULT, title, starts=False, **more)
