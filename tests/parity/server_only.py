"""What a device cannot foretell, with the reason: everything else in a row must come back as it was foretold."""

from tests.parity.shop import Difference

ADDED = {
    "intervention.number": "given in the order in which the server hears of jobs",
    "purchase_order.number": "likewise",
    "stocktake.number": "likewise",
    "equipment.code": "given likewise, where the planner has given none",
    "equipment.label_codes": "a machine's first label is drawn by the server",
    "part.label_codes": "likewise a part's",
    "storage_place.label_codes": "likewise a place's",
    "document.mime_type": "told by the file, once it has arrived",
    "document.size_bytes": "idem",
    "part_document.mime_type": "likewise of a part's",
    "part_document.size_bytes": "idem",
}
"""Blank on the device until then."""

STAMPED = {
    "intervention.created_at": "when the server heard of the job",
    "meter.readings.*.recorded_at": "when the server heard of the reading",
    "plan.occurrences.*.id": "rows that the server makes; a date is named by its plan and `original_due`",
}
"""The device's own until then."""

UNTOLD = {"equipment_life": "a machine's last year is drawn from more jobs than a device holds"}
"""Entities of which no command foretells anything."""


def is_the_servers(found: Difference) -> bool:
    is_blank = found.foretold in {"None", "", "[]", "0"}
    return found.entity in UNTOLD or found.path in STAMPED or (found.path in ADDED and is_blank)
