"""What a machine is said to be, in whatever order it is told: as if the whole log were read again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared_models.equipment.commands import CreateEquipment
from shared_models.equipment.rows import EquipmentRow, EquipmentStatus
from shared_models.equipment.rules import Around, Entry, StatusReported, create, with_status
from shared_models.ids import uuid7

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
TOLD = st.tuples(st.integers(0, 12), st.sampled_from(EquipmentStatus), st.sampled_from(["", "courroie"]))
Log = list[tuple[datetime, EquipmentStatus, str]]


def around(log: Log, at: datetime) -> Around:
    before = [status for when, status, _ in log if when <= at]
    following = [entry for entry in log if entry[0] > at]
    is_last = all(entry[1] == following[0][1] for entry in following)
    return Around(before[-1] if before else None, Entry(*following[0][:2], is_last) if following else None)


def shown(log: Log) -> tuple[EquipmentStatus, str, datetime]:
    """The last entry, and the last one at which anything changed."""
    changes = [log[0][0], *(entry[0] for former, entry in pairwise(log) if former[1] != entry[1])]
    return log[-1][1], log[-1][2], changes[-1]


@given(st.lists(TOLD, max_size=12))
def test_is_what_its_whole_log_tells(story: list[tuple[int, EquipmentStatus, str]]) -> None:
    at = BEGAN + timedelta(hours=6)
    machine: EquipmentRow = create(CreateEquipment(equipment_id=uuid7(), site_id=uuid7(), name="Presse", occurred_at=at))
    log: Log = [(at, machine.status, "")]
    for hour, status, reason in story:
        said = StatusReported(machine.id, status, BEGAN + timedelta(hours=hour), reason)
        changed = with_status(machine, said, around(log, said.at))
        if changed is not None:
            machine = changed
            log = sorted([*log, (said.at, status, reason)], key=lambda entry: entry[0])
        assert (machine.status, machine.status_reason, machine.status_since) == shown(log)
