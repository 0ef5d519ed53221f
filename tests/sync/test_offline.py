"""Work without a network, and what becomes of it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from starlette.exceptions import HTTPException

from mobile_app.core.errors import StoreTrouble
from mobile_app.core.i18n import n
from mobile_app.core.sync import SyncState
from mobile_app.features.jobs.sheet_parts import Photos
from server.core import events
from server.core.arriving import ArrivingBody
from server.users.models import UserSite
from shared_models.ids import uuid7
from shared_models.interventions.commands import (
    AddNote,
    AddPhoto,
    AssignIntervention,
    CancelIntervention,
    CompleteIntervention,
    CreateIntervention,
    HoldIntervention,
    ReturnIntervention,
    StartIntervention,
    ValidateIntervention,
)
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import FailureCoding
from shared_models.interventions.sheet import labour
from shared_models.plans.commands import WriteTeam
from tests.mobile_app.ui.conftest import screen
from tests.sync.conftest import until
from tests.sync.pictures import JPEG
from tests.sync.test_plant_screens import inside

__all__ = ["screen"]  # a fixture


class TestOffline:
    async def test_the_main_job_from_scan_to_validation(self, factory):
        anne = await factory.signed_in(await factory.person("technician", sites=[factory.site]))
        chief = await factory.signed_in(await factory.person("supervisor"))

        anne.transport.online = False
        job_id = await anne.open_job(factory.press, start=True)
        await anne.do(AddNote, intervention_id=job_id, note_id=uuid7(), text="Bruit au démarrage")
        await anne.do(CompleteIntervention, intervention_id=job_id, worked_minutes=25, failure=FailureCoding(mode_unknown=True))
        await anne.round()
        assert anne.client.sync.status.state == SyncState.offline
        assert anne.client.sync.status.waiting == 4
        assert anne.job(job_id).status == InterventionStatus.completed
        assert anne.client.interventions.pending == {job_id}

        anne.transport.online = True
        foretold = anne.job(job_id)
        await anne.round()
        assert anne.client.sync.status.state == SyncState.synced
        assert anne.client.outbox.entries == []
        told = anne.job(job_id)
        assert told.number is not None
        assert labour(told.actions, told.created_at) == labour(foretold.actions, told.created_at) == timedelta(minutes=25)
        hidden = {"number", "version", "created_at"}
        assert told.model_dump(exclude=hidden) == foretold.model_dump(exclude=hidden)

        await chief.round()
        await chief.do(ValidateIntervention, intervention_id=job_id, version=chief.job(job_id).version)
        await chief.round()
        await anne.round()
        assert anne.job(job_id) == chief.job(job_id)
        assert anne.job(job_id).is_validated

    async def test_a_restart_without_a_network_loses_nothing(self, factory):
        anne = await factory.signed_in(await factory.person("technician"))
        anne.transport.online = False
        job_id = await anne.open_job(factory.press)
        await anne.client.drafts.save("close", {"text": "à moitié"})
        again = await factory.restarted(anne)
        assert again.client.session.user == anne.client.session.user
        assert again.client.me == anne.client.me
        assert again.job(job_id).title == "Courroie usée"
        assert await again.client.drafts.load("close") == {"text": "à moitié"}
        again.transport.online = True
        await again.round()
        assert again.job(job_id).number is not None

    async def test_a_lost_answer_is_asked_for_again_and_nothing_happens_twice(self, factory):
        anne = await factory.signed_in(await factory.person("technician"))
        job_id = await anne.open_job(factory.press, start=True)
        await anne.do(AddNote, intervention_id=job_id, note_id=uuid7(), text="Une fois")
        anne.transport.lose_answers, anne.transport.only = 2, "/push"
        await anne.round()
        await anne.round()
        assert anne.client.sync.status.waiting == 3
        await anne.round()
        assert anne.client.outbox.entries == []
        assert (len(anne.job(job_id).notes), len(anne.job(job_id).actions)) == (1, 1)

    async def test_a_crash_after_the_answer_shows_the_change_until_it_is_pulled(self, factory):
        anne = await factory.signed_in(await factory.person("technician"))
        job_id = await anne.open_job(factory.press)
        anne.transport.lose_answers, anne.transport.only = 1, "/pull"
        await anne.client.sync.round()
        assert anne.job(job_id).number is None
        again = await factory.restarted(anne)
        assert again.job(job_id).title == "Courroie usée"
        await again.round()
        assert again.job(job_id).number is not None
        assert again.client.interventions.pending == frozenset()


class TestRefusal:
    async def test_is_kept_with_its_reason_until_somebody_decides(self, factory):
        anne = await factory.signed_in(await factory.person("technician"))
        chief = await factory.signed_in(await factory.person("supervisor"))
        job_id = await anne.open_job(factory.press)
        await anne.round()
        await chief.round()
        await chief.do(CancelIntervention, intervention_id=job_id, reason="Doublon")
        await chief.round()

        await anne.do(StartIntervention, intervention_id=job_id, action_id=uuid7())
        await anne.do(AddNote, intervention_id=job_id, note_id=uuid7(), text="Vu")
        await anne.round()
        [refused] = anne.client.outbox.needs_you
        assert isinstance(refused.command, StartIntervention)
        assert refused.problem.code == "not_allowed_now"
        assert refused.problem.title
        assert anne.client.sync.status.state == SyncState.needs_you
        assert anne.job(job_id).status == InterventionStatus.cancelled
        assert len(anne.job(job_id).notes) == 1, "one refusal holds up nothing else"

        again = await factory.restarted(anne)
        assert [item.id for item in again.client.outbox.needs_you] == [refused.id]
        await again.client.discard(refused.id)
        assert again.client.sync.status.state != SyncState.needs_you

    async def test_takes_what_depends_on_it_along_and_brings_it_back(self, factory):
        anne = await factory.signed_in(await factory.person("technician", sites=[factory.site]))
        chief = await factory.signed_in(await factory.person("supervisor"))
        mine = anne.client.session.user.id
        job_id = uuid7()
        wrong = await anne.do(
            CreateIntervention, intervention_id=job_id, equipment_id=factory.press, title="Fuite",
            assigned_technician_id=chief.client.session.user.id,
        )  # fmt: skip
        await anne.do(StartIntervention, intervention_id=job_id, action_id=uuid7())
        await anne.do(AddNote, intervention_id=job_id, note_id=uuid7(), text="Joint")
        await anne.round()
        [refused] = anne.client.outbox.needs_you
        assert (refused.command, len(refused.followers)) == (wrong, 2)
        await anne.client.edit(refused.id, wrong.model_copy(update={"assigned_technician_id": mine}))
        await anne.round()
        assert anne.client.outbox.entries == []
        told = anne.job(job_id)
        assert (told.status, len(told.notes), told.assigned_technician_id) == (InterventionStatus.in_progress, 1, mine)

    async def test_an_edit_built_on_a_refused_one_overwrites_nobody(self, factory):
        """It tells the version that the first would have left, which by then is a colleague's."""
        anne, chief = [await factory.signed_in(await factory.person("supervisor")) for _ in range(2)]
        team = {"team_id": uuid7(), "site_id": factory.site}
        await chief.do(WriteTeam, **team, name="Équipe A")
        await chief.round()
        await anne.round()
        anne.transport.online = False
        for name in ("Équipe B", "Équipe C"):
            await anne.do(WriteTeam, **team, name=name, version=anne.client.tables.teams.get(team["team_id"]).version)
        await chief.do(WriteTeam, **team, name="Équipe D", version=1)
        await chief.round()

        anne.transport.online = True
        await anne.round()
        [refused] = anne.client.outbox.needs_you
        assert (refused.problem.code, [each.name for each in refused.followers]) == ("stale_version", ["Équipe C"])
        assert anne.client.tables.teams.get(team["team_id"]).name == "Équipe D"

    @pytest.mark.parametrize("more", [{}, {"text": "x" * 5_000_000}, {"text": "\ud800"}, {"text": float("nan")}, {"text": 1e400}])
    async def test_a_command_the_server_cannot_read_stops_nobody(self, factory, more):
        """Of another version, too large, or no JSON at all: it waits for a person, and is not sent for ever."""
        anne = await factory.signed_in(await factory.person("technician"))
        store = anne.client.outbox.store
        strange = {"type": "meter.read", "command_id": str(uuid7()), "occurred_at": anne.client.now().isoformat(), **more}
        await store.write_outbox(puts=[{"id": strange["command_id"], "seq": 1, "command": strange, "stage": "waiting"}])
        await anne.client.outbox.reload()
        job_id = await anne.open_job(factory.press)
        await anne.round()
        assert anne.job(job_id).number is not None
        [refused] = anne.client.outbox.needs_you
        assert (refused.command, refused.payload["type"]) == (None, "meter.read")
        anne.transport.sent.clear()
        await anne.round()
        assert "POST /api/v1/sync/push" not in anne.transport.sent


