"""The lists of meters, of their readings, and of what reports these by itself."""

from server.core.lists import List, Of, exact, on_sites
from server.meters.rows import reader_of
from shared_models.meters.rows import MeterFilter, MeterListItem, ReadingRow
from shared_models.meters.sources import ReadingSourceRead
from shared_models.paging import KeysetQuery, PageQuery

METERS = List(
    "meters", MeterListItem, "meter m", joins="join equipment e on e.id = m.equipment_id",
    where="e.archived_at is null",
    scope=on_sites("m.site_id"),
    carried={"equipment_code": "e.code", "equipment_name": "e.name"}, still=("equipment_code", "equipment_name"),
    query=MeterFilter,
    filters=exact("m", "site_id", "equipment_id", "is_active"),
    sorts={
        "name": "etabli_fold(m.name)",
        "equipment": "e.name_folded",
        "last_read_at": "m.last_read_at nulls last",
        "per_day": "m.per_day nulls last",
    },
    order="equipment",
    exported=(
        "equipment_code", "equipment_name", "name", "kind", "unit", "last_value", "last_total", "last_read_at", "per_day", "is_active",
    ),
    words={"kind": "export.meter_kind"},
)  # fmt: skip
READINGS = List(
    "readings", ReadingRow, "reading x", of=Of("meter m", "meter_id"), where="x.voided_at is null",
    columns={"by": reader_of("x")}, query=KeysetQuery, sorts={"read_at": "x.read_at"}, order="-read_at",
    exported=("read_at", "value", "total", "by", "is_confirmed", "recorded_at"),
    clock="(select s.clock from meter m join sites s on s.id = m.site_id where m.id = x.meter_id)",
)  # fmt: skip
SOURCES = List(
    "reading_sources", ReadingSourceRead, "reading_source s", scope=on_sites("s.site_id"), query=PageQuery,
    sorts={"name": "s.name", "created_at": "s.created_at", "last_used_at": "s.last_used_at nulls last"}, order="name",
    columns={"site_name": "(select z.name from sites z where z.id = s.site_id)"},
    exported=("name", "site_name", "key_hint", "created_at", "last_used_at", "revoked_at"),
)  # fmt: skip
