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
from shared_models.labels.sheets import BlankLabels, LabelledThing, LabelSheet, LabelTarget, UnprintableLabel
from shared_models.permissions import Permission

MOST_ON_PAPER = 4_000
_MACHINE = LabelledThing.machine
_MOST_MIB, _MOST_SECONDS = 768, 240


def checked(typed: str) -> str:
    code = label_code_in(typed)
    if code is None:
        raise LabelCodeInvalid(field="code")
    return code


async def thing_of(session: ReadSession, actor: Actor, typed: str) -> LabelTarget:
    """Raises `LabelCodeInvalid`, `LabelNotFound` (unknown, or of what is out of sight) or `LabelBlank`."""
    label = await repository.find(session, checked(typed))
    if label is None:
        raise LabelNotFound
    for entity, thing_id in ((_MACHINE, label.equipment_id), (LabelledThing.part, label.part_id), (LabelledThing.place, label.place_id)):
        if thing_id is not None:
            await _ensure_seen(session, actor, entity, thing_id)
            return LabelTarget(entity=entity, id=thing_id)
    raise LabelBlank(label=label.code)


async def machine_of(session: ReadSession, actor: Actor, typed: str) -> UUID:
    """As `thing_of`, of a machine."""
    found = await thing_of(session, actor, typed)
    if found.entity is not _MACHINE:
        raise LabelNotFound
    return found.id


async def _ensure_seen(session: ReadSession, actor: Actor, entity: LabelledThing, thing_id: UUID) -> None:
    if entity is _MACHINE:
        try:
            await equipment.get_visible(session, actor, thing_id)
        except NotFound:
            raise LabelNotFound from None
        return
    is_seen = entity is LabelledThing.part or await repository.sees_place(session, actor, thing_id)
    if not (is_seen and actor.may(Permission.inventory_read)):
        raise LabelNotFound


async def picture(session: ReadSession, actor: Actor, of: LabelSheet, *, base_url: str, pixels: int) -> bytes:
    label = (await _texts(session, actor, of))[0]
    return await asyncio.to_thread(pictures.qr_png, f"{base_url}/e/{label.code}", pixels=pixels)


async def sheet(session: ReadSession, actor: Actor, cmd: LabelSheet, *, base_url: str) -> bytes:
    """A PDF of the labels, in the order asked for."""
    if len(cmd.ids) * cmd.copies > MOST_ON_PAPER:
        raise TooManyLabels(field="copies", most=MOST_ON_PAPER)
    labels = [label for label in await _texts(session, actor, cmd) for _ in range(cmd.copies)]
    return await _print(labels, cmd, base_url)


async def unprintable(session: ReadSession, actor: Actor, cmd: LabelSheet) -> list[UnprintableLabel]:
    """The labels on which some characters would be boxes, since no font here has them."""
    found = await _seen(session, actor, cmd)
    lacking = [
        (thing_id, label, lettering.missing(f"{label.name}{label.number}{label.site}{label.line}")) for thing_id, label in found.items()
    ]
    return [UnprintableLabel(id=thing_id, name=label.name, missing=missing) for thing_id, label, missing in lacking if missing]


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


async def _texts(session: ReadSession, actor: Actor, cmd: LabelSheet) -> list[LabelText]:
    found = await _seen(session, actor, cmd)
    if any(thing_id not in found for thing_id in cmd.ids):
        raise NotFound
    return [found[thing_id] for thing_id in cmd.ids]


async def _seen(session: ReadSession, actor: Actor, cmd: LabelSheet) -> dict[UUID, LabelText]:
    if cmd.part_ids or cmd.place_ids:
        actor.ensure_any((Permission.inventory_read,))
    return await repository.texts(session, actor, cmd)