class TestTwoDevices:
    async def test_on_one_job_come_to_the_same_sheet(self, factory):
        anne = await factory.signed_in(await factory.person("technician"))
        paul = await factory.signed_in(await factory.person("technician"))
        job_id = await anne.open_job(factory.press, start=True)
        await anne.round()
        await paul.round()
        paul.transport.online = False
        await paul.do(StartIntervention, intervention_id=job_id, action_id=uuid7())
        await paul.do(AddNote, intervention_id=job_id, note_id=uuid7(), text="Je rejoins")
        await anne.do(HoldIntervention, intervention_id=job_id, reason="Attente pièce")
        await anne.round()
        await paul.round()
        assert paul.job(job_id).status == InterventionStatus.in_progress
        paul.transport.online = True
        await paul.round()
        await anne.round()
        assert anne.job(job_id) == paul.job(job_id)
        assert {action.user_id for action in anne.job(job_id).actions} == {anne.client.session.user.id, paul.client.session.user.id}

    async def test_a_pulled_row_never_hides_a_pending_change(self, factory):
        anne = await factory.signed_in(await factory.person("technician"))
        chief = await factory.signed_in(await factory.person("supervisor"))
        job_id = await anne.open_job(factory.press)
        await anne.round()
        await chief.round()
        note = uuid7()
        anne.transport.lose_requests, anne.transport.only = 1, "/push"
        await anne.do(AddNote, intervention_id=job_id, note_id=note, text="À moi")
        await chief.do(AssignIntervention, intervention_id=job_id, technician_id=anne.client.session.user.id)
        await chief.round()
        await anne.client.sync.pull.run()
        anne.client.tables.overlay(anne.client.tables.changes)
        assert anne.job(job_id).assigned_technician_id == anne.client.session.user.id
        assert [item.id for item in anne.job(job_id).notes] == [note]

    async def test_return_goes_back_to_work(self, factory):
        anne = await factory.signed_in(await factory.person("technician"))
        chief = await factory.signed_in(await factory.person("supervisor"))
        job_id = await anne.open_job(factory.press, start=True)
        await anne.do(CompleteIntervention, intervention_id=job_id)
        await anne.round()
        await chief.round()
        await chief.do(ReturnIntervention, intervention_id=job_id, reason="Photo manquante")
        await chief.round()
        await anne.round()
        assert (anne.job(job_id).status, anne.job(job_id).return_reason) == (InterventionStatus.in_progress, "Photo manquante")


