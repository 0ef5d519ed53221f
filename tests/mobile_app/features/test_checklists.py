"""What a checklist looks like in words, and what the template editor sends."""

from types import SimpleNamespace
from typing import Any

import pytest

from mobile_app.core.i18n import set_language
from mobile_app.domain import steps as st
from mobile_app.domain.meters import as_typed
from mobile_app.features.checklists import values as v
from mobile_app.features.checklists.versions import changes
from mobile_app.features.jobs.checklist import first_open
from shared_models.checklists.rows import AnswerRow, JobChecklist, Step, StepKind, StepState
from shared_models.checklists.rules import meter_of, meters_for
from shared_models.ids import uuid7
from shared_models.interventions.rows import InterventionRow
from tests.mobile_app.core.rows import ANNE, AT, job

PRESSURE = Step(id=uuid7(), kind=StepKind.number, title="Pression", unit="bar", low=5, high=7.5)
GUARD = Step(id=uuid7(), kind=StepKind.check, title="Consigner")
NOTES = Step(id=uuid7(), kind=StepKind.text, title="Remarques", is_required=False)


@pytest.fixture(autouse=True)
def french() -> None:
    set_language("fr")


def answered(*given: tuple[Step, StepState, Any]) -> InterventionRow:
    answers = [
        AnswerRow(id=uuid7(), step_id=step.id, state=state, value=value, user_id=ANNE.id, occurred_at=AT) for step, state, value in given
    ]
    return job(checklist=JobChecklist(checklist_id=None, version=1, name="G", steps=[NOTES, GUARD, PRESSURE]), answers=answers)


class TestWords:
    def test_progress_counts_what_is_missing_and_what_failed(self):
        state = st.progress(answered((PRESSURE, StepState.failed, 8.25)))
        assert (state.answered, state.total, state.failed, state.missing) == (1, 3, 1, [GUARD])
        assert not state.is_complete

    def test_one_begins_at_the_first_open_step(self):
        assert first_open(answered()) == 0
        assert first_open(answered((NOTES, StepState.done, "x"))) == 1
        assert first_open(answered(*((step, StepState.na, None) for step in (NOTES, GUARD, PRESSURE)))) == 3

    def test_limits_and_findings_say_their_unit(self):
        failed = answered((PRESSURE, StepState.failed, 8.25)).answers[0]
        assert st.limits_text(PRESSURE) == "entre 5 et 7,5\u00a0bar"
        assert st.finding(PRESSURE, failed) == "Pression\u00a0: 8,25\u00a0bar"
        assert st.finding(PRESSURE, failed.model_copy(update={"reason": "Fuite"})) == "Pression\u00a0: Fuite"
        assert st.limits(None, 3, "") == "au plus 3"

    def test_failures_come_first(self):
        sheet = answered((GUARD, StepState.done, None), (PRESSURE, StepState.failed, 9.0))
        assert st.by_weight(st.steps_of(sheet), st.answers_by_step(sheet)) == [PRESSURE, NOTES, GUARD]

    def test_a_job_found_at_a_step_is_linked_to_it(self):
        origin = answered()
        found = job(found_in=origin.id, found_at_step=GUARD.id)
        assert st.correctives([origin, found], origin.id) == {GUARD.id: found}


