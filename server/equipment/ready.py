"""The ready-made classes, as they are shown and as they are taken over."""

from functools import cache

from server.catalogue.failures import Entry
from server.catalogue.machines import MACHINES, ReadyMachine, Spec
from shared_models.equipment.rows import EquipmentClassWrite, FailureItemWrite, Names, ReadyClass, ReadyItem, SpecField, SpecFieldWrite
from shared_models.ids import uuid7


@cache
def offered() -> list[ReadyClass]:
    return [
        ReadyClass(
            code=machine.code,
            names=dict(_names(machine)),
            icon=machine.icon,
            spec_fields=[SpecField(key=spec.key, names=dict(_names(spec)), unit=spec.unit) for spec in machine.specs],
            failure_items=[
                ReadyItem(kind=kind, code=code, names=dict(_names(entry)), icon=entry.icon)
                for kind, entries in machine.lists().items()
                for code, entry in entries.items()
            ],
        )
        for machine in MACHINES.values()
    ]


def fresh(machine: ReadyMachine) -> EquipmentClassWrite:
    return EquipmentClassWrite(
        id=uuid7(),
        code=machine.code,
        names=_names(machine),
        icon=machine.icon,
        spec_fields=[SpecFieldWrite(key=spec.key, names=_names(spec), unit=spec.unit) for spec in machine.specs],
        failure_items=[
            FailureItemWrite(id=uuid7(), kind=kind, code=code, names=_names(entry), icon=entry.icon)
            for kind, entries in machine.lists().items()
            for code, entry in entries.items()
        ],
    )


def _names(named: ReadyMachine | Spec | Entry) -> Names:
    return {"fr": named.fr, "en": named.en}
