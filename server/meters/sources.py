"""Machines and gateways that report readings by themselves, each with a key for one site's meters.

Only the key's hash is kept. A report is answered item by item; what came before is known and counted once.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from server.audit import service as audit
from server.core import rate_limit
from server.core.access import Actor, ensure_sees
from server.core.clock import now
from server.core.context import origin
from server.core.database import Session
from server.core.database_errors import DATABASE_ERRORS, refusal_of
from server.core.errors import NotFound, Refusal, existing
from server.core.http import problem_of
from server.core.i18n import translator
from server.core.rate_limit import Rate
from server.core.read_pool import ReadPool
from server.core.security import new_opaque_token, token_hash
from server.core.times import ensure_read, past
from server.equipment.errors import EquipmentArchived
from server.meters import repository, service
from server.meters.errors import KeyRefused
from server.meters.models import Meter, ReadingSource
from shared_models.ids import uuid7
from shared_models.meters.commands import RecordReading
from shared_models.meters.rows import MeterRow, ReadingRow
from shared_models.meters.sources import (
    ReadingReport,
    ReadingReportAnswer,
    ReadingSourceCreate,
    ReadingSourceKey,
    ReportedReading,
    ReportedResult,
)
from shared_models.permissions import Permission, Role
from shared_models.text import printable
from shared_models.validation import field_problems

REPORTS = Rate(120, timedelta(minutes=1))
WRONG_KEYS = Rate(20, timedelta(minutes=10))
_PREFIX = "etb_"
_HINT = 8


async def create(session: Session, actor: Actor, cmd: ReadingSourceCreate) -> ReadingSourceKey:
    """The only time that the key is shown."""
    ensure_sees(actor, cmd.site_id)
    key = _PREFIX + new_opaque_token()
    source = ReadingSource(
        id=cmd.id, site_id=cmd.site_id, name=cmd.name, key_hash=token_hash(key), key_hint=key[:_HINT], created_by=actor.user_id
    )
    session.add(source)
    await session.flush()
    await audit.record(session, actor, "reading_source.created", source, after={"name": source.name, "key_hint": source.key_hint})
    return ReadingSourceKey(key=key, **source.model_dump(include=ReadingSourceKey.model_fields.keys() - {"key"}))


async def revoke(session: Session, actor: Actor, source_id: UUID) -> ReadingSource:
    source = existing(await repository.lock_source(session, source_id, actor))
    if source.revoked_at is None:
        source.revoked_at = now()
        await session.flush()
        await audit.record(session, actor, "reading_source.revoked", source, before={"key_hint": source.key_hint}, after={})
    return source


async def identify(session: Session, pool: ReadPool, key: str | None) -> ReadingSource:
    """Whose key this is. Wrong ones are counted by network and stop nobody else there, good ones by source."""
    source = await repository.source_by_key(session, token_hash(key)) if key else None
    if source is None:
        await rate_limit.hit(pool, f"reading-key:{origin.get().network}", WRONG_KEYS)
        raise KeyRefused
    await rate_limit.hit(pool, f"reading-source:{source.id}", REPORTS)
    return source


async def report(session: Session, source: ReadingSource, readings: ReadingReport, lang: str) -> ReadingReportAnswer:
    """One report of a source after the other: the same one sent twice at once is counted once."""
    locked = await repository.lock_source(session, source.id)
    if locked is None or locked.revoked_at is not None:
        raise KeyRefused
    locked.last_used_at = now()
    actor = _actor(locked, lang)
    entries = [_read(raw, lang) for raw in readings.readings]
    items = [item for item in entries if isinstance(item, ReportedReading)]
    meters = await repository.lock_visible(session, actor, {item.meter_id for item in items})
    known = await repository.known_readings(session, source.id, [item.id for item in items])
    stories = {meter.id: await _story(session, meter, items) for meter in meters.values() if isinstance(meter, Meter)}
    work = _Report(session, actor, locked.id, lang, meters, stories, known)
    results = [await work.take(item) if isinstance(item, ReportedReading) else item for item in entries]
    for story in stories.values():
        if values := story.taken:
            await service.retell(session, story.meter)
            after = {"count": len(values), "value": values[-1]}
            await audit.record(session, actor, "meter.readings_reported", story.meter, before={}, after=after)
    return ReadingReportAnswer(results=results)


def _read(raw: Any, lang: str) -> ReportedReading | ReportedResult:
    """What is wrong with one reading is said of it alone."""
    try:
        return ReportedReading.model_validate(raw)
    except ValidationError as error:
        wrong = field_problems(error.errors(include_url=False), translator(lang))[0]
        detail = f"{wrong.field}: {wrong.message}" if wrong.field else wrong.message
        return ReportedResult(
            id=printable(raw.get("id", "") if isinstance(raw, dict) else ""), status="rejected", code=wrong.code, detail=detail
        )


def _actor(source: ReadingSource, lang: str) -> Actor:
    """Nobody's account, with no more than its site."""
    return Actor(
        user_id=UUID(int=0), role=Role.technician, permissions=frozenset({Permission.maintenance_update_assigned}),
        site_ids=frozenset({source.site_id}), label=source.name, lang=lang,
    )  # fmt: skip