class TestPhotos:
    async def test_an_interrupted_upload_goes_on_and_the_photo_stays(self, factory):
        anne = await factory.signed_in(await factory.person("technician"))
        job_id = await anne.open_job(factory.press)
        photo_id = await anne.client.attach(JPEG, "image/jpeg")
        await anne.do(AddPhoto, intervention_id=job_id, photo_id=photo_id)
        assert [photo.id for photo in anne.job(job_id).photos] == [photo_id]
        anne.transport.lose_requests, anne.transport.only = 1, "/attachments"
        await anne.client.sync.round()
        anne.transport.lose_answers = 1
        await anne.client.sync.round()
        assert anne.client.unsent().photos == 1
        assert await anne.client.attachment(photo_id) == JPEG
        await anne.round()
        assert anne.client.outbox.entries == []
        assert [photo.id for photo in anne.job(job_id).photos] == [photo_id]
        anne.transport.online = False
        again = await factory.restarted(anne)
        assert await again.client.attachment(photo_id, 160) == JPEG

    async def test_one_that_was_lacking_comes_with_the_network(self, factory, screen):
        """And what said that it was lacking goes."""
        anne, bob = [await factory.signed_in(await factory.person("technician")) for _ in range(2)]
        job_id = await anne.open_job(factory.press)
        await anne.do(AddPhoto, intervention_id=job_id, photo_id=await anne.client.attach(JPEG, "image/jpeg"))
        await anne.round()
        await bob.round()
        bob.transport.online = False
        await bob.client.sync.round()
        job = bob.job(job_id)
        await screen.show(inside(bob.client, lambda: Photos(bob.client, job, None)))
        await until(lambda: n("job.photos_elsewhere", 1) in screen.texts)
        bob.transport.online = True
        await bob.round()
        await until(lambda: "Photo 1 sur 1, Photo" in screen.labels())
        assert n("job.photos_elsewhere", 1) not in screen.texts
        bob.transport.online = False
        await bob.client.sync.round()
        await screen.settle(40)
        assert "Photo 1 sur 1, Photo" in screen.labels()

    async def test_only_the_latest_that_were_sent_stay(self, factory, monkeypatch):
        monkeypatch.setattr("mobile_app.core.outbox.MOST_SENT", 2)
        anne = await factory.signed_in(await factory.person("technician"))
        job_id, taken = await anne.open_job(factory.press), []
        for _ in range(4):
            taken.append(await anne.client.attach(JPEG, "image/jpeg"))
            await anne.do(AddPhoto, intervention_id=job_id, photo_id=taken[-1])
            await anne.round()
        assert await anne.client.outbox.store.blob_ids() == [str(photo_id) for photo_id in taken[-2:]]

    async def test_an_upload_that_was_too_slow_is_tried_again(self, factory, monkeypatch):
        """A bad connection is nothing that a person could decide about."""

        async def never_whole(_: ArrivingBody) -> None:
            raise HTTPException(408)

        anne = await factory.signed_in(await factory.person("technician"))
        job_id = await anne.open_job(factory.press)
        await anne.round()
        photo_id = await anne.client.attach(JPEG, "image/jpeg")
        await anne.do(AddPhoto, intervention_id=job_id, photo_id=photo_id)
        with monkeypatch.context() as slow:
            slow.setattr(ArrivingBody, "__call__", never_whole)
            await anne.round()
        assert any(sent.startswith("PUT") for sent in anne.transport.sent)
        assert anne.client.outbox.needs_you == []
        await anne.round()
        assert [photo.id for photo in anne.job(job_id).photos] == [photo_id]

    async def test_a_file_that_is_refused_waits_with_its_photo(self, factory):
        anne = await factory.signed_in(await factory.person("technician"))
        job_id = await anne.open_job(factory.press)
        photo_id = await anne.client.attach(b"<html>", "image/jpeg")
        await anne.do(AddPhoto, intervention_id=job_id, photo_id=photo_id)
        await anne.do(AddNote, intervention_id=job_id, note_id=uuid7(), text="Après")
        await anne.round()
        [refused] = anne.client.outbox.needs_you
        assert refused.command.photo_id == photo_id
        assert len(anne.job(job_id).notes) == 1
        assert await anne.client.outbox.store.blob_ids() == [str(photo_id)]
        await anne.client.discard(refused.id)
        assert await anne.client.outbox.store.blob_ids() == []


