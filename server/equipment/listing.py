"""The lists of machines and of what belongs to them.

A search finds exact codes, serial numbers and label codes first, then every machine in whose name, code, model, serial
number or manufacturer each word occurs or nearly does (trigrams; accents and case do not matter).
"""

from server.core.lists import UTC, Found, List, Of, exact, on_sites
from server.core.queries import Sql, containing, joined, literally, sql, words_of
from server.core.sql import name_of
from server.equipment import rows
from shared_models.equipment.rows import (
    DocumentRow,
    EquipmentClassRow,
    EquipmentFilter,
    EquipmentListItem,
    StatusChange,
    StatusLogQuery,
)
from shared_models.labels.codes import label_code_in


def _found(search: str) -> Found:
    words = words_of(search)
    if not words:
        return Found()
    matches = sql("with m as materialized ({}) ", _matches(words))
    return Found(matches=matches, join=sql("join m on m.id = e.id"), rank=sql("m.score desc"))


def _matches(words: list[str]) -> Sql:
    whole = " ".join(words)
    exactly = [
        sql("select id, 9 as score from equipment where code = {}", whole.upper()),
        sql("select id, 9 from equipment where serial_number = {}", whole),
    ]
    if code := label_code_in(whole):
        exactly.append(sql("select equipment_id, 9 from label_code where equipment_id is not null and code = {}", code))
    near = [_near(word) for word in words]
    condition = joined((condition for condition, _ in near), " and ")
    score = sql("({}) / {}::integer + {}", joined((score for _, score in near), " + "), len(words), _named(whole))
    union = joined([*exactly, sql("select e.id, {} from equipment e where {}", score, condition)], " union all ")
    return sql("select id, max(score) as score from ({}) u group by id", union)


def _named(whole: str) -> Sql:
    """A machine of that very name goes before its parts, which name it too."""
    return sql(
        "case when etabli_fold(e.name) = (select etabli_fold({})) then 2"
        " when etabli_fold(e.name) like (select etabli_fold({})) then 1 else 0 end",
        whole, f"{literally(whole)}%",
    )  # fmt: skip


def _near(word: str) -> tuple[Sql, Sql]:
    """Condition and score of one word. One with a digit is a code or a number: its neighbours are other machines."""
    occurs = sql("e.search_text like (select etabli_fold({}))", containing(word))
    if any(char.isdigit() for char in word):
        return occurs, sql("1")
    folded = sql("(select etabli_fold({}))", word)
    return sql("({} or {} <% e.search_text)", occurs, folded), sql("word_similarity({}, e.search_text)", folded)


_RANK = "array_position(array['{}'], e.{}::text)"
EQUIPMENT = List(
    "equipment", EquipmentListItem, "equipment e",
    joins="join sites s on s.id = e.site_id left join production_lines l on l.id = e.production_line_id",
    where="e.archived_at is null",
    scope=on_sites("e.site_id"),
    carried={"site_name": "s.name", "line_name": "l.name", "clock": "s.clock"},
    columns={
        "open_interventions": (
            "(select count(*) from maintenance_interventions i where i.equipment_id = e.id"
            " and i.status in ('pending', 'in_progress', 'on_hold'))"
        ),
        "class_code": "(select c.code from equipment_class c where c.id = e.class_id)",
        "labels": "(select string_agg(k.code, ' ') from label_code k where k.equipment_id = e.id)",
    },
    query=EquipmentFilter,
    filters=exact("e", "site_id", "production_line_id", "class_id", "parent_id", "status", "criticality"),
    search=_found,
    sorts={
        "name": "etabli_fold(e.name)",
        "code": "e.code",
        "status": _RANK.format("broken','maintenance','inactive','active", "status"),
        "status_since": "e.status_since",
        "criticality": _RANK.format("low','medium','high','critical", "criticality"),
        "manufacturer": "etabli_fold(e.manufacturer)",
        "model": "etabli_fold(e.model)",
        "serial_number": "e.serial_number nulls last",
        "site": "etabli_fold(s.name)",
        "line": "etabli_fold(l.name) nulls last",
        "created_at": "e.created_at",
    },
    order="name",
    exported=(
        "code", "name", "model", "manufacturer", "serial_number", "site_name", "line_name", "class_code", "status", "status_since",
        "criticality", "purchase_date", "installation_date", "warranty_expiry", "hourly_downtime_cost", "replacement_value",
        "currency", "labels",
    ),
    words={"status": "domain.equipment", "criticality": "domain.criticality"},
    clock="e.clock",
)  # fmt: skip
STATUS_LOG = List(
    "status_log", StatusChange, "equipment_status_log l", of=Of("equipment e", "equipment_id"),
    columns={"by": f"coalesce({name_of('l.by_user_id')}, '')"}, query=StatusLogQuery,
    sorts={"occurred_at": ("l.occurred_at", "l.received_at")}, order="-occurred_at",
    exported=("occurred_at", "from_status", "to_status", "by", "reason"),
    words={"from_status": "domain.equipment", "to_status": "domain.equipment"},
    clock="(select s.clock from equipment e join sites s on s.id = e.site_id where e.id = l.equipment_id)",
)  # fmt: skip
DOCUMENTS = List(
    "documents", DocumentRow, "document d", of=Of("equipment e", "equipment_id"), row=rows.document_json("d"),
    columns={"mime_type": "(select f.mime_type from attachment f where f.id = d.attachment_id)"},
    sorts={"title": "d.title"}, order="title", exported=("title", "mime_type"),
)  # fmt: skip
CLASSES = List(
    "classes", EquipmentClassRow, "equipment_class k", row=rows.equipment_class_json("k"),
    columns={"name_fr": "k.names ->> 'fr'", "name_en": "k.names ->> 'en'"},
    sorts={"code": "k.code"}, order="code", exported=("code", "name_fr", "name_en", "is_active"), clock=UTC,
)  # fmt: skip