class TestEditor:
    def written(self, **fields: Any) -> dict[str, Any]:
        return {**v.blank(), "name": "Graissage", "steps": [{**v.blank_step(), "title": "Voir", **fields}]}

    def test_sends_only_what_a_kind_uses(self):
        told = self.written(kind="check", low=3.0, options="a\nb", unit="bar", needs_photo=True)
        [step] = v.command_of(told, AT).steps
        assert (step.low, step.options, step.unit, step.needs_photo) == (None, [], "", True)
        [photo] = v.command_of(self.written(kind="photo", needs_photo=True), AT).steps
        assert not photo.needs_photo

    def test_options_are_lines_each_once_and_bad_ones_among_them(self):
        told = self.written(kind="choice", options="Bon\n\nUsé \nBon", bad_options=["Usé", "Rompu"])
        [step] = v.command_of(told, AT).steps
        assert (step.options, step.bad_options) == (["Bon", "Usé"], ["Usé"])

    @pytest.mark.parametrize(("fields", "wrong"), [
        ({"title": " "}, True), ({"kind": "number", "low": 3.0, "high": 2.0}, True), ({"kind": "choice", "options": "Bon"}, True),
        ({"kind": "check", "low": 3.0, "high": 2.0}, False), ({"kind": "number", "low": 2.0}, False),
    ])  # fmt: skip
    def test_says_what_is_missing_where_it_is(self, fields, wrong):
        told = self.written(**fields)
        assert set(v.wrong_with(told, AT)) == ({told["steps"][0]["id"]} if wrong else set())

    @pytest.mark.parametrize("fields", [
        {"kind": "choice", "options": "\n".join(map(str, range(30)))}, {"help": "x" * 20_000}, {"title": "\u200b"},
        {"kind": "number", "low": 1e300}, {"kind": "number", "unit": "x" * 30}, {"kind": "meter", "meter_name": "x" * 200},
    ])  # fmt: skip
    def test_what_no_checklist_takes_is_said_at_its_step(self, fields):
        told = self.written(**fields)
        told["steps"] = [{**v.blank_step(), "title": "Nettoyer"}, *told["steps"]]
        assert set(v.wrong_with(told, AT)) == {told["steps"][1]["id"]}
        assert set(v.wrong_with({**told, "name": "\u200b"}, AT)) == {told["steps"][1]["id"], "name"}

    def test_needs_a_name_and_a_step(self):
        assert set(v.wrong_with({"name": " ", "steps": []}, AT)) == {"name", ""}

    def test_moves_steps_as_far_as_there_are_places(self):
        steps = [{"id": name} for name in "abc"]
        assert [step["id"] for step in v.moved(steps, 2, -1)] == ["a", "c", "b"]
        assert v.moved(steps, 0, -1) == steps
        assert [step["id"] for step in v.inserted(steps, 0, {"id": "n"})] == ["a", "n", "b", "c"]

    def test_an_edit_starts_from_the_row_and_names_its_version(self):
        row = v.ChecklistRow(id=uuid7(), name="G", description="", is_active=True, version=4, steps=[PRESSURE, GUARD])
        told = v.command_of({**v.of_checklist(row), "version": row.version}, AT)
        assert (told.version, told.steps) == (4, row.steps)


class TestMeters:
    RUN, PUMP = (SimpleNamespace(id=uuid7(), name=name, unit="h") for name in ("Heures de marche", "Heures pompe"))
    CYCLES = SimpleNamespace(id=uuid7(), name="Cycles", unit="cycles")
    ALL = (RUN, PUMP, CYCLES)

    def read(self, title: str = "Relever", **fields: Any) -> Step:
        return Step(id=uuid7(), kind=StepKind.meter, title=title, **fields)

    def test_a_step_means_those_of_its_unit_the_one_it_tells_of_first(self):
        assert meters_for(self.read(unit="h"), self.ALL) == [self.RUN, self.PUMP]
        assert meters_for(self.read("Relever les heures pompe", unit="h"), self.ALL) == [self.PUMP, self.RUN]
        assert meters_for(self.read(unit="h", meter_name="pompe"), self.ALL) == [self.PUMP, self.RUN]
        assert meters_for(self.read(unit="km"), self.ALL) == [*self.ALL]

    def test_a_named_meter_is_meant_alone(self):
        assert meters_for(self.read(unit="h", meter_name="heures pompe"), self.ALL) == [self.PUMP]
        assert meters_for(self.read(meter_id=self.CYCLES.id), self.ALL) == [self.CYCLES]

    def test_the_chosen_one_counts_and_nothing_in_its_place(self):
        assert meter_of(self.read(unit="h"), self.ALL) == self.RUN
        assert meter_of(self.read(unit="h"), self.ALL, self.PUMP.id) == self.PUMP
        assert meter_of(self.read(unit="h"), self.ALL, uuid7()) is None


def test_a_version_says_what_it_has_changed():
    before, other = [NOTES, GUARD, PRESSURE], Step(id=uuid7(), kind=StepKind.check, title="Remettre en service")
    assert changes(before, [PRESSURE, NOTES, other]) == (1, 1, 0, True)
    assert changes(before, [NOTES, GUARD, PRESSURE.model_copy(update={"high": 8})]) == (0, 0, 1, False)


@pytest.mark.parametrize(("typed", "seen"), [("", ""), ("12500.", "12\u202f500,"), ("-7.25", "\u22127,25"), ("0.", "0,")])
def test_a_number_is_seen_in_thousands_while_it_is_typed(typed, seen):
    assert as_typed(typed) == seen
