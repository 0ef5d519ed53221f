"""What is sent of a command that was given before the clock was known to be wrong, and in which order."""

from datetime import datetime, timedelta

from mobile_app.core.outbox import Entry, Outbox
from shared_models.checklists.commands import AnswerStep, WriteChecklist
from shared_models.checklists.rows import Step, StepKind, StepState
from shared_models.ids import uuid7
from shared_models.interventions.commands import AddNote, CompleteIntervention, CreateIntervention
from shared_models.problems import Problem
from tests.mobile_app.core.rows import AT
from tests.mobile_app.core.sqlite_store import SqliteStores

REFUSED = Problem.model_validate({"type": "about:blank", "title": "", "status": 409, "code": "conflict"})
FIELDS = ("occurred_at", "stopped_at", "restarted_at")


def test_everything_read_off_a_wrong_clock_is_corrected_when_it_is_sent_again():
    command = CompleteIntervention(
        intervention_id=uuid7(), occurred_at=AT, stopped_at=AT - timedelta(hours=1), restarted_at=AT - timedelta(minutes=5)
    )
    payload = command.model_dump(mode="json")
    entry = Entry(id=str(command.command_id), seq=1, payload=payload, offset=0.0, command=command)
    assert entry.to_send(0.0) == payload
    sent = entry.to_send(7200.0)
    late = {name: datetime.fromisoformat(sent[name]) - getattr(command, name) for name in FIELDS}
    assert set(late.values()) == {timedelta(hours=2)}


async def test_what_is_sent_again_last_is_last_in_every_tab():
    job, follow_up = uuid7(), uuid7()
    temporary = {"temporary_until": AT.date(), "permanent_id": follow_up}
    store = await SqliteStores().open("anne")
    tabs = [Outbox(), Outbox()]
    for tab in tabs:
        await tab.open(store)
    refused = await tabs[0].add(CompleteIntervention(intervention_id=job, occurred_at=AT, **temporary))
    for subject in (follow_up, job):
        await tabs[0].add(AddNote(intervention_id=subject, note_id=uuid7(), text="Joint", occurred_at=AT))
    await tabs[0].refused({refused.id: REFUSED})
    await tabs[1].reload()

    await tabs[0].retry(refused.id, last=True)
    await tabs[1].reload()

    sent = [[entry.payload["type"].partition(".")[2] for entry in tab.ready()] for tab in tabs]
    assert sent == [["add_note", "complete", "add_note"]] * 2
    assert [entry.id for entry in tabs[1].ready()] == [entry.id for entry in tabs[0].ready()]


async def test_an_edit_given_up_takes_with_it_what_builds_on_it_and_nothing_else():
    """Neither an answer to a step that was there before, nor what was edited once the refusal was known."""
    checklist, step = uuid7(), Step(id=uuid7(), kind=StepKind.check, title="Consigner")
    template = {"checklist_id": checklist, "name": "Ronde", "steps": [step], "occurred_at": AT}
    tab = Outbox()
    await tab.open(await SqliteStores().open("anne"))
    edit, further = [await tab.add(WriteChecklist(**template, version=version)) for version in (3, 4)]
    said = {"step_id": step.id, "answer_id": uuid7(), "state": StepState.done, "occurred_at": AT}
    answer = await tab.add(AnswerStep(intervention_id=uuid7(), **said))
    job = {"equipment_id": uuid7(), "checklist_id": checklist, "title": "Ronde", "occurred_at": AT}
    asked = await tab.add(CreateIntervention(intervention_id=uuid7(), **job))
    await tab.refused({edit.id: REFUSED})
    anew = await tab.add(WriteChecklist(**template, version=4))
    assert [entry.id for entry in tab.ready()] == [answer.id, asked.id, anew.id]

    await tab.retry(edit.id)
    again = next(tab.ready())
    assert [entry.id for entry in tab.ready()] == [again.id, further.id, answer.id, asked.id, anew.id]
    await tab.refused({again.id: REFUSED})
    assert further.id not in [entry.id for entry in tab.ready()]

    await tab.discard(again.id)
    assert [entry.id for entry in tab.entries] == [answer.id, asked.id, anew.id]
