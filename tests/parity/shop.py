"""One device before one server, and what the device foretold beside what the server then made of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from mobile_app.core.outbox import Stage
from mobile_app.core.projection import laid_over
from server.core.clock import now
from server.core.label_codes import LabelCode
from shared_models.base import Command, Row
from shared_models.checklists.commands import WriteChecklist
from shared_models.checklists.rows import Step, StepKind
from shared_models.equipment.commands import CreateEquipment
from shared_models.equipment.life import EquipmentLifeRow
from shared_models.equipment.rows import DocumentRow
from shared_models.ids import uuid7
from shared_models.interventions.commands import CreateIntervention
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory.rows import PartDocumentRow
from shared_models.labels.codes import new_label_code
from shared_models.meters.commands import CreateMeter, RecordReading
from shared_models.meters.rows import MeterRow
from shared_models.plans.commands import CreatePlan, GeneratePlan
from shared_models.plans.rows import OccurrenceRow, PlanRow
from tests.sync.conftest import Device, Factory
from tests.sync.pictures import JPEG

READ_ON_DEMAND: dict[str, type[Row]] = {"document": DocumentRow, "part_document": PartDocumentRow, "equipment_life": EquipmentLifeRow}
NOTHING = "—"
Held = dict[tuple[str, UUID], Row]


@dataclass(frozen=True, order=True)
class Difference:
    """`at` is the field within its row, `actions.0.started_at`; `row` for one that only one side has."""

    entity: str
    at: str
    foretold: str
    pulled: str

    def __str__(self) -> str:
        return f"{self.entity}.{self.at}: {_short(self.foretold, self.pulled)} → {_short(self.pulled, self.foretold)}"

    @property
    def path(self) -> str:
        """Which field of which entity, whatever its place in a list."""
        return ".".join([self.entity, *("*" if part.isdecimal() else part for part in self.at.split("."))])


@dataclass(eq=False)
class Shop:
    """A planner's device, and a technician's, which has a network. What is done before `offline` the server has; what is done
    after it waits."""

    factory: Factory
    device: Device
    technician: Device

    async def do(self, kind: type[Command], /, **fields: Any) -> Any:
        return await self.device.do(kind, **fields)

    async def online(self) -> None:
        """All that waits is sent, and its effect pulled."""
        self.device.transport.online = True
        await self.device.round()
        assert [(each.payload["type"], each.problem) for each in self.device.client.outbox.entries] == []

    async def offline(self) -> None:
        await self.online()
        self.device.transport.online = False

    async def afresh(self) -> None:
        """Nothing waits that an earlier case has left."""
        self.device.errors.clear()
        self.device.transport.online = True
        for entry in list(self.device.client.outbox.entries):
            if entry.stage is not Stage.applied:
                await self.device.client.discard(entry.id)
        await self.device.round()

    async def held(self) -> Held:
        """Every row on the device, as its screens see them."""
        tables = self.device.client.tables
        rows: Held = {(entity, row_id): row for entity, table in tables.by_entity.items() for row_id, row in table.rows.items()}
        for entity, model in READ_ON_DEMAND.items():
            many = await self.device.client.outbox.store.rows(entity)
            rows |= {(entity, row.id): row for row in map(model.model_validate_json, many.values())}
        for key, row in tables.changes.items():
            if row is not None:
                rows[key] = (laid_over(rows.get(key), row) or row) if key[0] in READ_ON_DEMAND else row
            else:
                rows.pop(key, None)
        return rows

    # what there is to work on and with

    @property
    def me(self) -> UUID:
        user = self.device.client.session.user
        assert user
        return user.id

    @property
    def today(self) -> date:
        return self.device.client.now().astimezone().date()

    def ago(self, **ago: float) -> datetime:
        return self.device.client.now() - timedelta(**ago)

    def of(self, table: str, row_id: UUID) -> Any:
        row = getattr(self.device.client.tables, table).get(row_id)
        assert row is not None
        return row

    def job(self, job_id: UUID) -> InterventionRow:
        return self.device.job(job_id)

    def plan(self, plan_id: UUID) -> PlanRow:
        row: PlanRow = self.of("plans", plan_id)
        return row

    def meter(self, meter_id: UUID) -> MeterRow:
        row: MeterRow = self.of("meters", meter_id)
        return row

    async def add_machine(self, **fields: Any) -> UUID:
        machine = uuid7()
        await self.do(CreateEquipment, equipment_id=machine, site_id=self.factory.site, name="Presse", **fields)
        return machine

    async def add_job(self, machine: UUID | None = None, *, start: bool = False, **fields: Any) -> UUID:
        job = uuid7()
        fields |= {"action_id": uuid7()} if start else {}
        machine = machine or await self.add_machine()
        await self.do(CreateIntervention, intervention_id=job, equipment_id=machine, title="Courroie usée", **fields)
        return job

    async def add_meter(self, machine: UUID | None = None, *, readings: dict[float, float] | None = None, **fields: Any) -> UUID:
        """`readings` by how many days ago they were taken."""
        meter = uuid7()
        plain = {"name": "Heures", "unit": "h", "most_per_day": 24}
        await self.do(CreateMeter, meter_id=meter, equipment_id=machine or await self.add_machine(), **plain | fields)
        for days, value in sorted((readings or {}).items(), reverse=True):
            await self.read(meter, value, self.ago(days=days))
        return meter

    async def read(self, meter: UUID, value: float, at: datetime | None = None, **fields: Any) -> UUID:
        reading = uuid7()
        await self.do(RecordReading, meter_id=meter, reading_id=reading, value=value, read_at=at or self.device.client.now(), **fields)
        return reading

    async def add_plan(self, machine: UUID | None = None, *, starts_in: int = 1, **fields: Any) -> UUID:
        """Weekly from tomorrow on, if nothing else is said."""
        plan = uuid7()
        await self.do(CreatePlan, **self.of_plan(plan, machine or await self.add_machine(), starts_in=starts_in, **fields))
        return plan

    def of_plan(self, plan: UUID, machine: UUID, *, starts_in: int = 1, **fields: Any) -> dict[str, Any]:
        rule = {"frequency_type": "weekly", "frequency_value": 1, "starts_on": self.today + timedelta(days=starts_in)}
        return {"plan_id": plan, "equipment_id": machine, "title": "Graissage"} | rule | fields

    async def add_planned_job(self, plan: UUID) -> UUID:
        job = uuid7()
        await self.do(GeneratePlan, plan_id=plan, intervention_id=job)
        return job

    def next_of(self, plan: UUID) -> datetime:
        """What names the plan's next date."""
        row = self.plan(plan)
        waiting = [each.original_due for each in row.occurrences if each.state == "planned" and each.due == row.next_due]
        return waiting[0] if waiting else row.upcoming[0]

    def occurrence(self, plan: UUID, original_due: datetime) -> OccurrenceRow:
        return next(each for each in self.plan(plan).occurrences if each.original_due == original_due)

    async def add_checklist(self, *steps: Step) -> UUID:
        checklist = uuid7()
        await self.do(WriteChecklist, checklist_id=checklist, name="Contrôle", steps=steps or [step(StepKind.check)])
        return checklist

    async def picture(self) -> UUID:
        return await self.device.client.attach(JPEG, "image/jpeg")

    async def blank_label(self) -> str:
        code = new_label_code()
        self.factory.session.add(LabelCode(code=code, created_at=now()))
        await self.factory.session.commit()
        return code

    async def reported(self, machine: UUID | None = None, **fields: Any) -> UUID:
        """What an operator has told on the page behind the label; everything is on the device then."""
        machine = machine or await self.add_machine()
        await self.online()
        [label] = self.of("equipment", machine).label_codes
        said = {"id": str(uuid7()), "symptom": "noise", "is_stopped": "false", "text": "Grince", "requester": "Aïcha"} | fields
        answer = await self.device.jar.client.post(f"/e/{label}", data=said, files={"photo": ("x.jpg", JPEG, "image/jpeg")})
        assert answer.status_code == 201, answer.text
        await self.device.round()
        return UUID(said["id"])


