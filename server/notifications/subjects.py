"""What notices are about: who has to do with it, where in the app it is, what is said of it, and whether that is still so."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from babel.dates import format_date

from server.core.database import ReadSession
from server.core.i18n import translator
from shared_models.equipment.life import REPEAT_WINDOW
from shared_models.inventory.quantities import plain
from shared_models.notices.kinds import Because, NoticeKind

TIMES_TO_TELL = 3
"""So often the same failure within half a year."""

_JOBS = """
select j.id, j.site_id, s.clock, s.name as site, '/jobs/' || j.id as path, j.title, coalesce(j.number, '') as number, e.name as machine,
    e.archived_at is null as is_there, j.status in ('pending', 'in_progress', 'on_hold') as is_open,
    j.status = 'completed' and not j.is_validated and j.needs_validation as waits, j.return_reason as reason,
    j.assigned_technician_id as assignee, j.assigned_team_id as team, j.created_by as author, j.completed_by as did_it,
    j.due_local::date as day, j.due_local, j.temporary_until, j.mode_id,
    (select m.names::text from failure_item m where m.id = j.mode_id) as mode,
    exists (select from maintenance_interventions f where f.permanent_repair_of = j.id
        and f.status in ('pending', 'in_progress', 'on_hold')) as is_temporary,
    (select count(*) from maintenance_interventions o where o.equipment_id = j.equipment_id and o.mode_id = j.mode_id
        and o.intervention_type = 'corrective' and o.status = 'completed'
        and o.actual_end between j.actual_end - $2::interval and j.actual_end) as times
from maintenance_interventions j join equipment e on e.id = j.equipment_id join sites s on s.id = j.site_id where j.id = any($1)
"""
_MACHINES = """
select e.id, e.site_id, s.clock, s.name as site, '/equipment/' || e.id as path, e.name as machine, e.code,
    e.archived_at is null as is_there, e.status = 'broken' as is_down, e.status_reason as reason, e.warranty_expiry as day
from equipment e join sites s on s.id = e.site_id where e.id = any($1)
"""
_DOCUMENTS = """
select d.id, d.site_id, s.clock, s.name as site, '/equipment/' || e.id as path, e.name as machine, d.title,
    e.archived_at is null as is_there, d.valid_until as day
from document d join equipment e on e.id = d.equipment_id join sites s on s.id = d.site_id where d.id = any($1)
"""
_PART_DOCUMENTS = """
select d.id, o.site_ids, o.clock, o.site, '/parts/' || p.id as path, p.name as machine, p.part_number as number, d.title,
    p.is_active as is_there, d.valid_until as day
from part_document d join spare_parts p on p.id = d.part_id
cross join lateral (
    select array_agg(s.id) as site_ids, string_agg(s.name, ', ' order by s.name) as site, min(s.clock) as clock
    from sites s where exists (select from stock k where k.part_id = p.id and k.site_id = s.id and k.on_hand > 0)
        or not exists (select from stock k where k.part_id = p.id and k.on_hand > 0)
) o
where d.id = any($1)
"""
"""Of parts, those who keep some are told; of what lies nowhere, all."""
_REQUESTS = """
select r.id, r.site_id, s.clock, s.name as site, '/requests/' || r.id as path, r.number, r.text as reason, e.name as machine,
    r.status = 'new' as is_open, r.symptom, r.requester
from work_request r join equipment e on e.id = r.equipment_id join sites s on s.id = r.site_id where r.id = any($1)
"""
_STOCK = """
select k.id, k.site_id, s.clock, s.name as site, '/parts/' || p.id as path, p.name as part, p.part_number as number,
    p.is_active as is_there, k.on_hand, k.on_order, coalesce(k.minimum, p.minimum_stock) as minimum, p.unit,
    k.low_since is not null as is_low, k.on_hand <= 0 as is_out,
    coalesce((select json_object_agg(l.id, l.name) from place_stock t join storage_place l on l.id = t.place_id
        where t.stock_id = k.id and t.count_since is not null)::text, '{}') as doubted
