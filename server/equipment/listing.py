"""The equipment table: filtered, sorted, searched and paged by PostgreSQL, which also writes its JSON; and its CSV.

A search finds exact codes, serial numbers and label codes first, then every machine in whose name, code, model, serial
number or manufacturer each word occurs or nearly does (trigrams; accents and case do not matter).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import IO

import asyncpg
from fastapi import Response

from server.core.access import Actor, visible_sql
from server.core.cells import Csv, Sheet, Value, Xlsx
from server.core.database import ReadPool
from server.core.exports import spooled
from server.core.i18n import translator
from server.core.pages import sort_column
from server.core.queries import Parameters, literally
from server.core.sql import JSON, json_columns
from shared_models.equipment.rows import EquipmentFilter, EquipmentListItem
from shared_models.labels.codes import label_code_in

_MAX_WORDS = 6
_RANKS = "array_position(array['{}'], e.{})"
_SORTS = {
    "name": "etabli_fold(e.name)",
    "code": "e.code",
    "status": _RANKS.format("broken','maintenance','inactive','active", "status::text"),
    "status_since": "e.status_since",
    "criticality": _RANKS.format("low','medium','high','critical", "criticality::text"),
    "manufacturer": "etabli_fold(e.manufacturer)",
    "model": "etabli_fold(e.model)",
    "serial_number": "e.serial_number",
    "site": "etabli_fold(s.name)",
    "line": "etabli_fold(l.name)",
    "created_at": "e.created_at",
}
_EXACT_FILTERS = ("site_id", "production_line_id", "class_id", "parent_id", "status", "criticality")
_OPEN_JOBS = (
    "(select count(*) from maintenance_interventions i where i.equipment_id = e.id and i.status in ('pending', 'in_progress', 'on_hold'))"
)
_COLUMNS = json_columns(EquipmentListItem, "e", open_interventions=_OPEN_JOBS)
_EXPORTED = (
    "code", "name", "model", "manufacturer", "serial_number", "site_name", "line_name", "class_code", "status", "status_since",
    "criticality", "purchase_date", "installation_date", "warranty_expiry", "hourly_downtime_cost", "replacement_value",
    "currency", "labels",
)  # fmt: skip
_EXPORTED_SQL = (
    "e.code, e.name, e.model, e.manufacturer, e.serial_number, s.name as site_name, l.name as line_name,"
    " (select c.code from equipment_class c where c.id = e.class_id) as class_code, e.status,"
    " e.status_since at time zone s.clock as status_since, e.criticality,"
    " e.purchase_date, e.installation_date, e.warranty_expiry, e.hourly_downtime_cost, e.replacement_value, e.currency,"
    " (select string_agg(k.code, ' ') from label_code k where k.equipment_id = e.id) as labels"
)


@dataclass
class _Query(Parameters):
    """What a search found, what follows `from`, the parameters both name, and the order."""

    found: str = ""
    source: str = ""
    order: str = ""


def _query(actor: Actor, filters: EquipmentFilter) -> _Query:
    query = _Query()
    conditions = ["e.archived_at is null", visible_sql("e.site_id", query.bind(actor.site_list))]
    asked = [(name, getattr(filters, name)) for name in _EXACT_FILTERS]
    conditions += [f"e.{name} = {query.bind(wanted)}" for name, wanted in asked if wanted is not None]
    words = (filters.search or "").split()[:_MAX_WORDS]
    if words:
        query.found = f"with m as materialized ({_matches(query, words)}) "
    query.source = (
        f"{'m join equipment e on e.id = m.id' if words else 'equipment e'} join sites s on s.id = e.site_id"
        f" left join production_lines l on l.id = e.production_line_id where {' and '.join(conditions)}"
    )
    column, descends = sort_column(filters.sort, _SORTS, "name")
    order = f"{column} {'desc nulls last' if descends else 'asc'}, e.id"
    query.order = f"m.score desc, {order}" if words and filters.sort is None else order
    return query


def _matches(query: _Query, words: list[str]) -> str:
    whole = " ".join(words)
    exact = [
        f"select id, 9 as score from equipment where code = {query.bind(whole.upper())}",  # noqa: S608
        f"select id, 9 from equipment where serial_number = {query.bind(whole)}",  # noqa: S608
    ]
    if code := label_code_in(whole):
        exact.append(f"select equipment_id, 9 from label_code where equipment_id is not null and code = {query.bind(code)}")  # noqa: S608
    near = [_near(query, word) for word in words]
    score = f"({' + '.join(score for _, score in near)}) / {len(words)} + {_named(query, whole)}"
    both = " and ".join(condition for condition, _ in near)
    union = " union all ".join([*exact, f"select e.id, {score} from equipment e where {both}"])  # noqa: S608
    return f"select id, max(score) as score from ({union}) u group by id"  # noqa: S608


def _named(query: _Query, whole: str) -> str:
    """A machine of that very name goes before its parts, which name it too."""
    named, begins = query.bind(whole), query.bind(f"{literally(whole)}%")
    return (
        f"case when etabli_fold(e.name) = (select etabli_fold({named})) then 2"
        f" when etabli_fold(e.name) like (select etabli_fold({begins})) then 1 else 0 end"
    )


def _near(query: _Query, word: str) -> tuple[str, str]:
    """Condition and score of one word. One with a digit is a code or a number: its neighbours are other machines."""
    pattern = f"(select etabli_fold({query.bind(f'%{literally(word)}%')}))"
    occurs = f"e.search_text like {pattern}"
    if any(char.isdigit() for char in word):
        return occurs, "1"
    folded = f"(select etabli_fold({query.bind(word)}))"
    return f"({occurs} or {folded} <% e.search_text)", f"word_similarity({folded}, e.search_text)"


def _rows(query: _Query, limits: str) -> str:
    """The page first, then what is counted for each of its rows: not for those of the pages before."""
    cut = f"select e.*, s.name as site_name, l.name as line_name from {query.source} order by {query.order} {limits}"  # noqa: S608
    return f"select {_COLUMNS} from ({cut}) e"  # noqa: S608


async def page(pool: asyncpg.Pool, actor: Actor, filters: EquipmentFilter) -> Response:
    """A `Page[EquipmentListItem]`, in one statement."""
    query = _query(actor, filters)
    total = f"(select count(*) from {query.source})"  # noqa: S608
    limits = f"limit {query.bind(filters.size)} offset {query.bind((filters.page - 1) * filters.size)}"
    items = f"(select json_agg(t) from ({_rows(query, limits)}) t)"  # noqa: S608
    row = await pool.fetchrow(f"{query.found}select coalesce({items}, '[]')::text as items, {total} as total", *query.args)
    pages = -(-row["total"] // filters.size)
    body = f'{{"items":{row["items"]},"total":{row["total"]},"page":{filters.page},"size":{filters.size},"pages":{pages}}}'
    return Response(body, media_type=JSON)


async def as_csv(pool: ReadPool, actor: Actor, filters: EquipmentFilter) -> IO[bytes]:
    """The whole list, in the reader's words and as his spreadsheet reads it."""
    return await _exported(pool, actor, filters, partial(Csv, _titles(actor.lang), actor.lang))


async def as_xlsx(pool: ReadPool, actor: Actor, filters: EquipmentFilter) -> IO[bytes]:
    """The same, with cells that know what they hold: a serial number 00123 stays one."""
    title = translator(actor.lang).t("export.equipment.title")
    return await _exported(pool, actor, filters, partial(Xlsx, _titles(actor.lang), actor.lang, title=title))


def _titles(lang: str) -> list[str]:
    return [translator(lang).t(f"export.equipment.{name}") for name in _EXPORTED]


async def _exported(pool: ReadPool, actor: Actor, filters: EquipmentFilter, sheet: Callable[[], Sheet]) -> IO[bytes]:
    query, words = _query(actor, filters), translator(actor.lang)
    statement = f"{query.found}select {_EXPORTED_SQL} from {query.source} order by {query.order}"  # noqa: S608

    def values(row: asyncpg.Record) -> list[Value]:
        said = {"status": words.t(f"domain.equipment.{row['status']}"), "criticality": words.t(f"domain.criticality.{row['criticality']}")}
        return [said.get(name, row[name]) for name in _EXPORTED]

    return await spooled(pool, statement, query.args, sheet(), values)