def step(kind: StepKind, title: str = "Consigner", **fields: Any) -> Step:
    return Step(id=uuid7(), kind=kind, title=title, **fields)


# --- two sides


def differences(foretold: Held, pulled: Held) -> list[Difference]:
    return sorted(
        each
        for key in foretold.keys() | pulled.keys()
        if foretold.get(key) != pulled.get(key)
        for each in _between(key[0], foretold.get(key), pulled.get(key))
    )


def _short(text: str, other: str) -> str:
    """From where they differ."""
    same = next((place for place, pair in enumerate(zip(text, other, strict=False)) if pair[0] != pair[1]), min(len(text), len(other)))
    return text if len(text) < 80 else f"…{text[max(same - 30, 0) : same + 50]}"


def _between(entity: str, foretold: Row | None, pulled: Row | None) -> Iterator[Difference]:
    sides = [dict(_leaves(row.model_dump() if row else None)) for row in (foretold, pulled)]
    every = sides[0].keys() | sides[1].keys()
    whole = {at for at in every if every & {f"{at}.row".lstrip("."), f"{at}.0.row"}}
    differing = [at for at in sorted(every - whole) if sides[0].get(at) != sides[1].get(at)]
    one_sided = tuple(at.removesuffix("row") for at in differing if at.split(".")[-1] == "row")
    for at in differing:
        if at.removesuffix("row") in one_sided or not at.startswith(one_sided):
            yield Difference(entity, at, *(side.get(at, NOTHING) for side in sides))


def _leaves(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """A row in a list is a leaf by its presence, and its fields are; a list of plain values is one leaf."""
    if isinstance(value, dict) and value:
        yield f"{at}.row".lstrip("."), "there"
        for name, each in value.items():
            yield from _leaves(each, f"{at}.{name}".lstrip("."))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for place, each in enumerate(value):
            yield from _leaves(each, f"{at}.{place}")
    elif isinstance(value, datetime) and value.tzinfo:
        yield at, value.astimezone(UTC).isoformat()
    elif isinstance(value, Decimal):
        yield at, str(value.normalize())
    else:
        yield at, str(value) if value is not None and not isinstance(value, list) else repr(value)