from stock k join spare_parts p on p.id = k.part_id join sites s on s.id = k.site_id where k.id = any($1)
"""
_PLANS = """
select p.id, p.site_id, s.clock, s.name as site, '/plans/' || p.id as path, p.title, e.name as machine,
    p.is_active and p.ignored_since is not null as is_unanswered, p.ignored_since
from scheduled_maintenances p join equipment e on e.id = p.equipment_id join sites s on s.id = p.site_id where p.id = any($1)
"""
_ORDERS = """
select o.id, o.site_id, s.clock, s.name as site, '/orders/' || o.id as path, o.number, f.name as supplier, o.expected_on as day,
    o.status in ('ordered', 'partly_received') as is_open
from purchase_order o join suppliers f on f.id = o.supplier_id join sites s on s.id = o.site_id where o.id = any($1)
"""
_HANDOVERS = """
select h.id, h.site_id, s.clock, s.name as site, '/handovers/' || h.id as path, h.shift, h.acknowledged_at is null as is_open,
    coalesce((h.counts ->> 'opened')::int, 0) as opened, coalesce((h.counts ->> 'closed')::int, 0) as closed,
    coalesce((h.counts ->> 'stuck')::int, 0) as stuck, coalesce((h.counts ->> 'degraded')::int, 0) as degraded,
    h.words::text as words, p.items::text as items
from handover h join handover_page p on p.id = h.id join sites s on s.id = h.site_id where h.id = any($1)
"""
_REPORTS = """
select r.id, r.site_id, coalesce(r.site_ids, array(select s.id from sites s)) as site_ids, coalesce(s.clock, 'UTC') as clock,
    coalesce(s.name, '') as site, '/reports' as path, r.title, r.state = 'done' as is_made, r.user_id as recipient, r.pages, r.sha256,
    r.size_bytes, r.file_name
from report r left join sites s on s.id = r.site_id where r.id = any($1)
"""
_PUSH = """
select r.id, array(select s.id from sites s) as site_ids, 'UTC' as clock, '' as site, '/organisation' as path,
    exists (select from push_reach p where p.lost_at is not null) as is_lost
from unnest($1::uuid[]) r(id)
"""
"""Of the whole installation: whatever its id is."""
_ROWS = {
    "intervention": _JOBS, "equipment": _MACHINES, "work_request": _REQUESTS, "stock": _STOCK, "plan": _PLANS, "purchase_order": _ORDERS,
    "document": _DOCUMENTS, "part_document": _PART_DOCUMENTS, "push": _PUSH, "handover": _HANDOVERS, "report": _REPORTS,
}  # fmt: skip
ENTITIES = frozenset(_ROWS)
_NAMED = (Because.recipient, Because.assignee, Because.did_it, Because.author)
_JSON = frozenset({"mode", "doubted", "words", "items"})


Lines = Callable[[Mapping[str, Any], str], list[dict[str, str]]]
_LINES: dict[str, Lines] = {}


def in_a_mail(entity: str) -> Callable[[Lines], Lines]:
    """Its domain says there what a mail tells of such a subject beside its message, in a language: items of a letter."""

    def register(says: Lines) -> Lines:
        _LINES[entity] = says
        return says

    return register


@dataclass(frozen=True)
class Subject:
    """`values`: the columns of its statement."""

    entity: str
    values: Mapping[str, Any]

    @property
    def id(self) -> UUID:
        return UUID(str(self.values["id"]))

    @property
    def site_id(self) -> UUID | None:
        """None for what is everybody's."""
        found = self.values.get("site_id")
        return UUID(str(found)) if found else None

    @property
    def site_ids(self) -> list[UUID]:
        """Where it matters."""
        return [self.site_id] if self.site_id else list(self.values["site_ids"] or ())

    @property
    def people(self) -> dict[Because, UUID]:
        """Those whom it names itself."""
        found = {because: self.values.get(because.value) for because in _NAMED}
        return {because: UUID(str(user)) for because, user in found.items() if user is not None}

    @property
    def team_id(self) -> UUID | None:
        """Whose it is while it is nobody's of them."""
        return None if self.values.get("assignee") else self.values.get("team")

    def is_still(self, kind: NoticeKind, facts: Mapping[str, Any]) -> bool:
        return _STILL[kind](self.values, facts)

    def said(self, kind: NoticeKind, lang: str, facts: Mapping[str, Any]) -> tuple[str, str]:
        """The title and the message, in `lang`."""
        words = {name: _written(value, lang) for name, value in {**facts, **self.values}.items()}
        words["place"] = str((self.values.get("doubted") or {}).get(facts.get("place_id"), ""))
        t = translator(lang).t
        title, message = (" ".join(t(f"notice.{kind}.{part}", **words).split()) for part in ("title", "message"))
        return title[:200], message.strip(" –·:,")

    def lines(self, lang: str) -> list[dict[str, str]]:
        """What a mail tells of it beside that."""
        says = _LINES.get(self.entity)
        return says(self.values, lang) if says else []


