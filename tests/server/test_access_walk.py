"""Every endpoint, as nobody, as each role, and as somebody of another site. A new route is judged here without a new test."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from fastapi.sse import EventSourceResponse
from sqlalchemy import func, select
from sqlmodel import col

from server.attachments.models import Attachment
from server.audit.models import AuditLog
from server.auth.models import Invitation
from server.buying.models import PurchaseOrder
from server.core.access import Requirement
from server.core.clock import now
from server.core.database import Session
from server.equipment.models import Document
from server.feeds.models import CalendarFeed
from server.handovers.models import Handover, HandoverPage
from server.inventory.models import StoragePlace, Supplier
from server.meters.models import Meter, Reading, ReadingSource
from server.notifications.models import Notice
from server.outbox.models import Posted
from server.outbox.service import Entry, post
from server.plans.models import Plan, Team
from server.push.models import Subscriber, VapidKey
from server.reports.models import KeptReport, ReportSchedule
from server.requests.models import WorkRequest
from server.stocktakes.models import Stocktake
from server.webhooks.models import Webhook
from shared_models.ids import uuid7
from shared_models.labels.codes import new_label_code
from shared_models.notices.kinds import NoticeKind
from shared_models.outbox import Channel, ParcelState
from shared_models.permissions import ROLE_PERMISSIONS, Needs, Role
from shared_models.plans.feeds import FeedKind
from shared_models.plans.planning import Reference, ReferenceKind
from shared_models.plans.recurrence import FrequencyType
from shared_models.requests.rows import Symptom
from tests.conftest import make_session
from tests.server.machines import at, make_machine
from tests.server.support import make_line, make_person, make_site, problem_code, wrong_fields
from tests.sync.pictures import JPEG

PUBLIC = {
    "GET /healthz", "GET /readyz", "GET /metrics", "GET /api/v1/openapi.json", "HEAD /api/v1/openapi.json",
    "POST /api/v1/auth/login", "POST /api/v1/auth/refresh", "POST /api/v1/auth/logout", "POST /api/v1/auth/register",
    "POST /api/v1/auth/setup", "POST /api/v1/auth/link", "POST /api/v1/auth/join", "POST /api/v1/auth/new-password",
    "POST /api/v1/auth/forgot-password",
    "GET /api/v1/auth/demo-accounts",
    "GET /docs", "GET /docs/{name}",
    "GET /e", "GET /e/{code}", "POST /e/{code}", "GET /mail/stop/{token}", "POST /mail/stop/{token}",
    # By a secret of their own: a feed's address, a reporting machine's key.
    "GET /api/v1/calendar/feeds/{token}.ics", "POST /api/v1/meters/readings",
}  # fmt: skip
ANYBODY_SIGNED_IN = {
    "GET /api/v1/auth/me", "PATCH /api/v1/auth/me", "POST /api/v1/auth/password", "GET /api/v1/auth/sessions",
    "DELETE /api/v1/auth/sessions/{session_id}",
    "PUT /api/v1/attachments/{attachment_id}",  # its service asks for one of several permissions
    "POST /api/v1/sync/push", "GET /api/v1/sync/pull", "GET /api/v1/sync/stream",
    "GET /api/v1/push/key", "GET /api/v1/push/subscriptions", "PUT /api/v1/push/subscriptions",
    "DELETE /api/v1/push/subscriptions/{subscription_id}", "POST /api/v1/push/subscriptions/{subscription_id}/test",
}  # fmt: skip
# A technician's own: jobs they have asked for, their time, their readings. The walk's rows are somebody else's.
OWN_ONLY = {
    "PUT /api/v1/inventory/parts/{part_id}/stock",
    "PATCH /api/v1/maintenance/interventions/{intervention_id}", "POST /api/v1/maintenance/interventions/{intervention_id}/actions",
    "POST /api/v1/maintenance/interventions/{intervention_id}/actions/{action_id}/end",
    "POST /api/v1/meters/{meter_id}/readings/{reading_id}/void",
}  # fmt: skip
# What belongs to no site: everybody's.
WITHOUT_SITE = {"class_id", "checklist_id", "maintenance_type_id", "part_id"}

# What names no row.
CHOICES = {"file_type": "csv", "kpi": "mtbf"}

LATER = now() + timedelta(days=1)


@dataclass(frozen=True)
class Endpoint:
    method: str
    path: str
    requirement: Requirement | None
    is_stream: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names(self) -> list[str]:
        """Of rows."""
        return [name for name in re.findall(r"{(\w+)", self.path) if name not in CHOICES]

    @property
    def needs(self) -> Needs:
        return self.requirement.needs if self.requirement else ()


def requirement_of(dependant: Any) -> Requirement | None:
    for needed in dependant.dependencies:
        if isinstance(needed.call, Requirement):
            return needed.call
        if found := requirement_of(needed):
            return found
    return None


def endpoints_of(app: FastAPI) -> list[Endpoint]:
    return [endpoint for context in iter_route_contexts(app.routes) for endpoint in _of_route(context)]


def _of_route(context: RouteContext) -> list[Endpoint]:
    dependant = getattr(context, "dependant", None)
    found = requirement_of(dependant) if dependant else None
    is_stream = getattr(context, "response_class", None) is EventSourceResponse
    return [Endpoint(method, context.path or "", found, is_stream) for method in sorted(context.methods or ())]


class Bodies:
    """The least that each endpoint's schema accepts, naming the rows of `ids`."""

    def __init__(self, app: FastAPI, ids: dict[str, str]) -> None:
        self.schema = app.openapi()
        self.ids = ids

    def of(self, endpoint: Endpoint) -> Any:
        operation = self.schema["paths"].get(endpoint.path, {}).get(endpoint.method.lower(), {})
        content = operation.get("requestBody", {}).get("content", {})
        return self.least(content["application/json"]["schema"]) if "application/json" in content else None

    def query(self, endpoint: Endpoint) -> dict[str, Any]:
        operation = self.schema["paths"].get(endpoint.path, {}).get(endpoint.method.lower(), {})
        wanted = (found for found in operation.get("parameters", ()) if found["in"] == "query" and found.get("required"))
        return {found["name"]: self.least(found["schema"], found["name"]) for found in wanted}

    def least(self, schema: dict[str, Any], name: str = "") -> Any:
        if "$ref" in schema:
            return self.least(self.schema["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], name)
        if "anyOf" in schema:
            return self.least(schema["anyOf"][0], name)
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "object":
            return {field: self.least(schema["properties"][field], field) for field in schema.get("required", ())}
        if schema.get("type") == "array":
            return [self.least(schema["items"], name.rstrip("s")) for _ in range(schema.get("minItems", 0))]
        return self._plain(schema, name)

    def _plain(self, schema: dict[str, Any], name: str) -> Any:
        if schema.get("format") == "uuid":
            return self.ids.get(name, str(uuid7()))
        if schema.get("format") == "date-time":
            return at()
        if schema.get("format") == "date-time-local":
            return "2030-01-01T08:00:00"
        if schema.get("format") == "date":
            return "2030-01-01"
        if schema.get("format") == "email":
            return f"{uuid7().hex}@example.org"
        plain = {"integer": 1, "number": 1, "boolean": False}
        return plain.get(schema.get("type", ""), self.ids.get(name, "x" * max(2, schema.get("minLength", 0))))


@pytest.fixture
async def foreign(client_as, session) -> dict[str, str]:
    """One row of everything on a site that others do not see, by the name endpoints give its id."""
    admin = await client_as("admin")
    site = await make_site(session, "Elsewhere")
    line = await make_line(session, site)
    person = await make_person(session, "supervisor", sites=[site.id])
    machine = await make_machine(admin, site.id, production_line_id=line.id)
    job = await _make_job(admin, machine)
    file = Attachment(site_id=site.id, sha256="0" * 64, source_sha256="0" * 64, mime_type="image/jpeg", size_bytes=1, created_at=now())
    held = make_session(person)
    invitation = Invitation(
        token_hash="0" * 64, role=Role.admin, all_sites=True, created_by=admin.user.id, created_at=now(), expires_at=LATER
    )
    session.add_all([file, held, invitation])
    await session.flush()
    key = VapidKey(public_key="B", sealed=b"", retired_at=now())
    place = StoragePlace(site_id=site.id, name="Store")
    paper = Document(site_id=site.id, equipment_id=machine["id"], attachment_id=file.id, title="Manual")
    request = WorkRequest(number="REQ-1", site_id=site.id, equipment_id=machine["id"], symptom=next(iter(Symptom)), created_at=now())
    notice = Notice(
        user_id=person.id, type=NoticeKind.job_assigned, title="New job", related_entity_type="intervention", related_entity_id=job["id"],
        created_at=now(),
    )  # fmt: skip
    mail = Posted(
        channel=Channel.email, key=str(person.id), target=person.email, user_id=person.id, state=ParcelState.sent, expires_at=LATER,
        content={"template": "notice", "lang": "en", "facts": {"title": "Leak", "kind": "machine_down"}},
    )  # fmt: skip
    session.add_all([paper, request, place, notice, mail, key])
    await session.flush()
    phone = Subscriber(user_id=person.id, session_id=held.id, key_id=key.id, endpoint="https://push.invalid/", p256dh="", auth="")
    session.add(phone)
    await session.commit()
    planned = await _plan_work(session, site.id, machine["id"], person.id)
    order = await _order(session, site.id)
    return planned | await _webhook(session, site.id) | {
        "order_id": str(order.id), "stocktake_id": str(await _stocktake(session, site.id)),
        "handover_id": str(await _handover(session, site.id)),
        "report_id": str(await _report(session, person.id)), "schedule_id": str(await _schedule(session, site.id, person.id)),
        "site_id": str(site.id), "line_id": str(line.id), "production_line_id": str(line.id), "user_id": str(person.id),
        "session_id": str(held.id), "invitation_id": str(invitation.id),
        "equipment_id": machine["id"], "parent_id": machine["id"], "intervention_id": job["id"],
        "action_id": job["actions"][0]["id"], "photo_id": str(file.id), "attachment_id": str(file.id),
        "document_id": str(paper.id), "place_id": str(place.id), "request_id": str(request.id), "code": machine["label_codes"][0],
        "label_code": new_label_code(), "notice_id": str(notice.id), "subscription_id": str(phone.id),
        "mail_id": str(mail.id),
    }  # fmt: skip


async def _plan_work(session: Session, site_id: UUID, machine_id: str, person_id: UUID) -> dict[str, str]:
    """A meter that has been read, a team, a plan, somebody's subscription."""
    meter = Meter(site_id=site_id, equipment_id=UUID(machine_id), name="Hours", unit="h")
    source = ReadingSource(site_id=site_id, name="PLC", key_hash="0" * 64, key_hint="…0000")
    team = Team(site_id=site_id, name="Night")
    feed = CalendarFeed(user_id=person_id, kind=FeedKind.team, target_id=team.id, token_hash="0" * 64)
    starts_at = datetime(2030, 1, 1, 8)  # noqa: DTZ001 - a wall clock
    plan = Plan(
        site_id=site_id, equipment_id=UUID(machine_id), title="Grease", frequency_type=FrequencyType.weekly, frequency_value=1,
        starts_at=starts_at, reference=Reference(kind=ReferenceKind.start, at=starts_at).model_dump(mode="json"),
    )  # fmt: skip
    session.add_all([meter, source, team, plan])
    await session.flush()
    reading = Reading(meter_id=meter.id, read_at=now(), value=1, total=1)
    session.add_all([feed, reading])
    await session.commit()
    return {
        "meter_id": str(meter.id), "reading_id": str(reading.id), "source_id": str(source.id), "team_id": str(team.id),
        "plan_id": str(plan.id), "feed_id": str(feed.id), "step_id": str(uuid7()), "answer_id": str(uuid7()),
    }  # fmt: skip


async def _order(session: Session, site_id: UUID) -> PurchaseOrder:
    supplier = Supplier(name=f"Bearings {uuid7()}")
    session.add(supplier)
    await session.flush()
    order = PurchaseOrder(number=f"PO-{uuid7().hex[-8:]}", site_id=site_id, supplier_id=supplier.id, currency="EUR")
    session.add(order)
    await session.commit()
    return order


async def _stocktake(session: Session, site_id: UUID) -> UUID:
    taken = Stocktake(number=f"ST-{uuid7().hex[-8:]}", site_id=site_id, opened_at=now())
    session.add(taken)
    await session.commit()
    return taken.id


async def _report(session: Session, person_id: UUID) -> UUID:
    made = KeptReport(user_id=person_id, kind="maintenance", lang="fr", since=now().date(), until=now().date(), expires_at=LATER)
    session.add(made)
    await session.flush()
    return made.id


async def _schedule(session: Session, site_id: UUID, person_id: UUID) -> UUID:
    made = ReportSchedule(kind="letter", every="month", site_id=site_id, people=[person_id], done_until=now().date())
    session.add(made)
    await session.flush()
    return made.id


async def _handover(session: Session, site_id: UUID) -> UUID:
    written = Handover(site_id=site_id, shift="Night", since=now(), begins_at=now(), ends_at=now() + timedelta(hours=8))
    session.add(written)
    await session.flush()
    session.add(HandoverPage(id=written.id, site_id=site_id))
    await session.commit()
    return written.id


async def _webhook(session: Session, site_id: UUID) -> dict[str, str]:
    webhook = Webhook(name="MES", url="http://mes.plant/hook", format="etabli", lang="en", site_id=site_id, sealed=b"", is_active=True)
    session.add(webhook)
    await session.flush()
    entry = Entry(Channel.webhook, "cause", str(webhook.id), {"event": {"type": NoticeKind.machine_down, "title": "Down"}})
    await post(session, entry)
    return {"webhook_id": str(webhook.id), "delivery_id": str(entry.id)}


async def _make_job(admin: Any, machine: dict[str, Any]) -> dict[str, Any]:
    path, job_id = "/api/v1/maintenance/interventions", str(uuid7())
    asked = {"intervention_id": job_id, "equipment_id": machine["id"], "title": "Leak", "occurred_at": at()}
    created = await admin.post(path, json=asked)
    assert created.status_code == 201, created.text
    begun = {"intervention_id": job_id, "action_id": str(uuid7()), "occurred_at": at()}
    started = await admin.post(f"{path}/{job_id}/start", json=begun)
    assert started.status_code == 200, started.text
    return started.json()


def address(endpoint: Endpoint, ids: dict[str, str]) -> str:
    """Fails for a name this walk has no row for: add one to `foreign`."""
    return endpoint.path.format(**CHOICES, **{name: ids[name] for name in endpoint.names})


def test_the_description_says_who_may_use_a_route(app):
    """Of the alternatives one is enough, as OpenAPI has it."""
    paths = app.openapi()["paths"]
    for endpoint in endpoints_of(app):
        operation = paths.get(endpoint.path, {}).get(endpoint.method.lower())
        if operation and endpoint.needs:
            assert [each["access token"] for each in operation["security"]] == [[need] for need in endpoint.needs], endpoint


def test_every_route_declares_who_may_use_it(app):
    found = endpoints_of(app)
    assert {str(endpoint) for endpoint in found if endpoint.requirement is None} == PUBLIC
    anybody = {str(endpoint) for endpoint in found if endpoint.requirement and not endpoint.needs}
    assert anybody == ANYBODY_SIGNED_IN


async def test_nobody_gets_in_without_signing_in(app, client, foreign):
    ids = {**foreign, **{name: str(uuid7()) for name in WITHOUT_SITE}}
    for endpoint in endpoints_of(app):
        if endpoint.requirement is not None:
            answer = await client.request(endpoint.method, address(endpoint, ids), json={})
            assert problem_code(answer, 401) == "not_signed_in", endpoint


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_does_what_its_permissions_say(app, client_as, foreign, role):
    ids = {name: str(uuid7()) for name in [*foreign, *WITHOUT_SITE]}
    person, bodies = await client_as(role), Bodies(app, ids)
    for endpoint in endpoints_of(app):
        if not endpoint.needs or endpoint.is_stream:
            continue
        answer = await person.request(endpoint.method, address(endpoint, ids), json=bodies.of(endpoint), params=bodies.query(endpoint))
        assert answer.status_code < 500, f"{endpoint}: {answer.text}"
        if ROLE_PERMISSIONS[role] & set(endpoint.needs):
            assert answer.status_code != 401, endpoint
            assert answer.status_code != 403 or answer.json()["params"].get("permission") != endpoint.needs[0], endpoint
        else:
            assert problem_code(answer, 403) == "forbidden", endpoint


async def test_what_is_on_another_site_does_not_exist(app, client_as, session, foreign):
    mine = await make_site(session)
    stranger, bodies = await client_as("admin", sites=[mine.id]), Bodies(app, foreign)
    answers = {}
    for endpoint in endpoints_of(app):
        if not endpoint.names or endpoint.requirement is None or WITHOUT_SITE & set(endpoint.names):
            continue
        answer = await stranger.request(
            endpoint.method, address(endpoint, foreign), json=bodies.of(endpoint), params=bodies.query(endpoint)
        )
        answers[str(endpoint)] = answer.status_code
    assert {endpoint: status for endpoint, status in answers.items() if status != 404} == {}
    assert len(answers) > 40
    done = select(func.count()).select_from(AuditLog).where(col(AuditLog.actor_id) == stranger.user.id)
    assert await session.scalar(done) == 0


async def test_no_list_mentions_what_is_on_another_site(app, client_as, session, foreign):
    mine = await make_site(session)
    stranger, everywhere = await client_as("admin", sites=[mine.id]), await client_as("admin")
    seen_by_all = ""
    secrets = {value for name, value in foreign.items() if name not in {"session_id", "action_id", "user_id"}}
    for endpoint in endpoints_of(app):
        if endpoint.method != "GET" or endpoint.names or endpoint.requirement is None or endpoint.is_stream:
            continue
        for query in ({}, {"site_id": foreign["site_id"]}):
            answer = await stranger.get(endpoint.path, params=query)
            assert answer.status_code in {200, 404, 422}, f"{endpoint}: {answer.text}"
            if answer.status_code != 422:  # which repeats nothing of a row
                assert not [secret for secret in secrets if secret in answer.text], endpoint
        seen_by_all += (await everywhere.get(endpoint.path)).text
    assert all(foreign[name] in seen_by_all for name in ("site_id", "equipment_id", "intervention_id", "request_id", "code"))


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_gets_through_to_what_it_may_do(app, client_as, foreign, role):
    """On rows that are there and in sight: the answer may be about the row or the body, but never “not you”."""
    person, bodies = await client_as(role), Bodies(app, foreign)
    ids = {**foreign, **{name: str(uuid7()) for name in WITHOUT_SITE}, "attachment_id": str(uuid7())}
    admin = await client_as("admin")
    sent = {"url": f"/api/v1/attachments/{ids['attachment_id']}", "params": {"site_id": ids["site_id"]}, "content": JPEG}
    assert (await admin.put(**sent)).status_code == 201
    refused = {}
    for endpoint in endpoints_of(app):
        if endpoint.requirement is None or endpoint.is_stream or (endpoint.needs and not ROLE_PERMISSIONS[role] & set(endpoint.needs)):
            continue
        answer = await person.request(endpoint.method, address(endpoint, ids), json=bodies.of(endpoint), params=bodies.query(endpoint))
        if answer.status_code in {401, 403}:
            refused[str(endpoint)] = answer.json()["code"]
    assert refused.keys() <= (OWN_ONLY if role is Role.technician else set()), refused


async def test_every_write_is_answered_again_what_it_was_answered_first(app, client_as, foreign):
    """With a key, on rows that are there: done or refused, once; what is refused for want of a right or of sense is not kept."""
    boss, bodies, told = await client_as("admin"), Bodies(app, foreign), 0
    ids = {**foreign, **{name: str(uuid7()) for name in WITHOUT_SITE}}
    keeping = {context.path for context in iter_route_contexts(app.routes) if getattr(context.original_route, "keeps_answers", False)}
    for endpoint in endpoints_of(app):
        if endpoint.path not in keeping or endpoint.method == "GET" or endpoint.path.startswith("/api/v1/auth/"):
            continue
        sent = {"json": bodies.of(endpoint), "params": bodies.query(endpoint), "headers": {"idempotency-key": f'"{endpoint}"'}}
        first, again = [await boss.request(endpoint.method, address(endpoint, ids), **sent) for _ in range(2)]
        assert first.status_code == again.status_code < 500, f"{endpoint}: {first.text} {again.text}"
        if "idempotency-replayed" in again.headers:
            told += 1
            assert again.content == first.content, endpoint
        else:
            assert wrong_fields(first), endpoint
    assert told > 50
