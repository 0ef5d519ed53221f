"""Equipment classes and their failure catalogues."""

from uuid import UUID

from server.audit import service as audit
from server.catalogue.machines import MACHINES
from server.core.access import Actor
from server.core.database import Session
from server.core.errors import NotFound, existing
from server.core.versions import claim
from server.equipment import ready, repository
from server.equipment.errors import ClassCodeTaken, ClassInUse, FailureItemOfOtherClass, FailureItemTwice, ReadyClassUnknown
from server.equipment.models import EquipmentClass, FailureItem
from shared_models.equipment.rows import EquipmentClassWrite, FailureItemWrite, ReadyClassesTake


async def write(session: Session, actor: Actor, cmd: EquipmentClassWrite) -> EquipmentClass:
    """Create the class, or replace it when `version` is given; failure items left out are retired."""
    _check_items(cmd.failure_items)
    equipment_class, before = await _claimed(session, cmd)
    if await repository.class_code_is_taken(session, cmd.code, but=cmd.id):
        raise ClassCodeTaken(field="code", value=cmd.code)
    for name, value in cmd.model_dump(include={"code", "names", "icon", "spec_fields", "is_active"}).items():
        setattr(equipment_class, name, value)
    session.add(equipment_class)
    await session.flush()
    await _write_items(session, cmd)
    after = audit.snapshot(equipment_class) | {"failure_items": _names(cmd.failure_items)}
    await audit.record(session, actor, "equipment_class.written", equipment_class, before=before, after=after)
    return equipment_class


async def take(session: Session, actor: Actor, cmd: ReadyClassesTake) -> list[UUID]:
    """Make classes of one's own of ready-made ones; those whose code is there already are left as they are."""
    if unknown := [code for code in cmd.codes if code not in MACHINES]:
        raise ReadyClassUnknown(field="codes", value=unknown[0])
    wanted = [MACHINES[code] for code in dict.fromkeys(cmd.codes)]
    there = await repository.class_ids(session, [machine.code for machine in wanted])
    for machine in wanted:
        if machine.code not in there:
            made = ready.fresh(machine)
            await write(session, actor, made)
            there[machine.code] = made.id
    return [there[machine.code] for machine in wanted]


async def delete(session: Session, actor: Actor, class_id: UUID) -> None:
    """One that nothing refers to, with its lists; history is never left without its words."""
    found = existing(await repository.get_class(session, class_id, for_update=True))
    if await repository.class_is_used(session, class_id):
        raise ClassInUse
    items = _names(await repository.failure_items(session, class_id))
    await audit.record(session, actor, "equipment_class.deleted", found, before=audit.snapshot(found) | {"failure_items": items}, after={})
    await session.delete(found)
    await session.flush()


async def _claimed(session: Session, cmd: EquipmentClassWrite) -> tuple[EquipmentClass, dict[str, object]]:
    found = await repository.get_class(session, cmd.id, for_update=True)
    if found is None:
        if cmd.version is not None:
            raise NotFound
        return EquipmentClass(id=cmd.id, code=cmd.code), {}
    claim(found, cmd.version or 0)
    items = [item for item in await repository.failure_items(session, cmd.id) if item.is_active]
    return found, audit.snapshot(found) | {"failure_items": _names(items)}


def _names(items: list[FailureItem] | list[FailureItemWrite]) -> list[str]:
    return sorted(f"{item.kind}:{item.code}" for item in items)


def _check_items(items: list[FailureItemWrite]) -> None:
    if len({item.id for item in items}) < len(items) or len({(item.kind, item.code) for item in items}) < len(items):
        raise FailureItemTwice(field="failure_items")


async def _write_items(session: Session, cmd: EquipmentClassWrite) -> None:
    known = {item.id: item for item in await repository.failure_items(session, cmd.id, [item.id for item in cmd.failure_items])}
    if any(item.class_id != cmd.id for item in known.values()):
        raise FailureItemOfOtherClass
    wanted = {item.id for item in cmd.failure_items}
    for item in known.values():
        item.is_active = item.id in wanted
        if not item.is_active:  # its code may be given to another item
            item.code = _retired_code(item)
    await session.flush()
    for position, written in enumerate(cmd.failure_items):
        item = known.get(written.id) or FailureItem(id=written.id, class_id=cmd.id, kind=written.kind, code=written.code)
        for name, value in written.model_dump(include={"kind", "code", "names", "icon"}).items():
            setattr(item, name, value)
        item.position, item.is_active = position, True
        session.add(item)
    await session.flush()


def _retired_code(item: FailureItem) -> str:
    suffix = f"~{item.id.hex[-8:]}"
    return item.code if item.code.endswith(suffix) else item.code[: 40 - len(suffix)] + suffix
