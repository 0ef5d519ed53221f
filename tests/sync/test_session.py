"""Signing in and out, sessions that end, and the tabs of one browser."""

import asyncio
import gc
from contextlib import nullcontext
from datetime import timedelta
from itertools import pairwise

import pytest

from mobile_app.core.api import Token
from mobile_app.core.errors import Offline, ProblemError, SignInNeeded, UnsentWork
from mobile_app.core.session import SessionState
from mobile_app.core.storage import Batch
from mobile_app.core.sync import SyncState
from shared_models.ids import uuid7
from shared_models.interventions.commands import AddNote
from shared_models.interventions.lifecycle import InterventionStatus
from tests.mobile_app.core.rows import job, stored
from tests.mobile_app.core.shared_tabs import SharedTabs
from tests.server.support import PASSWORD


async def end_sessions_of(device, factory) -> None:
    """As another device of the same person does: “log out my lost phone”."""
    other = await factory.signed_in(device.user)
    for session in await other.client.api.sessions():
        if not session.is_current:
            await other.client.api.end_session(session.id)


class TestSignIn:
    async def test_wrong_password_and_no_network_say_so(self, factory):
        user = await factory.person("technician")
        phone = factory.device()
        await phone.client.start()
        assert phone.client.session.state == SessionState.signed_out
        with pytest.raises(ProblemError) as refused:
            await phone.client.sign_in(user.username, "not my password")
        assert refused.value.status == 401
        phone.transport.online = False
        with pytest.raises(Offline):
            await phone.client.sign_in(user.username, PASSWORD)

    async def test_a_token_is_renewed_once_for_many_requests(self, factory):
        phone = await factory.signed_in(await factory.person("technician"))
        phone.client._http.forget()
        phone.transport.sent.clear()
        await asyncio.gather(*(phone.client.api.me() for _ in range(5)))
        assert phone.transport.sent.count("POST /api/v1/auth/refresh") == 1


class TestFirstRows:
    """Whoever signs in waits a moment for the first page; much can happen meanwhile."""

    @staticmethod
    def nothing_comes(phone) -> None:
        phone.transport.only, phone.transport.lose_requests = "/sync/pull", 100

    async def test_of_two_who_sign_in_at_once_the_last_is_in_and_nobody_with_the_other_s_rows(self, factory):
        one, other = await factory.person("technician"), await factory.person("supervisor")
        phone, seen = factory.device(background=True), []
        await phone.client.start()
        session = phone.client.session
        session.subscribe(lambda *_: seen.append((session.state, session.user, phone.client.me)))
        self.nothing_comes(phone)
        await asyncio.gather(*(phone.client.sign_in(user.username, PASSWORD) for user in (one, other)))
        assert phone.client.user.id == other.id == (await phone.client.api.me()).id
        ins = [(user.id, me.id) for state, user, me in seen if state == SessionState.signed_in]
        assert ins == [(one.id, one.id), (other.id, other.id)]

    async def test_who_signs_in_in_another_tab_meanwhile_is_in(self, factory, soon):
        hub, one, other = SharedTabs.Hub(), await factory.person("technician"), await factory.person("supervisor")
        first = factory.device(tabs=SharedTabs(hub), background=True)
        second = factory.device(tabs=SharedTabs(hub), stores=first.stores, jar=first.jar)
        for tab in (first, second):
            await tab.client.start()
        self.nothing_comes(first)
        signing_in = asyncio.ensure_future(first.client.sign_in(one.username, PASSWORD))
        await soon(lambda: first.client.sync.is_alive)
        await second.client.sign_in(other.username, PASSWORD)
        await signing_in
        await soon(lambda: all(tab.client.session.state == SessionState.signed_in for tab in (first, second)))
        for tab in (first, second):
            assert tab.client.user.id == tab.client.me.id == other.id

    async def test_a_session_that_ends_meanwhile_leads_back(self, factory, soon):
        phone, user = factory.device(background=True), await factory.person("technician")
        await phone.client.start()
        self.nothing_comes(phone)
        signing_in = asyncio.ensure_future(phone.client.sign_in(user.username, PASSWORD))
        await soon(lambda: phone.client.sync.is_alive)
        phone.user, phone.transport.lose_requests = user, 0
        phone.client._http._token = Token("of nobody", 1e9)
        await end_sessions_of(phone, factory)
        await signing_in
        await soon(lambda: phone.client.session.state == SessionState.signed_out)
        assert phone.client.session.user is None

    async def test_twice_the_same_is_in_once_and_drawn(self, factory):
        phone, user = factory.device(background=True), await factory.person("technician")
        await phone.client.start()
        await phone.client.sign_in(user.username, PASSWORD)
        await phone.client.sign_in(user.username, PASSWORD)
        assert phone.client.drawn.is_set()
        assert phone.client.user.id == user.id