@dataclass
class _Story:
    """What is known of a meter around the instants of a report, oldest first, and what was recorded of it."""

    meter: Meter
    row: MeterRow
    readings: list[ReadingRow]
    taken: list[float] = field(default_factory=list)

    def around(self, at: datetime) -> MeterRow:
        following = bisect_right(self.readings, at, key=lambda reading: reading.read_at)
        return self.row.model_copy(update={"readings": self.readings[max(0, following - 1) : following + 1]})

    def goes_on(self, row: MeterRow, reading_id: UUID) -> None:
        [reading] = [each for each in row.readings if each.id == reading_id]
        insort(self.readings, reading, key=_place)
        self.row = self.row.model_copy(update={"resets": row.resets})
        self.taken.append(reading.value)


def _place(reading: ReadingRow) -> tuple[datetime, float]:
    return reading.read_at, reading.total


async def _story(session: Session, meter: Meter, items: Iterable[ReportedReading]) -> _Story:
    row = await repository.known(session, meter, *{past(item.read_at) for item in items if item.meter_id == meter.id})
    return _Story(meter, row, sorted(row.readings, key=_place))


@dataclass
class _Report:
    session: Session
    actor: Actor
    source_id: UUID
    lang: str
    meters: dict[UUID, Meter | str]
    stories: dict[UUID, _Story]
    known: set[str]

    async def take(self, item: ReportedReading) -> ReportedResult:
        if item.id in self.known:
            return ReportedResult(id=item.id, status="known")
        try:
            await self._record(item)
        except Refusal as refusal:
            problem = problem_of(refusal, self.lang)
            return ReportedResult(id=item.id, status="rejected", code=problem.code, detail=problem.detail or problem.title)
        self.known.add(item.id)
        return ReportedResult(id=item.id, status="recorded")

    async def _record(self, item: ReportedReading) -> None:
        ensure_read(item.read_at)
        story, at = self._story(item.meter_id), past(item.read_at)
        cmd = RecordReading(meter_id=item.meter_id, reading_id=uuid7(), value=item.value, read_at=at, occurred_at=at)
        source = {"source_id": self.source_id, "external_id": item.id}
        try:
            async with self.session.begin_nested():
                row = await service.add_reading(self.session, self.actor, story.around(at), cmd, **source)
        except DATABASE_ERRORS as error:
            raise refusal_of(error) or error from error
        story.goes_on(row, cmd.reading_id)

    def _story(self, meter_id: UUID) -> _Story:
        if isinstance(archived := self.meters.get(meter_id), str):
            raise EquipmentArchived(equipment=archived)
        if meter_id not in self.stories:
            raise NotFound
        return self.stories[meter_id]
