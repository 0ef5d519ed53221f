"""What the editor of a class sends, and what it says is amiss."""

import json
from typing import Any, cast
from uuid import UUID

import flet as ft
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_app.core.i18n import set_language, t
from mobile_app.domain import marks
from mobile_app.domain.client import Tables
from mobile_app.domain.lookup import failure_item, item_name
from mobile_app.domain.specifications import as_typed
from mobile_app.features.classes import icons
from mobile_app.features.classes import values as v
from server.catalogue.failures import MODES, REMEDIES
from server.catalogue.machines import MACHINES
from shared_models.equipment.rows import EquipmentClassRow, EquipmentClassWrite, FailureItemKind
from shared_models.ids import uuid7
from tests.mobile_app.core.rows import machine

NAMES = st.dictionaries(st.sampled_from(["fr", "en"]), st.text(min_size=1, max_size=40).filter(lambda text: text.strip()), min_size=1)


@pytest.fixture(autouse=True)
def french() -> None:
    set_language("fr")


def item(code: str = "", kind: FailureItemKind = FailureItemKind.mode, **names: str) -> v.Values:
    return {**v.blank_item(kind), "code": code, "names": names or {"fr": "Fuite"}}


class TestValues:
    def test_an_untouched_class_is_sent_as_it_was_read(self):
        row = EquipmentClassRow.model_validate({
            "id": uuid7(), "code": "POMP", "names": {"fr": "Pompe"}, "icon": "water", "version": 3, "mode_counts": [],
            "spec_fields": [{"key": "debit", "names": {"fr": "Débit"}, "unit": "m³/h"}],
            "failure_items": [{"id": uuid7(), "kind": kind, "code": "A", "names": {"en": "A"}, "icon": ""} for kind in FailureItemKind],
        })  # fmt: skip
        told = EquipmentClassWrite.model_validate(v.body_of(v.of_class(row))).model_dump(mode="json")
        assert told == {name: value for name, value in row.model_dump(mode="json").items() if name in told}

    @given(names=st.lists(NAMES, max_size=5), kind=st.sampled_from(FailureItemKind))
    def test_whatever_the_names_codes_are_found_that_the_server_takes(self, names, kind):
        told = {**v.blank(), "names": {"fr": "Étuve"}}
        told["items"] = [{**v.blank_item(kind), "names": given_names} for given_names in names]
        told["specs"] = [{**v.blank_spec(), "names": given_names} for given_names in names]
        body = v.body_of(told)
        assert body["code"] == "ETUVE"
        codes, keys = [entry["code"] for entry in body["failure_items"]], [entry["key"] for entry in body["spec_fields"]]
        assert all(v.CODE.fullmatch(code) for code in codes)
        assert len({*codes}) == len(codes)
        assert len({*keys}) == len(keys)
        assert not v.wrong_with(told)

    def test_says_what_is_amiss_where_it_is(self):
        nameless, odd, one, two = item(fr=" "), item("é"), item("A"), item("a")
        told = {**v.blank(), "items": [nameless, odd, one, two, item("A", FailureItemKind.cause)]}
        assert v.wrong_with(told) == {
            "names": t("common.required"), nameless["id"]: t("classes.name_missing"), odd["id"]: t("classes.code_shape"),
            two["id"]: t("classes.code_twice", code="A"),
        }  # fmt: skip

    def test_entries_move_among_their_kind(self):
        one, other, two = item("A"), item("B", FailureItemKind.cause), item("C")
        assert v.moved([one, other, two], two["id"], -1) == [two, other, one]
        assert v.moved([one, other, two], one["id"], -1) == [one, other, two]


def test_every_picture_of_the_catalogue_can_be_chosen_and_drawn():
    assert {kind.icon for kind in MACHINES.values()} <= {*icons.MACHINES}
    assert {mode.icon for mode in MODES.values()} <= {*icons.FAILURES}
    assert {remedy.icon for remedy in REMEDIES.values()} <= {*icons.REMEDIES}
    nothing = ft.Icons.ABC
    for name in (*icons.MACHINES, *icons.FAILURES, *icons.REMEDIES):
        assert marks.icon_named(name, nothing) != nothing, name


@pytest.mark.parametrize(("typed", "told"), [
    ("12,5", 12.5), ("1\u202f500", 1500), ("-3", -3), (" IP 55 ", "IP 55"), ("", None), (7, 7), (True, True), ("1e400", "1e400"),
])  # fmt: skip
def test_figures_of_a_machine_are_told_as_figures(typed, told):
    assert as_typed({"x": typed}) == ({} if told is None else {"x": told})


def test_sheets_keep_the_words_of_what_was_retired_or_left():
    """A retired entry, and one of the class that the machine had before."""
    tables = Tables(lambda *_: None)
    kept, gone, former = ({"id": str(uuid7()), "kind": "mode", "code": code, "names": {"fr": code}} for code in "ABC")
    now, before = str(uuid7()), str(uuid7())
    row = {"names": {"fr": "Pompe"}, "icon": "", "spec_fields": [], "mode_counts": [], "version": 1}
    tables.classes.put({
        now: json.dumps({**row, "id": now, "code": "P", "failure_items": [kept], "retired_items": [gone]}).encode(),
        before: json.dumps({**row, "id": before, "code": "Q", "failure_items": [former], "is_active": False}).encode(),
    })  # fmt: skip
    pump = machine("Pompe 1").model_copy(update={"class_id": UUID(now)})
    tables.equipment.rows[pump.id] = pump
    said = [item_name(failure_item(cast("Any", tables), pump.id, UUID(item["id"]))) for item in (kept, gone, former)]
    assert said == ["A", "B", "C"]
    assert failure_item(cast("Any", tables), pump.id, uuid7()) is None