class TestStart:
    @pytest.mark.parametrize("later", [frozenset(), frozenset({"intervention"})])
    async def test_lets_go_of_jobs_that_ended_long_ago(self, factory, soon, later):
        phone = await factory.signed_in(await factory.person("technician"))
        machine = phone.client.equipment.get(factory.press)
        ended = {"status": InterventionStatus.cancelled, "actual_end": phone.client.now() - timedelta(days=31)}
        old, recent = job(machine, **ended), job(machine, **{**ended, "actual_end": phone.client.now() - timedelta(days=29)})
        rows = [stored("intervention", row, machine.site_id) for row in (old, recent)]
        store = phone.client.outbox.store
        await soon(lambda: phone.client.interventions.ready)
        await store.apply(Batch(puts=rows, kv={"let_go": "2026-01-01"}))
        again = await factory.restarted(phone, later=later)
        await soon(lambda: len(again.client.interventions) == 1)
        assert list(again.client.interventions.rows) == [recent.id]
        assert await again.client.outbox.store.rows_at([row.key for row in rows]) == [None, rows[1].json]

    async def test_what_begins_anew_while_the_old_goes_stays(self, factory):
        """A slow disk: the server says that it is open again while the device drops it as long over."""
        phone, chief = (
            await factory.signed_in(await factory.person("technician")),
            await factory.signed_in(await factory.person("supervisor")),
        )
        job_id = await chief.open_job(factory.press)
        await chief.round()
        machine, now = phone.client.equipment.get(factory.press), phone.client.now()
        over = job(machine, id=job_id, status=InterventionStatus.cancelled, actual_end=now - timedelta(days=31))
        store = phone.client.outbox.store
        await store.apply(Batch(puts=[stored("intervention", over, machine.site_id)], kv={"let_go": "2026-01-01"}))
        dropping, goes_on = store.hold_drops()
        again = await factory.restarted(phone)
        await asyncio.wait_for(dropping.wait(), 10)
        rounding = asyncio.ensure_future(again.round())
        await asyncio.wait([rounding], timeout=0.3)
        goes_on.set()
        await rounding
        while await store.get("let_go") == "2026-01-01":
            await asyncio.sleep(0.01)
        assert again.job(job_id).status == InterventionStatus.pending
        assert await store.rows_at([f"intervention/{job_id}"]) != [None]

    @pytest.mark.parametrize("slow", ["round", "disk"])
    async def test_who_has_left_lets_go_of_nothing_of_who_came(self, factory, slow):
        """A round or the disk takes its time, and another person signs in meanwhile."""
        one, other = await factory.person("technician"), await factory.person("technician")
        theirs = await factory.signed_in(other)
        phone = await factory.signed_in(one, stores=theirs.stores)
        machine = phone.client.equipment.get(factory.press)
        over = job(machine, status=InterventionStatus.cancelled, actual_end=phone.client.now() - timedelta(days=31))
        today = phone.client.now().date().isoformat()
        for device, let_go in ((theirs, today), (phone, "2026-01-01")):
            await device.client.outbox.store.apply(Batch(puts=[stored("intervention", over, machine.site_id)], kv={"let_go": let_go}))
        again = factory.device(stores=phone.stores, jar=phone.jar)
        dropping, goes_on = phone.client.outbox.store.hold_drops()
        async with again.client.sync.at_rest() if slow == "round" else nullcontext():
            await again.client.start()
            await asyncio.wait([asyncio.ensure_future(dropping.wait())], timeout=10 if slow == "disk" else 0.3)
            await again.client.sign_in(other.username, PASSWORD)
        goes_on.set()
        await asyncio.sleep(0.1)
        assert over.id in again.client.interventions.rows
        assert await phone.client.outbox.store.get("let_go") == "2026-01-01"
        assert again.errors == []

    async def test_of_much_that_is_over_a_little_is_read_at_a_time(self, factory, soon):
        """The screen is in use meanwhile."""
        phone = await factory.signed_in(await factory.person("technician"))
        machine = phone.client.equipment.get(factory.press)
        ended = {"status": InterventionStatus.cancelled, "actual_end": phone.client.now() - timedelta(days=31)}
        rows = [stored("intervention", job(machine, **ended), machine.site_id) for _ in range(200)]
        await phone.client.outbox.store.apply(Batch(puts=rows, kv={"let_go": "2026-01-01"}))
        again, unread = factory.device(stores=phone.stores, jar=phone.jar), [0]
        held = again.client.interventions.rows.held

        async def watch() -> None:
            while True:
                unread.append(sum(isinstance(row, bytes) for row in held().values()))
                await asyncio.sleep(0)

        watching = asyncio.ensure_future(watch())
        await again.client.start()
        await soon(lambda: max(unread) == 200 and not again.client.interventions.rows)
        watching.cancel()
        assert max(before - after for before, after in pairwise(unread)) <= 40


