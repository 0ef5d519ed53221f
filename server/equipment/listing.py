"""The lists of machines and of what belongs to them."""

from server.core.lists import UTC, LastWithout, List, Of, exact, on_sites
from server.core.queries import Sql, rank, sql
from server.core.searches import Search
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


def _labelled(search: str) -> Sql | None:
    code = label_code_in(search)
    return sql("e.id = (select k.equipment_id from label_code k where k.code = {})", code) if code else None


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
    search=Search("equipment e", "e", exact="e.code = {capitals} or e.serial_number = {whole}", scanned=_labelled),
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
    sorts={"title": "d.title"}, order="title", exported=("title", "mime_type", "valid_until"),
)  # fmt: skip
CLASSES = List(
    "classes", EquipmentClassRow, "equipment_class k", row=rows.equipment_class_json("k"),
    columns={"name_fr": "k.names ->> 'fr'", "name_en": "k.names ->> 'en'"},
    sorts={"code": "k.code"}, order="code", exported=("code", "name_fr", "name_en", "is_active"), clock=UTC,
)  # fmt: skip
