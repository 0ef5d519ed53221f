"""Commands from devices: answered each for itself, carried out once, whoever sends them again."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel
from starlette.requests import Request

from server.checklists import service as checklists
from server.core.access import Actor
from server.core.clock import now
from server.core.commands import VERBS
from server.core.database import Database, Session
from server.core.i18n import catalogue
from server.core.label_codes import LabelCode
from server.interventions.models import Intervention
from server.requests.models import WorkRequest
from server.sync import push
from server.sync.router import stream_pokes
from shared_models.base import Command
from shared_models.checklists.commands import AnswerStep, WriteChecklist
from shared_models.checklists.rows import Step, StepKind
from shared_models.commands import COMMANDS as BY_TYPE
from shared_models.equipment import commands as eq
from shared_models.i18n import LANGUAGES
from shared_models.ids import uuid7
from shared_models.interventions import commands as iv
from shared_models.interventions.lifecycle import InterventionStatus, State
from shared_models.labels.codes import new_label_code
from shared_models.permissions import ROLE_PERMISSIONS, Role
from shared_models.requests.rows import Symptom
from shared_models.sync import PushAnswer, PushRequest, PushResult
from tests.server.interventions.workshop import Workshop, open_workshop
from tests.server.support import count_statements
from tests.server.sync.given import Given

HOUR = timedelta(hours=1)

COMMANDS: tuple[type[Command], ...] = tuple(BY_TYPE.values())
DEVICE = uuid7()


@pytest.fixture
async def shop(session: Session) -> Workshop:
    return await open_workshop(session)


def wire(cmd: Command) -> dict[str, Any]:
    return cmd.model_dump(mode="json")


async def send(shop: Workshop, actor: Actor, *sent: dict[str, Any] | Command, sent_at: datetime | None = None) -> list[PushResult]:
    raw = [wire(item) if isinstance(item, Command) else item for item in sent]
    request = PushRequest(device_id=DEVICE, sent_at=sent_at or now(), commands=raw)
    answer: PushAnswer = await push.push(shop.session, actor, request)
    assert answer.xid
    return answer.results


def codes(results: list[PushResult]) -> list[str]:
    return [result.problem.code if result.problem else result.status for result in results]


async def one_of_each(shop: Workshop, kind: type[Command]) -> Command:
    """A command of that kind which the supervisor may give now."""
    session, at = shop.session, now()
    states = {
        iv.HoldIntervention: InterventionStatus.in_progress, iv.EndAction: InterventionStatus.in_progress,
        iv.CompleteIntervention: InterventionStatus.in_progress, iv.ValidateIntervention: InterventionStatus.completed,
        iv.ReturnIntervention: InterventionStatus.completed, iv.ReviseIntervention: InterventionStatus.completed,
    }  # fmt: skip
    is_on_job = issubclass(kind, iv.OnIntervention)
    job = await shop.job_in(State(states.get(kind, InterventionStatus.pending))) if is_on_job else uuid7()
    sheet = await shop.sheet(job) if is_on_job else None
    photo = await shop.picture()
    if kind is iv.RemovePhoto:
        await shop.do(shop.technician, iv.AddPhoto(intervention_id=job, photo_id=photo, occurred_at=at))
    inspection, template, step = uuid7(), uuid7(), Step(id=uuid7(), kind=StepKind.check, title="Guards")
    if kind is AnswerStep:
        await checklists.write(session, shop.supervisor, WriteChecklist(checklist_id=template, name="Safety", steps=[step], occurred_at=at))
        asked = {"equipment_id": shop.machine.id, "title": "Look", "checklist_id": template, "action_id": uuid7(), "occurred_at": at}
        await shop.do(shop.technician, iv.CreateIntervention(intervention_id=inspection, **asked))
    request, label = uuid7(), new_label_code()
    asked_for = {"site_id": shop.site.id, "equipment_id": shop.machine.id, "symptom": Symptom.leak}
    session.add(WorkRequest(id=request, number=f"REQ-{request.hex[-12:]}", **asked_for))
    session.add(LabelCode(code=label, created_at=at))
    await session.commit()
    fields: dict[type[Command], dict[str, Any]] = {
        eq.ChangeEquipmentStatus: {"status": "broken"},
        iv.CreateIntervention: {"action_id": uuid7()},
        iv.EndAction: {"action_id": sheet.actions[0].id if sheet and sheet.actions else uuid7()},
        iv.AddAction: {"user_id": shop.technician.user_id, "started_at": at - 30 * HOUR, "ended_at": at - 29 * HOUR},
        iv.CompleteIntervention: {"temporary_until": at.date() + timedelta(days=1), "permanent_id": uuid7(), "worked_minutes": 10},
        iv.UpdateIntervention: {"title": "Other title"},
        iv.ReviseIntervention: {"version": sheet.version if sheet else 0, "observations": "None"},
        WriteChecklist: {"steps": [step]},
        AnswerStep: {"intervention_id": inspection, "step_id": step.id, "state": "done"},
    }
    here = {"request_id": request, "label_code": label, "photo_id": photo} | ({"intervention_id": job} if is_on_job else {})
    return await Given(shop, **here).command(kind, **fields.get(kind, {}))


def giver(shop: Workshop, kind: type[Command]) -> Actor:
    """The supervisor, or an administrator where it takes one."""
    needed = kind.needs
    return shop.supervisor if any(map(shop.supervisor.may, needed)) else replace(shop.supervisor, permissions=ROLE_PERMISSIONS[Role.admin])


ANSWERS = {"sync_receipt"}


async def traces(session: Session) -> dict[str, int]:
    """How many rows each table has, but for the one that keeps what was answered."""
    tables = sorted(SQLModel.metadata.tables.keys() - ANSWERS)
    counts = ", ".join(f'(select count(*) from "{table}") as "{table}"' for table in tables)
    return dict((await session.execute(sa.text(f"select {counts}"))).mappings().one())


class TestEveryCommand:
    @pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
    async def test_needs_its_permission_and_is_carried_out_once(self, shop: Workshop, kind: type[Command]) -> None:
        cmd, planner = await one_of_each(shop, kind), giver(shop, kind)
        before = await traces(shop.session)
        [refused] = await send(shop, replace(planner, permissions=frozenset()), cmd.model_copy(update={"command_id": uuid7()}))
        assert refused.problem
        assert (refused.problem.code, refused.problem.params) == ("forbidden", {"permission": kind.needs[0]})
        assert await traces(shop.session) == before
        assert codes(await send(shop, planner, cmd)) == ["applied"]
        after = await traces(shop.session)
        assert after["audit_log"] > before["audit_log"]
        assert await self._unworded(shop.session) == []
        assert codes(await send(shop, planner, cmd, cmd)) == ["applied", "applied"]
        assert await traces(shop.session) == after

    async def _unworded(self, session: Session) -> list[str]:
        """What the history tells of all this in no words of people."""
        done = await session.scalars(sa.text("select distinct action from audit_log"))
        return [action for action in done for lang in LANGUAGES if f"audit.{action}" not in catalogue(lang)]

    def test_of_a_job_is_a_technicians_unless_it_judges(self) -> None:
        work = {kind for kind in COMMANDS if ROLE_PERMISSIONS[Role.technician] & set(kind.needs)}
        judging = {iv.ValidateIntervention, iv.ReturnIntervention, iv.ReviseIntervention}
        assert {kind for kind in COMMANDS if issubclass(kind, iv.OnIntervention)} - judging <= work


class TestAnswers:
    async def test_one_bad_command_does_not_stop_the_others(self, shop: Workshop) -> None:
        job = uuid7()
        at = now().isoformat()
        results = await send(
            shop, shop.technician,
            {"type": "intervention.create", "command_id": str(uuid7()), "occurred_at": at, "intervention_id": str(job),
             "equipment_id": str(shop.machine.id), "title": "Leak", "action_id": str(uuid7())},
            {"type": "nothing.that_is_known", "command_id": str(uuid7())},
            {"type": ["intervention.start"]},
            {},
            {"type": "intervention.hold", "command_id": str(uuid7()), "occurred_at": at, "intervention_id": str(job), "reason": " "},
            {"type": "intervention.hold", "occurred_at": at, "intervention_id": str(job), "reason": "No part"},
            {"type": "intervention.hold", "command_id": str(uuid7()), "occurred_at": at, "intervention_id": str(uuid7()), "reason": "x"},
            {"type": "intervention.hold", "command_id": str(uuid7()), "occurred_at": "0001-01-01T00:00:00+14:00",
             "intervention_id": str(job), "reason": "x"},
            {"type": "intervention.hold", "command_id": str(uuid7()), "occurred_at": at, "intervention_id": str(job), "reason": "No part"},
        )  # fmt: skip
        assert codes(results) == [
            "applied", "unknown_command", "unknown_command", "unknown_command", "invalid", "invalid", "not_found", "invalid",
            "applied",
        ]  # fmt: skip
        assert results[4].problem
        assert [(error.field, error.code) for error in results[4].problem.errors] == [("reason", "string_too_short")]
        assert (await shop.sheet(job)).status is InterventionStatus.on_hold

    async def test_a_refusal_is_answered_again_word_for_word(self, shop: Workshop) -> None:
        job = await shop.create()
        cmd = iv.HoldIntervention(intervention_id=job, reason="No part", occurred_at=now())
        first = await send(shop, shop.technician, cmd)
        assert codes(first) == ["not_allowed_now"]
        await shop.start(job)  # it would be allowed now
        assert await send(shop, shop.technician, cmd) == first

    async def test_of_somebody_else_are_nobody_elses(self, shop: Workshop) -> None:
        """An id stands for one user's command only: another's is judged for itself."""
        cmd = iv.CreateIntervention(intervention_id=uuid7(), equipment_id=shop.machine.id, title="Leak", occurred_at=now())
        await send(shop, shop.technician, cmd)
        assert codes(await send(shop, shop.colleague, cmd)) == ["already_exists"]

    async def test_with_other_words_is_refused_and_makes_nothing(self, shop: Workshop) -> None:
        cmd = iv.CreateIntervention(intervention_id=uuid7(), equipment_id=shop.machine.id, title="Leak", occurred_at=now())
        other = cmd.model_copy(update={"intervention_id": uuid7(), "title": "Noise"})
        assert codes(await send(shop, shop.technician, cmd, other, cmd)) == ["applied", "idempotency_key_reused", "applied"]
        assert codes(await send(shop, shop.technician, other)) == ["idempotency_key_reused"]
        assert await shop.session.get(Intervention, other.intervention_id) is None

    async def test_with_instants_corrected_all_alike_is_the_same(self, shop: Workshop) -> None:
        """A device learns how wrong its clock was, and moves what it has not heard of yet; one instant alone is another command."""
        at = now() - timedelta(hours=2)
        told = {"user_id": shop.technician.user_id, "intervention_id": await shop.create(), "action_id": uuid7()}
        cmd = iv.AddAction(**told, occurred_at=at, started_at=at - timedelta(hours=2), ended_at=at - timedelta(hours=1))
        instants = ("occurred_at", "started_at", "ended_at")
        moved = cmd.model_copy(update={name: getattr(cmd, name) + timedelta(seconds=90) for name in instants})
        longer = cmd.model_copy(update={"ended_at": at - timedelta(minutes=30)})
        assert codes(await send(shop, shop.technician, cmd)) == ["applied"]
        assert codes(await send(shop, shop.technician, moved)) == ["applied"]
        assert codes(await send(shop, shop.technician, longer)) == ["idempotency_key_reused"]

    async def test_a_fault_of_ours_blocks_nothing_and_can_be_tried_again(self, shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        async def stumble(session: Session, _actor: Actor, _cmd: Command) -> None:
            await session.execute(sa.text("update equipment set name = 'half done'"))
            raise ZeroDivisionError

        cmd = iv.CreateIntervention(intervention_id=uuid7(), equipment_id=shop.machine.id, title="Leak", occurred_at=now())
        note = {"type": "intervention.add_note"}
        with monkeypatch.context() as patch:
            patch.setitem(VERBS, iv.CreateIntervention, stumble)
            assert codes(await send(shop, shop.technician, cmd, note)) == ["internal_error", "invalid"]
        assert await shop.session.scalar(sa.text("select count(*) from equipment where name = 'half done'")) == 0
        assert codes(await send(shop, shop.technician, cmd)) == ["applied"]

    async def test_two_devices_on_one_job(self, shop: Workshop) -> None:
        job = await shop.job_in(State(InterventionStatus.in_progress))
        close = [iv.CompleteIntervention(intervention_id=job, occurred_at=now()) for _ in range(2)]
        assert codes(await send(shop, shop.colleague, close[0])) == ["applied"]
        [second] = await send(shop, shop.technician, close[1])
        assert second.problem
        assert second.problem.code == "not_allowed_now"
        assert second.problem.params["by"] == shop.colleague.label
        assert shop.colleague.label in str(second.problem.detail)


class TestManyAtOnce:
    """Good commands share savepoints; who is among them must make no difference."""

    async def test_each_is_judged_for_itself_whoever_its_neighbours_are(self, shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        job = await shop.job_in(State(InterventionStatus.in_progress))
        before = await traces(shop.session)
        notes = [iv.AddNote(intervention_id=job, note_id=uuid7(), text=f"Note {rank}", occurred_at=now()) for rank in range(50)]
        unknown = iv.AddNote(intervention_id=uuid7(), note_id=uuid7(), text="?", occurred_at=now())
        again = iv.AddNote(intervention_id=job, note_id=notes[0].note_id, text="Same id", occurred_at=now())

        async def stumble(session: Session, _actor: Actor, _cmd: Command) -> None:
            await session.execute(sa.text("update maintenance_interventions set title = 'half done'"))
            raise ZeroDivisionError

        faulty = iv.UpdateIntervention(intervention_id=job, title="Other", occurred_at=now())
        monkeypatch.setitem(VERBS, iv.UpdateIntervention, stumble)
        sent: list[Command] = [*notes[:7], unknown, *notes[7:30], faulty, faulty, *notes[30:45], again, {}, notes[3], *notes[45:]]  # type: ignore[list-item]
        results = await send(shop, shop.technician, *sent)
        wanted = {id(unknown): "not_found", id(faulty): "internal_error", id(again): "already_exists"}
        assert codes(results) == [wanted.get(id(cmd), "unknown_command" if cmd == {} else "applied") for cmd in sent]
        after = await traces(shop.session)
        more = {table: count - before[table] for table, count in after.items() if count != before[table]}
        assert more == {"audit_log": 50, "intervention_note": 50}
        assert (await shop.sheet(job)).title != "half done"
        assert codes(await send(shop, shop.technician, *notes, unknown, again)) == ["applied"] * 50 + ["not_found", "already_exists"]
        assert await traces(shop.session) == after

    async def test_a_hundred_good_ones_need_few_statements_each(self, shop: Workshop, database: Any) -> None:
        job = await shop.job_in(State(InterventionStatus.in_progress))
        notes = [iv.AddNote(intervention_id=job, note_id=uuid7(), text="Noise", occurred_at=now()) for _ in range(100)]
        with count_statements(database) as statements:
            assert set(codes(await send(shop, shop.technician, *notes))) == {"applied"}
        assert len(statements) <= 6 * len(notes) + 10


class TestClocks:
    @pytest.mark.parametrize("minutes", [-90, 60 * 24 * 30, 45])
    async def test_a_wrong_one_is_corrected_and_remembered(self, shop: Workshop, minutes: int) -> None:
        wrong = timedelta(minutes=minutes)
        really = now() - timedelta(minutes=10)
        job = uuid7()
        create = iv.CreateIntervention(
            intervention_id=job, equipment_id=shop.machine.id, title="Leak", action_id=uuid7(), occurred_at=really + wrong,
            stopped_at=really + wrong - timedelta(minutes=5), scheduled_start=really,
        )  # fmt: skip
        assert codes(await send(shop, shop.technician, create, sent_at=now() + wrong)) == ["applied"]
        sheet = await shop.sheet(job)
        assert sheet.actual_start
        assert sheet.stopped_at
        assert abs(sheet.actual_start - really) < timedelta(seconds=5)
        assert abs(sheet.stopped_at - really + timedelta(minutes=5)) < timedelta(seconds=5)
        assert sheet.scheduled_start == really
        told = await shop.session.scalar(sa.text("select changes -> 'device_time' ->> 0 from audit_log where entity_id = :id"), {"id": job})
        assert datetime.fromisoformat(str(told)) == really + wrong

    async def test_nothing_has_happened_in_the_future(self, shop: Workshop) -> None:
        job = uuid7()
        create = iv.CreateIntervention(
            intervention_id=job, equipment_id=shop.machine.id, title="Leak", action_id=uuid7(), occurred_at=now() + timedelta(hours=3)
        )
        assert codes(await send(shop, shop.technician, create)) == ["applied"]
        started = (await shop.sheet(job)).actual_start
        assert started
        assert started <= now()


@pytest.mark.fresh_database
class TestAtOnce:
    async def test_the_same_command_twice_is_done_once(self, shop: Workshop, database: Database) -> None:
        await shop.session.commit()
        cmd = iv.CreateIntervention(intervention_id=uuid7(), equipment_id=shop.machine.id, title="Leak", occurred_at=now())
        request = PushRequest(device_id=DEVICE, sent_at=now(), commands=[wire(cmd)])

        async def one() -> list[PushResult]:
            async with database.session() as session:
                return (await push.push(session, shop.technician, request)).results

        answers = await asyncio.gather(one(), one(), one())
        assert [codes(results) for results in answers] == [["applied"]] * 3
        assert await database.pool.fetchval("select count(*) from maintenance_interventions") == 1

    async def test_two_devices_close_one_job_at_the_same_moment(self, shop: Workshop, database: Database) -> None:
        job = await shop.job_in(State(InterventionStatus.in_progress))
        await shop.session.commit()

        async def close(actor: Actor) -> str:
            cmd = iv.CompleteIntervention(intervention_id=job, occurred_at=now())
            async with database.session() as session:
                answer = await push.push(session, actor, PushRequest(device_id=uuid7(), sent_at=now(), commands=[wire(cmd)]))
                return codes(answer.results)[0]

        answers = await asyncio.gather(close(shop.technician), close(shop.colleague))
        assert sorted(answers) == ["applied", "not_allowed_now"]

    async def test_five_hundred_commands_in_one_push(self, shop: Workshop, database: Database) -> None:
        await shop.session.commit()
        sent: list[Command] = []
        for _ in range(125):
            job = uuid7()
            sent += [
                iv.CreateIntervention(
                    intervention_id=job, equipment_id=shop.machine.id, title="Leak", action_id=uuid7(), occurred_at=now()
                ),
                iv.AddNote(intervention_id=job, note_id=uuid7(), text="Noise", occurred_at=now()),
                iv.HoldIntervention(intervention_id=job, reason="No part", occurred_at=now()),
                iv.CancelIntervention(intervention_id=job, reason="Mistake", occurred_at=now()),
            ]
        async with database.session() as session:
            answer = await push.push(
                session, shop.technician, PushRequest(device_id=DEVICE, sent_at=now(), commands=[wire(cmd) for cmd in sent])
            )
        assert set(codes(answer.results)) == {"applied"}
        assert [result.id for result in answer.results] == [cmd.command_id for cmd in sent]


@pytest.mark.fresh_database
class TestOverHttp:
    async def test_push_pull_and_poke(self, shop: Workshop, app: Any, client_as: Any) -> None:
        client = await client_as("technician", sites=[shop.site.id])
        actor = replace(shop.colleague, user_id=client.user.id)
        pokes = stream_pokes(Request({"type": "http", "client": ("127.0.0.1", 1), "headers": []}), actor, app.state.pokes)
        assert (await anext(pokes)).event == "poke"
        await asyncio.wait_for(app.state.pokes.listening.wait(), 10)
        job = uuid7()
        create = iv.CreateIntervention(intervention_id=job, equipment_id=shop.machine.id, title="Fuite d’huile", occurred_at=now())
        body = {"device_id": str(DEVICE), "sent_at": now().isoformat(), "commands": [None, 5, "x", [], wire(create)]}
        answer = PushAnswer.model_validate((await client.post("/api/v1/sync/push", json=body)).json())
        assert codes(answer.results) == ["unknown_command"] * 4 + ["applied"]
        assert (await asyncio.wait_for(anext(pokes), 10)).event == "poke"
        await pokes.aclose()
        page = (await client.get("/api/v1/sync/pull")).json()
        assert {change["row"]["title"] for change in page["changes"] if change["entity"] == "intervention"} == {"Fuite d’huile"}
        assert page["reset"]

    async def test_nobody_without_a_token(self, client: Any) -> None:
        for method, path in (("POST", "push"), ("GET", "pull"), ("GET", "stream")):
            assert (await client.request(method, f"/api/v1/sync/{path}")).status_code == 401
