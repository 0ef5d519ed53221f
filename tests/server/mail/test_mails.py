"""The mails of the outbox as administrators see them."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from server.audit.models import AuditLog
from server.core.clock import now
from server.outbox.models import Posted
from server.outbox.service import Entry, post
from shared_models.outbox import Channel, ParcelState
from tests.server.support import make_person, make_site, problem_code

MAILS = "/api/v1/mails"


@pytest.fixture
def mail(session) -> Any:
    """One that is kept, as without a mail server all are."""

    async def make(person: Any, *, state: ParcelState = ParcelState.kept, lasts: timedelta = timedelta(hours=1)) -> Posted:
        facts = {"name": "Kim", "username": "kim", "until": (now() + lasts).isoformat()}
        content = {"template": "password", "lang": "en", "facts": facts, "link": {"path": "/new-password", "nonce": "n"}}
        entry = Entry(Channel.email, f"password:{person.id}", person.email, content, user_id=person.id)
        await post(session, entry)
        await session.execute(sa.update(Posted).where(col(Posted.id) == entry.id).values(state=state, ended_at=now(), error="550 no"))
        await session.commit()
        found = await session.get(Posted, entry.id)
        assert found
        return found

    return make


async def test_what_is_kept_is_read_and_its_link_shown_to_whoever_says_so(client_as, session, mail):
    admin, kept = await client_as("admin"), await mail(await make_person(session))
    [row] = (await admin.get(MAILS, params={"state": "kept", "search": kept.target})).json()["items"]
    assert (row["template"], row["target"], row["person"]) == ("password", kept.target, row["person"])
    read = (await admin.get(f"{MAILS}/{kept.id}")).json()
    assert (read["subject"], read["has_link"]) == ("Choose a new password", True)
    assert "Hello Kim," in read["text"]
    assert "/new-password?token=…" in read["text"]
    link = (await admin.post(f"{MAILS}/{kept.id}/link")).json()
    assert link["url"].partition("?token=")[2] not in {"", "…"}
    done = sa.select(col(AuditLog.action)).where(col(AuditLog.entity_id) == kept.id)
    assert list(await session.scalars(done)) == ["mail.link_shown"]
    assert (await admin.get(f"{MAILS}/way")).json()["server"] == ""


async def test_what_was_sent_tells_its_reader_alone_and_can_be_sent_again(client_as, session, mail):
    admin, sent = await client_as("admin"), await mail(await make_person(session), state=ParcelState.sent)
    assert problem_code(await admin.post(f"{MAILS}/{sent.id}/link"), 409) == "mail_has_no_link"
    assert (await admin.post(f"{MAILS}/{sent.id}/again")).status_code == 204
    assert problem_code(await admin.post(f"{MAILS}/{sent.id}/again"), 409) == "mail_on_its_way"
    row = (await admin.get(f"{MAILS}/{sent.id}")).json()
    assert (row["state"], row["attempts"], row["error"]) == ("waiting", 0, "")
    late = await mail(await make_person(session), lasts=-timedelta(seconds=1))
    for verb in ("again", "link"):
        assert problem_code(await admin.post(f"{MAILS}/{late.id}/{verb}"), 409) == "mail_outdated"


async def test_nobody_reads_a_mail_to_somebody_who_sees_more(client_as, session, mail):
    """Its link would let them see it too."""
    mine, other = await make_site(session), await make_site(session)
    admin = await client_as("admin", sites=[mine.id])
    colleague = await mail(await make_person(session, sites=[mine.id]))
    others = [await mail(await make_person(session, sites=sites)) for sites in ([mine.id, other.id], None, [])]
    assert [row["id"] for row in (await admin.get(MAILS)).json()["items"]] == [str(colleague.id)]
    for unseen in others:
        assert problem_code(await admin.get(f"{MAILS}/{unseen.id}"), 404) == "not_found"
        assert problem_code(await admin.post(f"{MAILS}/{unseen.id}/link"), 404) == "not_found"
    assert problem_code(await (await client_as("supervisor")).get(MAILS), 403) == "forbidden"
