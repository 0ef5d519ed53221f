"""Rows that are read when somebody looks at them."""

from mobile_app.core.rows import Rows
from mobile_app.domain.lookup import DOWN_FIRST, down_first
from shared_models.equipment.rows import EquipmentRow
from tests.mobile_app.core.rows import machine


def test_one_that_only_a_part_of_can_be_read_takes_nobody_s_place() -> None:
    """A later version's kind of criticality, say: the list goes on with the next, and does not end there."""
    reported: list[str] = []
    rows = Rows(EquipmentRow, lambda where, _: reported.append(where))
    names = {str(row.id): row for row in map(machine, "ABCDE")}
    later = next(row_id for row_id, row in names.items() if row.name == "B")
    texts = {row_id: row.model_dump_json().encode() for row_id, row in names.items()}
    rows.put({**texts, later: texts[later].replace(b'"medium"', b'"unheard-of"')})
    found = rows.in_order(down_first, *DOWN_FIRST)
    rows.forget(next(row.id for row in names.values() if row.name == "C"))
    assert [row.name for row in found[:2]] == ["A", "D"]
    assert found.keys() == [str(row.id) for name in "ADE" for row in names.values() if row.name == name]
    assert found.keys()[2] in rows.held()
    assert (len(found), [row.name for row in found], reported) == (3, ["A", "D", "E"], [f"equipment {later}"])


def test_a_part_is_what_the_row_is_now() -> None:
    """Changed by the server, by what waits to be sent, gone, and come back."""
    rows = Rows(EquipmentRow, lambda *_: None)
    one, other = machine("A"), machine("B")
    rows.put({str(row.id): row.model_dump_json().encode() for row in (one, other)})

    def names() -> list[str]:
        found = sorted(part.name for part in rows.parts("name"))
        alone = [rows.part_of(row.id, "name") for row in (one, other)]
        assert sorted(part.name for part in alone if part) == found
        return found

    assert names() == ["A", "B"]
    rows.put({str(one.id): one.model_copy(update={"name": "C"}).model_dump_json().encode()})
    assert names() == ["B", "C"]
    rows.laid = {other.id: other.model_copy(update={"name": "D"})}
    assert names() == ["C", "D"]
    rows.laid = {}
    rows.forget(one.id)
    assert names() == ["B"]
    rows.put({str(one.id): one.model_dump_json().encode()})
    assert names() == ["A", "B"]
    assert sum(isinstance(row, bytes) for row in rows.held().values()) == 2  # none has been read whole