class TestSignOut:
    async def test_leaves_nothing_behind(self, factory):
        phone = await factory.signed_in(await factory.person("technician"))
        await phone.client.sign_out()
        assert phone.client.session.state == SessionState.signed_out
        assert phone.stores.names() == ["device"]
        assert len(phone.client.equipment) == 0
        assert (await factory.restarted(phone)).client.session.state == SessionState.signed_out
        with pytest.raises(SignInNeeded):
            await phone.client.api.me()

    async def test_shows_nobody_a_screen_for_somebody(self, factory):
        phone = await factory.signed_in(await factory.person("technician"))
        session, seen = phone.client.session, []
        for changing in (session, phone.client.equipment, phone.client.sync):
            changing.subscribe(lambda *_: seen.append((session.state == SessionState.signed_in, session.user is not None)))
        await phone.client.sign_out()
        assert seen
        assert (True, False) not in seen

    async def test_warns_of_unsent_work_and_keeps_it_when_told_so(self, factory):
        user = await factory.person("technician")
        phone = await factory.signed_in(user)
        phone.transport.online = False
        job_id = await phone.open_job(factory.press)
        with pytest.raises(UnsentWork) as warning:
            await phone.client.sign_out()
        assert (warning.value.unsent.waiting, warning.value.unsent.needs_you) == (1, 0)
        await phone.client.sign_out("keep")
        assert len(phone.client.interventions) == 0

        phone.transport.online = True
        other = await factory.person("technician")
        await phone.client.sign_in(other.username, PASSWORD)
        await phone.round()
        assert job_id not in phone.client.interventions.rows
        await phone.client.sign_out()

        await phone.client.sign_in(user.username, PASSWORD)
        await phone.round()
        assert phone.job(job_id).created_by == user.id

    async def test_warns_of_drafts_and_keeps_them_unless_told_otherwise(self, factory):
        user = await factory.person("technician")
        phone = await factory.signed_in(user)
        await phone.client.drafts.save("labels", {"format": "roll"})
        await phone.client.drafts.save("note:1", {"text": "  "})
        await phone.client.drafts.save("note:2", {"text": "half a sentence"})
        with pytest.raises(UnsentWork) as warning:
            await phone.client.sign_out()
        assert (warning.value.unsent.total, warning.value.unsent.drafts) == (0, 1)
        await phone.client.sign_out("keep")
        await phone.client.sign_in(user.username, PASSWORD)
        assert await phone.client.drafts.load("note:2") == {"text": "half a sentence"}
        await phone.client.sign_out("discard")
        assert phone.stores.names() == ["device"]

    async def test_without_a_network_is_told_to_the_server_later(self, factory):
        user = await factory.person("technician")
        phone = await factory.signed_in(user)
        phone.transport.online = False
        await phone.client.sign_out()
        phone.transport.online = True
        again = await factory.restarted(phone)
        await again.client._farewell
        other = await factory.signed_in(user)
        assert len(await other.client.api.sessions()) == 1