class TestScope:
    @staticmethod
    async def loses_the_other_site(user, factory, soon) -> None:
        pokes = factory.app.state.pokes
        known = pokes.access_version
        await factory.session.execute(delete(UserSite).where(UserSite.user_id == user.id, UserSite.site_id == factory.other_site))
        events.end_streams_of(factory.session, user_ids=[user.id])
        await factory.session.commit()
        await soon(lambda: pokes.access_version > known)

    async def test_a_lost_site_takes_its_rows_and_leaves_the_work(self, factory, soon):
        user = await factory.person("technician", sites=[factory.site, factory.other_site])
        anne = await factory.signed_in(user)
        assert len(anne.client.equipment) == 2
        await anne.open_job(factory.oven, "Résistance")
        await self.loses_the_other_site(user, factory, soon)
        await anne.round()
        assert list(anne.client.equipment.rows) == [factory.press]
        [refused] = anne.client.outbox.needs_you
        assert (refused.problem.code, refused.command.title) == ("not_found", "Résistance")
        again = await factory.restarted(anne)
        assert list(again.client.equipment.rows) == [factory.press]
        assert len(again.client.outbox.needs_you) == 1

    async def test_a_lost_site_s_rows_go_too_when_the_disk_was_full_at_first(self, factory, soon, monkeypatch):
        user = await factory.person("technician", sites=[factory.site, factory.other_site])
        anne = await factory.signed_in(user)
        await self.loses_the_other_site(user, factory, soon)

        async def full(*_: Any, **__: Any) -> None:
            raise StoreTrouble("full", "")

        with monkeypatch.context() as patch:
            patch.setattr(anne.client.outbox.store, "take", full)
            with pytest.raises(StoreTrouble):
                await anne.client.sync.round()
        await anne.round()
        assert list(anne.client.equipment.rows) == [factory.press]
        assert list((await factory.restarted(anne)).client.equipment.rows) == [factory.press]


class TestClock:
    @pytest.mark.parametrize("hours", [-5, 7])
    async def test_a_wrong_one_is_noticed_and_corrected(self, factory, hours):
        right = await factory.signed_in(await factory.person("technician"))
        wrong = await factory.signed_in(await factory.person("technician"), ahead=timedelta(hours=hours))
        assert abs(wrong.client.now() - right.client.now()) < timedelta(seconds=2)
        job_id = await wrong.open_job(factory.press, start=True)
        await wrong.round()
        await right.round()
        assert abs(right.job(job_id).actual_start - right.client.now()) < timedelta(minutes=1)
        again = await factory.restarted(wrong, ahead=timedelta(hours=hours))
        assert abs(again.client.now() - right.client.now()) < timedelta(seconds=5)
