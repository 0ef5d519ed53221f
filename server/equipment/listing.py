"""The lists of machines and of what belongs to them.

A search finds exact codes, serial numbers and label codes first, then every machine in whose name, code, model, serial
number or manufacturer each word occurs or nearly does (trigrams; accents and case do not matter).
"""

from server.core.lists import UTC, Found, LastWithout, List, Of, exact, on_sites
from server.core.queries import Sql, containing, joined, literally, rank, sql, words_of
from server.core.sql import name_of
from server.equipment import rows
from server.equipment.models import BY_CRITICALITY, BY_STATUS
from shared_models.equipment.rows import (
    DocumentRow,
    EquipmentClassRow,
    EquipmentFilter,
    EquipmentListItem,
    StatusChange,
    StatusLogQuery,
)
from shared_models.labels.codes import label_code_in

_FEW = 10
"""Where so few are found, what is spelled nearly like it is looked for too: that takes ten times as long."""


def _found(search: str) -> Found:
    words = words_of(search)
    return Found(matches=lambda listed: _matches(words, listed), order=sql("m.score desc, m.name_folded, m.id")) if words else Found()


def _matches(words: list[str], listed: Sql) -> Sql:
    whole = " ".join(words)
    occurs = joined((sql("e.search_text like (select etabli_fold({}))", containing(word)) for word in words), " and ")
    others = [sql("union all {} and {} and not ({})", each, listed, occurs) for each in (_labelled(whole), _misspelt(words)) if each]
    return sql(
        "near as materialized (select e.id, e.name_folded, {} as score from equipment e where {} and {}),"
        " m as materialized (select * from near {})",
        _score(whole), listed, occurs, joined(others, " "),
    )  # fmt: skip


def _score(whole: str) -> Sql:
    """Exact codes go first, and a machine of that very name before its parts, which name it too."""
    return sql(
        "case when e.code = {} or e.serial_number = {} then 9 when e.name_folded = (select etabli_fold({})) then 3"
        " when e.name_folded like (select etabli_fold({})) then 2 else 1 end",
        whole.upper(), whole, whole, f"{literally(whole)}%",
    )  # fmt: skip


def _labelled(whole: str) -> Sql | None:
    code = label_code_in(whole)
    labelled = "select e.id, e.name_folded, 9 from equipment e where e.id = (select k.equipment_id from label_code k where k.code = {})"
    return sql(labelled, code) if code else None


def _misspelt(words: list[str]) -> Sql | None:
    """What is spelled nearly like it, where few are."""
    if all(map(_is_code, words)):
        return None
    near = [_near(word) for word in words]
    condition, score = joined((condition for condition, _ in near), " and "), joined((score for _, score in near), " + ")
    return sql(
        "select e.id, e.name_folded, ({}) / {}::integer from equipment e where (select count(*) from near) < {}::integer and {}",
        score, len(words), _FEW, condition,
    )  # fmt: skip


def _near(word: str) -> tuple[Sql, Sql]:
    """Condition and score of one word."""
    occurs = sql("e.search_text like (select etabli_fold({}))", containing(word))
    if _is_code(word):
        return occurs, sql("1")
    folded = sql("(select etabli_fold({}))", word)
    return sql("({} or {} <% e.search_text)", occurs, folded), sql("word_similarity({}, e.search_text)", folded)


def _is_code(word: str) -> bool:
    """One with a digit is a code or a number: its neighbours are other machines."""
    return any(char.isdigit() for char in word)


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
    still=("site_name", "line_name"),
    query=EquipmentFilter,
    filters=exact("e", "site_id", "production_line_id", "class_id", "parent_id", "status", "criticality"),
    search=_found,
    sorts={
        "name": "e.name_folded",
        "code": "e.code",
        "status": rank("e.status", BY_STATUS),
        "status_since": "e.status_since",
        "criticality": rank("e.criticality", BY_CRITICALITY),
        "manufacturer": "e.manufacturer_folded",
        "model": "e.model_folded",
        "serial_number": "e.serial_number nulls last",
        "site": ("s.name_folded", "s.id"),
        "line": LastWithout("l.name_folded", "e.production_line_id"),
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
    "documents", DocumentRow, "document d", of=Of("equipment e", "equipment_id"), row=rows.DOCUMENT.json("d"),
    columns={"mime_type": "(select f.mime_type from attachment f where f.id = d.attachment_id)"},
    sorts={"title": "d.title"}, order="title", exported=("title", "mime_type"),
)  # fmt: skip
CLASSES = List(
    "classes", EquipmentClassRow, "equipment_class k", row=rows.equipment_class_json("k"),
    columns={"name_fr": "k.names ->> 'fr'", "name_en": "k.names ->> 'en'"},
    sorts={"code": "k.code"}, order="code", exported=("code", "name_fr", "name_en", "is_active"), clock=UTC,
)  # fmt: skip
