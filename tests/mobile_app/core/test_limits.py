"""The limit a field shows is the schema's own: one character more is refused."""

import pytest
from pydantic import ValidationError

from mobile_app.core.limits import text_limit
from mobile_app.ui.fields import count_of
from shared_models.ids import uuid7
from shared_models.interventions.commands import AddNote, CancelIntervention, ReviseIntervention, UpdateIntervention
from shared_models.interventions.rows import Signature

AT = "2026-11-23T10:00:00Z"


@pytest.mark.parametrize(
    ("schema", "name", "rest"),
    [
        (CancelIntervention, "reason", {"intervention_id": uuid7()}),
        (UpdateIntervention, "title", {"intervention_id": uuid7()}),
        (UpdateIntervention, "description", {"intervention_id": uuid7()}),
        (ReviseIntervention, "work_performed", {"intervention_id": uuid7(), "reason": "x", "version": 1}),
        (AddNote, "text", {"intervention_id": uuid7(), "note_id": uuid7()}),
    ],
)
def test_is_what_the_schema_takes(schema, name, rest):
    most = text_limit(schema, name)
    schema.model_validate({"occurred_at": AT, **rest, name: "x" * most})
    with pytest.raises(ValidationError):
        schema.model_validate({"occurred_at": AT, **rest, name: "x" * (most + 1)})


def test_of_a_nested_schema_and_of_what_has_none():
    assert text_limit(Signature, "name") == 100
    assert text_limit(CancelIntervention, "occurred_at") is None


def test_the_counter_appears_near_the_end():
    assert count_of("x" * 159, 200) == ""
    assert count_of("x" * 160, 200) == "160 / 200"
    assert count_of("anything", None) == ""
