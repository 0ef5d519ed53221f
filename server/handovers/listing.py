"""The list of handovers, the newest first."""

from server.core.lists import List, on_sites
from shared_models.handovers.rows import HandoverFilter, HandoverRow

HANDOVERS = List(
    "handovers", HandoverRow, "handover h", scope=on_sites("h.site_id"), query=HandoverFilter,
    filters={"site_id": "h.site_id = {}", "is_open": "(h.acknowledged_at is null) = {}"},
    sorts={"ends_at": "h.ends_at"}, order="-ends_at",
    exported=("shift", "begins_at", "ends_at", "acknowledged_at", "acknowledged_by"),
)  # fmt: skip
