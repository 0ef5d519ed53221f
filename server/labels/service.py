"""Labels: what a code stands for, and sheets to print."""

import asyncio
from uuid import UUID

from server.core.access import Actor
from server.core.apart import WorkFailedError, apart
from server.core.database import ReadSession, Session
from server.core.errors import NotFound, Unavailable
from server.equipment import service as equipment
from server.labels import lettering, pictures, repository, sheets
from server.labels.errors import LabelBlank, LabelCodeInvalid, LabelNotFound, StartOffSheet, TooManyLabels
from server.labels.texts import LabelText
from shared_models.labels.codes import label_code_in
from shared_models.labels.sheets import BlankLabels, LabelSheet, UnprintableLabel

MOST_ON_PAPER = 4_000
_MOST_MIB, _MOST_SECONDS = 768, 240


def checked(typed: str) -> str:
    code = label_code_in(typed)
    if code is None:
        raise LabelCodeInvalid(field="code")
    return code


async def machine_of(session: ReadSession, actor: Actor, typed: str) -> UUID:
    """Raises `LabelCodeInvalid`, `LabelNotFound` (unknown, or of a machine out of sight) or `LabelBlank`."""
    label = await repository.find(session, checked(typed))
    if label is None:
        raise LabelNotFound
    if label.equipment_id is None:
        raise LabelBlank(label=label.code)
    try:
        await equipment.get_visible(session, actor, label.equipment_id)
    except NotFound:
        raise LabelNotFound from None
    return label.equipment_id


async def picture(session: ReadSession, actor: Actor, equipment_id: UUID, *, base_url: str, pixels: int) -> bytes:
    label = (await _texts(session, actor, [equipment_id]))[0]
    return await asyncio.to_thread(pictures.qr_png, f"{base_url}/e/{label.code}", pixels=pixels)


async def sheet(session: ReadSession, actor: Actor, cmd: LabelSheet, *, base_url: str) -> bytes:
    """A PDF of the machines' labels, in the order asked for."""
    if len(cmd.equipment_ids) * cmd.copies > MOST_ON_PAPER:
        raise TooManyLabels(field="copies", most=MOST_ON_PAPER)
    labels = [label for label in await _texts(session, actor, cmd.equipment_ids) for _ in range(cmd.copies)]
    return await _print(labels, cmd, base_url)


async def unprintable(session: ReadSession, actor: Actor, cmd: LabelSheet) -> list[UnprintableLabel]:
    """The labels on which some characters would be boxes, since no font here has them."""
    found = [(equipment_id, label) for equipment_id, label in (await repository.texts(session, actor, cmd.equipment_ids)).items()]
    lacking = [
        (equipment_id, label, lettering.missing(f"{label.name}{label.machine}{label.site}{label.line}")) for equipment_id, label in found
    ]
    return [UnprintableLabel(equipment_id=one, name=label.name, missing=missing) for one, label, missing in lacking if missing]


async def blank_sheet(session: Session, actor: Actor, cmd: BlankLabels, *, base_url: str) -> bytes:
    codes = await equipment.new_blank_labels(session, actor, cmd.count)
    return await _print([LabelText(code) for code in codes], cmd, base_url)


async def _print(labels: list[LabelText], cmd: LabelSheet | BlankLabels, base_url: str) -> bytes:
    if cmd.start > (last := sheets.LAYOUTS[cmd.format].per_page):
        raise StartOffSheet(field="start", last=last)
    task = sheets.Task(labels=labels, base_url=base_url, format=cmd.format, start=cmd.start).model_dump_json()
    try:
        return await apart(sheets.printed, task.encode(), most_mib=_MOST_MIB, most_seconds=_MOST_SECONDS)
    except WorkFailedError:
        raise Unavailable from None


async def _texts(session: ReadSession, actor: Actor, equipment_ids: list[UUID]) -> list[LabelText]:
    found = await repository.texts(session, actor, equipment_ids)
    if any(equipment_id not in found for equipment_id in equipment_ids):
        raise NotFound
    return [found[equipment_id] for equipment_id in equipment_ids]
