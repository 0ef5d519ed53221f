"""A machine's file on paper: its plate, its meters, documents and plans, and its life, newest first."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from reportlab.platypus import Flowable

from server.reports.speech import Speech
from server.reports.streamed import Rows
from server.reports.typeset import PALE, SMALL, Running, Words, facts, heading, section, typeset
from shared_models.equipment.rows import EquipmentRow, SpecField, in_language
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionType
from shared_models.labels.codes import grouped

MOST_JOBS = 1_000


class MeterLine(BaseModel):
    name: str
    unit: str
    last_value: float | None
    last_read_at: datetime | None


class DocumentLine(BaseModel):
    title: str
    valid_until: date | None


class PlanLine(BaseModel):
    title: str
    next_due_date: datetime | None


class JobLine(BaseModel):
    """`costs`: of its parts, by currency."""

    number: str
    title: str
    intervention_type: InterventionType
    status: InterventionStatus
    at: datetime
    downtime_minutes: int | None
    labour_minutes: int
    costs: dict[str, Decimal]
    work: str


class MachineFile(BaseModel):
    """`jobs` are the newest, `job_count` how many there are."""

    machine: EquipmentRow
    lang: str
    zone: str
    printed_at: datetime
    class_names: dict[str, str]
    spec_fields: list[SpecField]
    place: list[str]
    part_of: str
    meters: list[MeterLine]
    documents: list[DocumentLine]
    plans: list[PlanLine]
    jobs: list[JobLine]
    job_count: int


def printed(task: bytes) -> bytes:
    """`pdf` in a process of its own: `MachineFile` as JSON."""
    return pdf(MachineFile.model_validate_json(task))


def pdf(file: MachineFile) -> bytes:
    setter = _Setter(file)
    return typeset(list(setter.story()), setter.running()).content


class _Setter:
    def __init__(self, file: MachineFile) -> None:
        self.file, self.machine = file, file.machine
        self.speech = Speech(file.lang, file.zone)
        self.t = self.speech.t

    def running(self) -> Running:
        printed = self.t("reports.printed", when=self.speech.moment(self.file.printed_at))
        return Running(f"{self.machine.code} · {self.machine.name}", printed, self.t("reports.page"))

    def story(self) -> Iterator[Flowable]:
        machine, t = self.machine, self.t
        state = t(f"domain.equipment.{machine.status.value}")
        yield from heading(machine.name, " · ".join((t("reports.machine_file"), machine.code, state)))
        yield from facts(self._plate())
        if specifications := self._specifications():
            yield from section(t("reports.specifications"))
            yield from facts(specifications)
        if machine.notes:
            yield from section(t("reports.notes"))
            yield Words(machine.notes)
        yield from self._meters()
        yield from self._documents()
        yield from self._plans()
        yield from self._life()

    def _plate(self) -> list[tuple[str, str]]:
        machine, t, say = self.machine, self.t, self.speech
        return [
            (t("machine.class"), in_language(self.file.class_names, self.file.lang)),
            (t("reports.place"), "\n".join(self.file.place)),
            (t("reports.part_of"), self.file.part_of),
            (t("machine.manufacturer"), " ".join(filter(None, (machine.manufacturer, machine.model)))),
            (t("machine.serial"), machine.serial_number or ""),
            (t("machine.label"), "\n".join(grouped(code) for code in machine.label_codes)),
            (t("reports.criticality"), t(f"domain.criticality.{machine.criticality.value}")),
            (t("machine.installed"), say.day(machine.installation_date)),
            (t("machine.warranty"), say.day(machine.warranty_expiry)),
            (t("reports.replacement_value"), self._price(machine.replacement_value)),
            (t("reports.downtime_cost"), self._price(machine.hourly_downtime_cost)),
        ]

    def _price(self, amount: Decimal | None) -> str:
        return "" if amount is None else self.speech.money(amount, self.machine.currency)

    def _specifications(self) -> list[tuple[str, str]]:
        fields = {field.key: field for field in self.file.spec_fields}

        def pair(key: str, value: Any) -> tuple[str, str]:
            field = fields.get(key)
            return (in_language(field.names, self.file.lang) if field else key, self.speech.value(value, field.unit if field else ""))

        return [pair(key, value) for key, value in self.machine.specifications.items()]

    def _meters(self) -> Iterator[Flowable]:
        if not self.file.meters:
            return
        t, say = self.t, self.speech
        yield from section(t("reports.meters"))
        rows = [
            (meter.name, "" if meter.last_value is None else say.number(meter.last_value, meter.unit), say.moment(meter.last_read_at))
            for meter in self.file.meters
        ]
        yield Rows((t("reports.meter"), t("reports.last_value"), t("reports.read_at")), rows, (80, 40, 54), (1,))

    def _documents(self) -> Iterator[Flowable]:
        if not self.file.documents:
            return
        yield from section(self.t("reports.documents"))
        rows = [(paper.title, self.speech.day(paper.valid_until)) for paper in self.file.documents]
        yield Rows((self.t("reports.document"), self.t("reports.valid_until")), rows, (130, 44))

    def _plans(self) -> Iterator[Flowable]:
        if not self.file.plans:
            return
        yield from section(self.t("reports.plans"))
        rows = [(plan.title, self.speech.moment(plan.next_due_date)) for plan in self.file.plans]
        yield Rows((self.t("reports.plan"), self.t("reports.next_due")), rows, (130, 44))

    def _life(self) -> Iterator[Flowable]:
        jobs, t, say = self.file.jobs, self.t, self.speech
        yield from section(t("reports.life"))
        if not jobs:
            yield Words(t("reports.no_life"), colour=PALE)
            return
        rows = [
            (
                (say.day(job.at), job.number), (f"{job.title} · {self._kind(job)}", job.work),
                "" if job.downtime_minutes is None else say.lasted(timedelta(minutes=job.downtime_minutes)),
                say.lasted(timedelta(minutes=job.labour_minutes)) if job.labour_minutes else "",
                "\n".join(say.money(amount, currency) for currency, amount in sorted(job.costs.items())),
            )
            for job in jobs
        ]  # fmt: skip
        heads = (t("reports.job"), t("reports.what"), t("reports.stop"), t("reports.time"), t("reports.parts_cost"))
        yield Rows(heads, rows, (34, 84, 18, 18, 24), (2, 3, 4))
        if self.file.job_count > len(jobs):
            yield Words(t("reports.older_jobs", shown=len(jobs), count=self.file.job_count), size=SMALL, colour=PALE)

    def _kind(self, job: JobLine) -> str:
        """And how it stands, while it is not done."""
        state = "" if job.status is InterventionStatus.completed else f", {self.t(f'domain.job.{job.status.value}')}"
        return f"{self.t(f'domain.type.{job.intervention_type.value}')}{state}".lower()