class TestEndedSession:
    async def test_with_unsent_work_waits_for_its_owner(self, factory, soon):
        phone = await factory.signed_in(await factory.person("technician"))
        job_id = await phone.open_job(factory.press)
        phone.user = await factory.session.get(type(await factory.person("admin")), phone.client.session.user.id)
        await end_sessions_of(phone, factory)
        with pytest.raises(SignInNeeded):
            await phone.round()
        await soon(lambda: phone.client.session.state == SessionState.signed_out_with_unsent)
        assert phone.job(job_id).title == "Courroie usée"
        again = await factory.restarted(phone)
        assert again.client.session.state == SessionState.signed_out_with_unsent
        await again.client.sign_in(phone.user.username, PASSWORD)
        await again.round()
        assert again.client.session.state == SessionState.signed_in
        assert again.job(job_id).number is not None

    async def test_without_unsent_work_is_simply_signed_out(self, factory, soon):
        phone = await factory.signed_in(await factory.person("technician"))
        phone.user = await factory.session.get(type(await factory.person("admin")), phone.client.session.user.id)
        await end_sessions_of(phone, factory)
        with pytest.raises(SignInNeeded):
            await phone.round()
        await soon(lambda: phone.client.session.state == SessionState.signed_out)
        assert len(phone.client.equipment) == 0

    async def test_several_requests_that_hear_of_it_sign_out_once(self, factory, soon):
        phone, begun = await factory.signed_in(await factory.person("technician")), list[Batch]()
        phone.user = await factory.session.get(type(await factory.person("admin")), phone.client.session.user.id)
        apply = phone.client.outbox.store.apply

        async def take_its_time(batch: Batch) -> None:
            begun.append(batch)
            await asyncio.sleep(0.2)
            await apply(batch)

        phone.client.outbox.store.apply = take_its_time
        await end_sessions_of(phone, factory)
        for _ in range(2):
            with pytest.raises(SignInNeeded):
                await phone.client.api.me()
        await soon(lambda: phone.client.session.state == SessionState.signed_out)
        assert begun == [Batch(reset=True)]


class TestBackground:
    async def test_a_poke_brings_the_change_of_another_device(self, factory, soon):
        user = await factory.person("technician")
        phone = await factory.signed_in(user, background=True)
        tablet = await factory.signed_in(await factory.person("supervisor"), background=True)
        await soon(lambda: phone.client.sync.status.state == SyncState.synced and factory.app.state.pokes.subscribers == 2)
        job_id = await phone.open_job(factory.press)
        await soon(lambda: job_id in tablet.client.interventions.rows)
        await soon(lambda: phone.client.sync.status.state == SyncState.synced and phone.job(job_id).number)

    async def test_comes_back_by_itself_when_the_network_does(self, factory, soon):
        phone = await factory.signed_in(await factory.person("technician"), background=True)
        phone.transport.online = False
        job_id = await phone.open_job(factory.press)
        await soon(lambda: phone.client.sync.status.state == SyncState.offline)
        assert phone.client.sync.status.offline_since
        phone.transport.online = True
        await soon(lambda: phone.job(job_id).number, seconds=10)