def _written(value: Any, lang: str) -> str:
    if isinstance(value, datetime | date):
        return format_date(value, "d MMMM", locale=lang)
    if isinstance(value, dict):
        return str(value.get(lang) or next(iter(value.values()), ""))
    if value is None:
        return ""
    return plain(value) if hasattr(value, "normalize") else str(value)


def _while(name: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], bool]:
    return lambda values, _: bool(values[name])


def _due(values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Neither done nor moved."""
    return bool(values["is_open"] and values["is_there"] and values["due_local"] and values["due_local"].isoformat() == facts.get("due"))


_STILL: Mapping[NoticeKind, Callable[[Mapping[str, Any], Mapping[str, Any]], bool]] = {
    NoticeKind.due_soon: _due,
    NoticeKind.due: _due,
    NoticeKind.overdue: _due,
    NoticeKind.job_assigned: _while("is_open"),
    NoticeKind.job_returned: _while("is_open"),
    NoticeKind.job_to_validate: _while("waits"),
    NoticeKind.machine_down: _while("is_down"),
    NoticeKind.request_received: _while("is_open"),
    NoticeKind.low_stock: _while("is_low"),
    NoticeKind.out_of_stock: _while("is_out"),
    NoticeKind.count_shelf: lambda values, facts: facts.get("place_id") in (values["doubted"] or {}),
    NoticeKind.order_overdue: lambda values, facts: bool(values["is_open"]) and str(values["day"]) == facts.get("day"),
    NoticeKind.repair_expiring: lambda values, facts: bool(values["is_temporary"]) and str(values["temporary_until"]) == facts.get("until"),
    NoticeKind.warranty_ending: lambda values, facts: bool(values["is_there"]) and str(values["day"]) == facts.get("day"),
    NoticeKind.document_ending: lambda values, facts: bool(values["is_there"]) and str(values["day"]) == facts.get("day"),
    NoticeKind.plan_unanswered: _while("is_unanswered"),
    NoticeKind.shift_handover: _while("is_open"),
    NoticeKind.report_ready: _while("is_made"),
    NoticeKind.unacknowledged: _while("is_down"),
    NoticeKind.push_lost: _while("is_lost"),
    NoticeKind.push_found: lambda values, _: not values["is_lost"],
    NoticeKind.repeated_failure: lambda values, _: int(values["times"]) >= TIMES_TO_TELL,
}


async def load(session: ReadSession, entity: str, ids: Collection[UUID]) -> dict[UUID, Subject]:
    """Those that there still are."""
    more = [REPEAT_WINDOW] if entity == "intervention" else []
    rows = await session.fetch(_ROWS[entity], list(ids), *more)
    return {row["id"]: Subject(entity, {name: json.loads(value) if name in _JSON and value else value for name, value in row.items()})
            for row in rows}  # fmt: skip
