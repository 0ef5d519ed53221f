"""Writing the demonstration data into an empty database, by COPY, in one transaction."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import chain, islice
from operator import attrgetter
from typing import Any

import asyncpg

from server.core import clock
from server.core.access import SYSTEM
from server.core.database import asyncpg_dsn
from server.core.storage import Storage
from server.demo import certificates, digest, handovers, meters, notices, outlooks, papers, pictures, plans, plant, reports
from server.demo.agenda import Agenda
from server.demo.calendars import DAY, kept_holidays, kept_shifts
from server.demo.certificates import Certificate
from server.demo.chance import BORN, Dice, instant
from server.demo.checklists import Checklists
from server.demo.codes import Codes
from server.demo.files import Files
from server.demo.history import by_creation, simulated
from server.demo.jobs import Jobs
from server.demo.numbers import Numbers
from server.demo.people import Staff, membership_rows, staff_of, user_rows
from server.demo.plans import Workbook
from server.demo.plant import Machine, Plant
from server.demo.present import Present
from server.demo.sheets import COLUMNS, LABOUR_RATE, Action, Answer, Note, Occurrence, Photo, Request, Sheet, StatusChange, as_record
from server.demo.spares import writing
from server.demo.spares.families import Family
from server.demo.spares.ledger import Ledger
from server.demo.spares.orders import orders_of
from server.demo.spares.parts import Catalogue
from server.demo.spares.places import store_of
from server.demo.spares.reserved import is_open, reserved
from server.demo.spares.stocktakes import Takes
from server.demo.spares.wants import Wants
from server.demo.upkeep import Kinds, Teams
from server.demo.workshop import Workshop

CHUNK = 4_000
BLANK_LABELS = 48
CHILDREN = (
    "failure_item", "label_code", "intervention_action", "intervention_note", "intervention_photo", "intervention_answer", "team_member",
    "reading", "meter_reset", "plan_occurrence", "part_barcode", "place_stock",
    "purchase_order_line", "stocktake_count",
)  # fmt: skip
ENTRIES = {"actions": Action, "notes": Note, "photos": Photo, "answers": Answer}
OCCURRENCE_COLUMNS = tuple(column.name for column in fields(Occurrence))
STATUS_COLUMNS = ("id", "equipment_id", "from_status", "to_status", "occurred_at", "received_at", "by_user_id", "reason")
REQUEST_COLUMNS = (
    "id", "created_at", "updated_at", "number", "site_id", "equipment_id", "symptom", "text", "requester", "is_stopped", "photo_id",
    "status", "reason", "decided_by", "decided_at",
)  # fmt: skip
AUDIT_COLUMNS = ("id", "occurred_at", "received_at", "actor_id", "actor_label", "action", "entity", "entity_id", "site_id", "changes")


class DatabaseNotEmptyError(RuntimeError):
    """Demonstration data go into an empty database only."""

    def __init__(self) -> None:
        super().__init__("the database already holds accounts or sites")


@dataclass(frozen=True)
class Summary:
    sites: int
    machines: int
    users: int
    interventions: int
    requests: int
    plans: int
    files: int


async def load_demo(database_url: str, *, storage: Storage, seed: int = 1, scale: str = "demo", now: datetime | None = None) -> Summary:
    """Fill an empty, migrated database. The same `seed`, `scale` and `now` make the same rows, ids included.

    `scale` is `demo` (250 machines) or `bench` (10,000 machines, a million interventions). Raises `DatabaseNotEmptyError`.
    """
    connection = await asyncpg.connect(asyncpg_dsn(database_url))
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('etabli_demo'))")
            if await connection.fetchval("SELECT EXISTS (SELECT FROM users) OR EXISTS (SELECT FROM sites)"):
                raise DatabaseNotEmptyError
            summary = await _Loader(connection, seed, scale, now or clock.now()).run(storage)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    return summary


class _Loader:
    def __init__(self, connection: asyncpg.Connection, seed: int, scale: str, now: datetime) -> None:
        self.connection, self.seed = connection, seed
        self.scale = plant.SCALES[scale]
        self.now = now.timestamp()
        self.since = self.now - self.scale.years * 365 * DAY
        self.dice = Dice(seed, "load")
        self.numbers = Numbers()
        self.files = Files(seed)
        self.requests = self.sheets = self.files_written = 0

    async def run(self, storage: Storage) -> Summary:
        group = plant.build(self.seed, self.scale, self.now)
        staff, codes = staff_of(self.seed, len(group.sites)), Codes(self.seed)
        present = Present(self.seed, group, staff, codes, self.files, self.now)
        present.tell()
        parts = Catalogue(self.seed, self.scale.parts, codes.classes)
        book = self._book(group, staff, present, parts)
        await self._without_touching(self._write(group, staff, codes, present, book))
        await self.connection.execute("INSERT INTO figure_stale (id, equipment_id) SELECT id, id FROM equipment")
        await self.files.store(storage)
        made = sum(1 for _ in book.everything())
        return Summary(len(group.sites), len(group.machines), len(staff.everybody), self.sheets, self.requests, made, len(self.files.rows))

    def _book(self, group: Plant, staff: Staff, present: Present, parts: Catalogue) -> Workbook:
        book = Workbook(
            Kinds(self.seed), Teams(self.seed, group.sites, staff), Checklists(self.seed, self.now),
            meters.build(self.seed, group, staff, self.now), parts,
        )  # fmt: skip
        plans.build(book, group, staff, present.pins, plans.Setting(self.seed, self.since, self.now, self.scale.young))
        return book

    async def _without_touching(self, writing: Any) -> None:
        """Parents are written in this very transaction: their marks, and what they keep of children, are right without the triggers."""
        triggers = [
            *((table, "touch") for table in CHILDREN),
            ("scheduled_maintenances", "date"),
            ("part_barcode", "keep_codes"),
            ("label_code", "keep_codes"),
            ("maintenance_interventions", "stale_new"),
        ]
        for table, trigger in triggers:
            await self.connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        await writing
        for table, trigger in triggers:
            await self.connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")

    async def _write(self, group: Plant, staff: Staff, codes: Codes, present: Present, book: Workbook) -> None:
        await self._write_structure(group, staff, codes)
        await self._write_machines(group, staff, codes)
        await self._write_plans(book, staff)
        jobs = Jobs(self.seed, book, staff, self.files, self.now)
        workshop = Workshop(self.seed, group, staff, codes, jobs, by_hand=present.sheets, now=self.now)
        agenda = Agenda(self.seed, book, staff, jobs, present.sheets, self.now)
        history = chain(simulated(group, book, workshop, self.seed, self.since, self.now), agenda.jobs_made())
        labels = {user.id: user.name for user in staff.everybody}
        ledger = await self._write_parts(group, staff, book.parts)
        wants = Wants(self.seed, ledger.catalogue)
        waiting: list[Sheet] = []
        for chunk in _chunks(by_creation(history, present.sheets), CHUNK):
            await self._write_sheets(chunk, labels)
            waiting += filter(is_open, chunk)
            await self._write_movements(ledger, wants, chunk)
        await self._close(ledger)
        await self._write_tables([writing.what_is_wanted(reserved(waiting, ledger, self.now), self.now)])
        await self._write_requests([(m, request) for m, request in present.requests])
        await self._copy("number_series", ("series", "last"), self.numbers.last.items())
        await self._write_agenda(agenda, book)
        await digest.derive(self.connection, [machine.id for machine in group.machines], instant(self.now))
        await handovers.hand_over(self.connection, self.seed, group.sites, staff, instant(self.now))
        await reports.schedule(self.connection, self.seed, group.sites, staff, instant(self.now))
        await notices.tell(self.connection, instant(self.now))

    # ------------------------------------------------------------ what stands still

    async def _write_structure(self, group: Plant, staff: Staff, codes: Codes) -> None:
        await self._copy_rows("sites", [_site_row(site, self.since, self.now) for site in group.sites])
        await self._copy_rows("production_lines", [_line_row(site, line, self.since) for site in group.sites for line in site.lines])
        await self._copy_rows("users", user_rows(staff, self.since))
        await self._copy_rows("user_site", membership_rows(staff, [site.id for site in group.sites]))
        await self._copy_rows("equipment_class", codes.class_rows(self.since))
        await self._copy_rows("failure_item", codes.item_rows())

    async def _write_machines(self, group: Plant, staff: Staff, codes: Codes) -> None:
        admin = staff.named("admin").id
        photos = {m: self._photo(m) for m in group.machines if m.kind and not m.parent}
        manuals = [(m, self._manual(m)) for m in group.machines if m.kind and not m.parent]
        inspected = [(m, self._certificate(m)) for m in group.machines if m.kind and not m.parent and m.kind.code in certificates.OF_CLASS]
        await self._write_files()
        rows = [_equipment_row(m, self.seed, self.since, codes, photos.get(m)) for m in group.machines]
        await self._copy_rows("equipment", rows)
        labels = [(m.label, m.id, instant(self.since), instant(self.since)) for m in group.machines]
        dice = Dice(self.seed, "blank labels")
        blanks = [(dice.label_code(), None, instant(self.now - 30 * DAY), None) for _ in range(BLANK_LABELS)]
        await self._copy("label_code", ("code", "equipment_id", "created_at", "linked_at"), [*labels, *blanks])
        await self._copy_rows("document", [
            *(self._document_row(m, attachment, admin, "Gamme de maintenance") for m, attachment in manuals),
            *(self._certificate_row(m, attachment, admin, rank) for rank, (m, attachment) in enumerate(inspected)),
        ])  # fmt: skip
        log = [(m, change) for m in group.machines for change in self._first_statuses(m, admin)]
        await self._copy("equipment_status_log", STATUS_COLUMNS, (_status_record(m, change) for m, change in log))

    async def _write_files(self) -> None:
        """Those that have come since the last time."""
        if rows := self.files.rows[self.files_written :]:
            await self._copy_rows("attachment", rows)
            self.files_written += len(rows)

    async def _write_plans(self, book: Workbook, staff: Staff) -> None:
        """Without what follows from the past, which is written next."""
        await self._copy_rows("maintenance_types", book.kinds.rows(self.since))
        await self._copy_rows("checklist", book.checklists.rows(self.since))
        await self._copy_rows("checklist_version", book.checklists.version_rows(self.since, staff.named("supervisor").id))
        await self._copy_rows("team", book.teams.rows(self.since))
        await self._copy_rows("team_member", book.teams.member_rows())
        found = [meter for of_machine in book.meters.values() for meter in of_machine]
        await self._copy("meter", meters.METER_COLUMNS, (meters.meter_record(meter, self.since) for meter in found))
        await self._copy("scheduled_maintenances", plans.COLUMNS, (plans.record(plan, book, staff) for plan in book.everything()))

    def _photo(self, machine: Machine) -> object:
        assert machine.kind is not None
        content = pictures.machine(machine.kind.code, machine.index % 3)
        return self.files.add_picture(content, machine.site.id, f"{machine.code}.jpg", BORN)

    def _manual(self, machine: Machine) -> object:
        assert machine.kind is not None
        return self.files.add_document(papers.instructions(machine.kind), machine.site.id, f"gamme-{machine.kind.code.lower()}.pdf", BORN)

    def _certificate(self, machine: Machine) -> object:
        assert machine.kind is not None
        content = certificates.page(certificates.OF_CLASS[machine.kind.code], machine.kind.ready.fr)
        return self.files.add_document(content, machine.site.id, f"{machine.code}.pdf", BORN)

    def _certificate_row(self, machine: Machine, attachment: object, by: object, rank: int) -> dict[str, object]:
        assert machine.kind is not None
        one = certificates.OF_CLASS[machine.kind.code]
        return self._document_row(machine, attachment, by, one.title, certificates.ends_on(one, rank, self.today))

    @property
    def today(self) -> date:
        return instant(self.now).date()

    def _document_row(self, machine: Machine, attachment: object, by: object, title: str, until: date | None = None) -> dict[str, object]:
        at = instant(self.since)
        return {
            "id": self.dice.id_at(BORN), "created_at": at, "updated_at": at, "site_id": machine.site.id, "equipment_id": machine.id,
            "attachment_id": attachment, "title": title, "created_by": by, "valid_until": until,
        }  # fmt: skip

    def _first_statuses(self, machine: Machine, by: Any) -> Iterator[StatusChange]:
        yield StatusChange(self.dice.id_at(self.since), None, "active", instant(self.since), by, "Mise en service")
        if machine.idle_from:
            at = machine.idle_from
            yield StatusChange(self.dice.id_at(at), "active", "inactive", instant(at), by, "Format suspendu, machine consignée")

    async def _write_parts(self, group: Plant, staff: Staff, catalogue: Catalogue) -> Ledger:
        catalogue.fit(group)
        opened = self.now - self.scale.kept * 365 * DAY
        ledger = Ledger(self.seed, catalogue, [store_of(site, self.seed) for site in group.sites], staff, opened, self.now)
        self.takes = Takes(ledger, self.numbers, self.seed)
        await self._write_tables(writing.what_there_is(catalogue, ledger, self.since))
        await self._write_data_sheets(catalogue, staff.named("admin").id)
        return ledger

    async def _write_data_sheets(self, catalogue: Catalogue, by: Any) -> None:
        """One for all sizes, which each of them has."""
        own = [part for part in catalogue.parts if not part.copy]
        families = {part.family.key: part.family for part in own}
        files = {
            key: self.files.add_document(papers.data_sheet(family), None, f"fiche-{family.prefix.lower()}.pdf", BORN)
            for key, family in families.items()
        }
        proven = {key: [self._certificate_of(one, families[key])] for key, one in certificates.OF_FAMILY.items() if key in families}
        await self._write_files()
        at, dice = instant(self.since), Dice(self.seed, "data sheets")
        await self._copy_rows("part_document", [
            {
                "id": dice.id_at(BORN), "created_at": at, "updated_at": at, "part_id": part.row.id, "title": title,
                "attachment_id": attachment, "created_by": by, "valid_until": until,
            }
            for part in own
            for title, attachment, until in [("Fiche technique", files[part.family.key], None), *proven.get(part.family.key, ())]
        ])  # fmt: skip

    def _certificate_of(self, one: Certificate, family: Family) -> tuple[str, object, date]:
        attachment = self.files.add_document(certificates.page(one, family.name), None, f"certificat-{family.key}.pdf", BORN)
        return one.title, attachment, certificates.ends_on(one, 0, self.today)

    # ------------------------------------------------------------ what happened

    async def _write_agenda(self, agenda: Agenda, book: Workbook) -> None:
        """What the past leads to: the plans as they stand, their next dates, and all readings."""
        agenda.look_ahead()
        await self._write_occurrences(agenda.rows)
        await self.connection.execute(outlooks.STAGE)
        await self._copy("outlook", outlooks.COLUMNS, (outlooks.record(plan, self.now) for plan in book.everything()))
        await self.connection.execute(outlooks.FILL)
        found = [meter for of_machine in book.meters.values() for meter in of_machine]
        await self._copy("reading", meters.READING_COLUMNS, (row for meter in found for row in meters.reading_records(meter)))
        await self._copy("meter_reset", meters.RESET_COLUMNS, (row for meter in found for row in meters.reset_records(meter)))
        await self.connection.executemany(
            "UPDATE meter SET last_value = $2, last_total = $3, last_read_at = $4, per_day = $5 WHERE id = $1",
            [meters.last_record(meter) for meter in found],
        )

    async def _write_occurrences(self, rows: list[Occurrence]) -> None:
        await self._copy("plan_occurrence", OCCURRENCE_COLUMNS, map(attrgetter(*OCCURRENCE_COLUMNS), rows))

    async def _write_sheets(self, sheets: list[Sheet], labels: dict[Any, str]) -> None:
        await self._write_files()
        for sheet in sheets:
            sheet.number = self.numbers.next("INT", sheet.created_at)
        self.sheets += len(sheets)
        await self._write_requests([(sheet.machine, sheet.request) for sheet in sheets if sheet.request])
        await self._copy("maintenance_interventions", COLUMNS, map(as_record, sheets))
        for name, kind in ENTRIES.items():
            columns = [column.name for column in fields(kind)]
            values = attrgetter(*columns)
            records = ((sheet.id, *values(entry)) for sheet in sheets for entry in getattr(sheet, name))
            await self._copy(f"intervention_{name.removesuffix('s')}", ("intervention_id", *columns), records)
        await self._write_occurrences([row for sheet in sheets for row in sheet.occurrences])
        await self._copy(
            "equipment_status_log", STATUS_COLUMNS, (_status_record(s.machine, change) for s in sheets for change in s.statuses)
        )
        await self._copy("audit_log", AUDIT_COLUMNS, self._audit_records(sheets, labels))

    def _audit_records(self, sheets: list[Sheet], labels: dict[Any, str]) -> Iterator[Sequence[object]]:
        for sheet in sheets:
            for trace in sheet.trail:
                yield (
                    self.dice.id_at(trace.at.timestamp()), trace.at, trace.at, trace.by or SYSTEM.user_id, labels.get(trace.by, SYSTEM.label), trace.action,
                    "maintenance_interventions", sheet.id, sheet.site_id, json.dumps(trace.changes),
                )  # fmt: skip

    async def _write_movements(self, ledger: Ledger, wants: Wants, chunk: list[Sheet]) -> None:
        """Until the last of these jobs was made: no later one has taken anything before."""
        for sheet in chunk:
            ledger.want(wants.of(sheet))
        ledger.until(chunk[-1].created_at.timestamp())
        await self._write_tables(writing.what_happened(ledger))

    async def _close(self, ledger: Ledger) -> None:
        ledger.close()
        orders = orders_of(ledger, self.numbers, self.seed)
        self.takes.today()
        await self._write_tables(writing.what_happened(ledger))
        await self._write_tables(writing.what_is_left(ledger))
        await self.connection.execute(writing.EARLIER, instant(ledger.opened), self.scale.earlier)
        await self._write_tables(writing.what_is_coming(orders, ledger))
        await self._write_tables(writing.what_is_counted(self.takes.found, ledger))

    async def _write_requests(self, requests: list[tuple[Machine, Request]]) -> None:
        self.requests += len(requests)
        await self._copy("work_request", REQUEST_COLUMNS, (self._request_record(machine, request) for machine, request in requests))

    def _request_record(self, machine: Machine, r: Request) -> Sequence[object]:
        return (
            r.id, r.created_at, r.decided_at or r.created_at, self.numbers.next("REQ", r.created_at), machine.site.id, machine.id, r.symptom,
            r.text, r.requester, r.is_stopped, r.photo_id, r.status, r.reason, r.decided_by, r.decided_at,
        )  # fmt: skip

    async def _write_tables(self, tables: Iterable[writing.Table]) -> None:
        for table, columns, records in tables:
            await self._copy(table, columns, records)

    async def _copy_rows(self, table: str, rows: list[dict[str, object]]) -> None:
        columns = tuple(rows[0])
        await self._copy(table, columns, [tuple(row[column] for column in columns) for row in rows])

    async def _copy(self, table: str, columns: Sequence[str], records: Iterable[Sequence[object]]) -> None:
        await self.connection.copy_records_to_table(table, columns=columns, records=records)


def _chunks(sheets: Iterator[Sheet], size: int) -> Iterator[list[Sheet]]:
    while chunk := list(islice(sheets, size)):
        yield chunk


def _site_row(site: plant.Site, since: float, now: float) -> dict[str, object]:
    at = instant(since)
    return {
        "id": site.id, "created_at": at, "updated_at": at, "name": site.name, "location": site.location, "description": site.description,
        "time_zone": site.calendar.zone.key, "labour_rate": LABOUR_RATE, "shifts": json.dumps(kept_shifts(site.index)),
        "holidays": json.dumps(kept_holidays(site.index, instant(now))),
    }  # fmt: skip


def _line_row(site: plant.Site, line: plant.Line, since: float) -> dict[str, object]:
    at = instant(since)
    return {"id": line.id, "created_at": at, "updated_at": at, "site_id": site.id, "name": line.name, "description": line.description}


def _equipment_row(machine: Machine, seed: int, since: float, codes: Codes, photo: object) -> dict[str, object]:
    row = plant.equipment_row(machine, seed, since)
    specifications = plant.specifications(machine, Dice(seed, "specifications", machine.code))
    class_id = codes.classes[machine.kind.code] if machine.kind else None
    return {**row, "class_id": class_id, "specifications": json.dumps(specifications), "photo_id": photo}


def _status_record(machine: Machine, change: StatusChange) -> Sequence[object]:
    return (
        change.id, machine.id, change.from_status, change.to_status, change.occurred_at, change.occurred_at, change.by_user_id, change.reason,
    )  # fmt: skip