async def test_who_leaves_while_the_token_is_renewed_without_a_network_leaves_no_bug_behind(factory, monkeypatch):
    phone = await factory.signed_in(await factory.person("technician"))
    bugs: list[object] = []
    monkeypatch.setattr(asyncio.get_running_loop(), "call_exception_handler", bugs.append)
    phone.transport.online = False
    phone.client._http.forget()
    asking = asyncio.ensure_future(phone.client.api.get("/notifications"))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    await asyncio.sleep(0.05)
    phone.transport.online = True
    await phone.client.api.get("/notifications")  # by another renewal: nothing holds the first one any more
    del asking
    gc.collect()
    assert bugs == []


class TestTabs:
    async def test_one_talks_to_the_server_and_all_see_the_same(self, factory, soon):
        hub = SharedTabs.Hub()
        first = await factory.signed_in(await factory.person("technician"), tabs=SharedTabs(hub), background=True)
        second = factory.device(stores=first.stores, jar=first.jar, tabs=SharedTabs(hub), background=True)
        await second.client.start()
        assert second.client.session.state == SessionState.signed_in
        await soon(lambda: first.client.sync.leads)

        job_id = await second.open_job(factory.press)
        await soon(lambda: second.job(job_id).number and job_id in first.client.interventions.rows)
        assert not any("sync" in sent for sent in second.transport.sent)

        await first.client.close()
        await soon(lambda: second.client.sync.leads)
        await second.do(AddNote, intervention_id=job_id, note_id=uuid7(), text="Toujours là")
        await soon(lambda: not second.client.outbox.entries)

    async def test_what_one_wrote_and_did_not_live_to_tell_is_there_in_the_next(self, factory):
        hub = SharedTabs.Hub()
        first = await factory.signed_in(await factory.person("technician"), tabs=SharedTabs(hub))
        second = factory.device(stores=first.stores, jar=first.jar, tabs=SharedTabs(hub))
        await second.client.start()
        chief = await factory.signed_in(await factory.person("supervisor"))
        job_id = await chief.open_job(factory.press)
        await chief.round()

        first.client._tabs.post = lambda _: None  # it is being closed
        await first.round()
        assert job_id in first.client.interventions.rows
        assert job_id not in second.client.interventions.rows
        await second.round()
        assert second.job(job_id) == chief.job(job_id)

    async def test_signing_out_in_one_signs_out_all(self, factory, soon):
        hub = SharedTabs.Hub()
        user = await factory.person("technician")
        first = await factory.signed_in(user, tabs=SharedTabs(hub))
        second = factory.device(stores=first.stores, jar=first.jar, tabs=SharedTabs(hub))
        await second.client.start()
        await first.client.sign_out()
        await soon(lambda: second.client.session.state == SessionState.signed_out)
        await first.client.sign_in(user.username, PASSWORD)
        await soon(lambda: second.client.session.state == SessionState.signed_in)


class TestPokes:
    async def test_a_stream_that_ends_at_once_is_asked_for_less_and_less_often(self, factory):
        """As where more devices of one person listen than the server lets: they would take each other's place all day."""
        waits: list[float] = []

        async def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 5:
                await asyncio.Event().wait()

        phone = await factory.signed_in(await factory.person("technician"))
        factory.app.state.pokes.end_streams()
        phone.client.sync._sleep = wait
        listening = asyncio.ensure_future(phone.client.sync._listen())
        while len(waits) < 5:
            await asyncio.sleep(0.01)
        listening.cancel()
        assert waits[0] <= 2 < waits[2] <= 8 < waits[4]
