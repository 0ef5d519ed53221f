"""Commands from devices: each judged for itself, carried out once, answered again when it comes again.

All of a push is one transaction, so a crash between two commands loses nothing: the device sends them again. Receipts are
claimed before any command runs; whoever sends the same command at the same time waits for the first answer.

A few commands at a time share a savepoint, since nearly all are good; where one is not, each of them gets its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError

import server.sync.commands  # noqa: F401 - brings the services
from server.core.access import Actor
from server.core.clock import now
from server.core.commands import run
from server.core.database import Session
from server.core.errors import Refusal, Unavailable
from server.core.http import build_problem, problem_of, refusal_behind
from server.core.i18n import translator
from server.core.idempotency import KeyReused
from server.sync import clocks, fingerprints, repository
from server.sync.errors import UnknownCommand
from shared_models.base import Command
from shared_models.commands import COMMANDS
from shared_models.instants import read_by
from shared_models.problems import FieldProblem, Problem
from shared_models.sync import PushAnswer, PushRequest, PushResult
from shared_models.text import printable
from shared_models.validation import field_problems

TOGETHER = 20
_log = structlog.get_logger(__name__)


class _BugError(Exception):
    """A command met a fault of ours; the log has it."""


@dataclass(frozen=True)
class _Sent:
    """A command as it was sent, read or found unreadable."""

    id: UUID | None
    type: str
    command: Command | Problem
    fingerprint: bytes = b""


@dataclass(frozen=True)
class _Push:
    session: Session
    actor: Actor
    received_at: datetime
    ahead: timedelta
    claimed: set[UUID] = field(default_factory=set)
    """The commands whose receipts wait for their first answer."""

    async def answers(self, raws: Sequence[Any]) -> list[PushResult]:
        sent = [self._opened(raw if isinstance(raw, dict) else {}) for raw in raws]
        self.claimed.update(await self._claim(sent))
        results: list[PushResult] = []
        for start in range(0, len(sent), TOGETHER):
            results += await self._answers(sent[start : start + TOGETHER])
        return results

    def _opened(self, raw: Mapping[str, Any]) -> _Sent:
        command_id = _id_in(raw)
        command = self._read(raw, command_id)
        fingerprint = fingerprints.of(raw, command) if isinstance(command, Command) else b""
        return _Sent(command_id, printable(raw.get("type")), command, fingerprint)

    async def _claim(self, sent: Iterable[_Sent]) -> set[UUID]:
        wanted: dict[UUID, tuple[str, bytes]] = {}
        for one in sent:
            if one.id and isinstance(one.command, Command):
                wanted.setdefault(one.id, (one.type, one.fingerprint))
        return await repository.claim_receipts(self.session, self.actor, wanted) if wanted else set()

    async def _answers(self, sent: Sequence[_Sent]) -> list[PushResult]:
        new: dict[UUID | None, _Sent] = {}
        for one in sent:
            if one.id in self.claimed and isinstance(one.command, Command):
                new.setdefault(one.id, one)  # the same id again is judged by what was said first
        if len(new) < 2 or not await self._all_carried_out([one.command for one in new.values() if isinstance(one.command, Command)]):  # noqa: PLR2004
            return [await self._answer(one) for one in sent]
        self.claimed.difference_update(one.id for one in new.values() if one.id)
        return [PushResult(id=one.id, status="applied") if new.get(one.id) is one else await self._answer(one) for one in sent]

    async def _answer(self, one: _Sent) -> PushResult:
        if isinstance(one.command, Problem):
            return PushResult(id=one.id, status="rejected", problem=one.command)
        assert one.id is not None
        if one.id in self.claimed or await self._claim([one]):
            self.claimed.discard(one.id)
            return await self._first(one.command)
        return await self._again(one.id, one.fingerprint)

    def _read(self, raw: Mapping[str, Any], command_id: UUID | None) -> Command | Problem:
        """Malformed commands leave no receipt: they have changed nothing, and a newer server may understand them."""
        lang = self.actor.lang
        kind = COMMANDS.get(raw["type"]) if isinstance(raw.get("type"), str) else None
        if kind is None:
            return problem_of(UnknownCommand(field="type", type=printable(raw.get("type"))), lang)
        words = translator(lang)
        if command_id is None:
            missing = FieldProblem(field="command_id", code="missing", message=words.t("validation.missing"))
            return build_problem("invalid", 422, words, errors=[missing])
        try:
            with read_by(None):  # a device's clock is made up for first
                return kind.model_validate(raw)
        except ValidationError as error:
            return build_problem("invalid", 422, words, errors=field_problems(error.errors(include_url=False), words))

    async def _again(self, command_id: UUID, fingerprint: bytes) -> PushResult:
        receipt = await repository.receipt(self.session, self.actor, command_id)
        if receipt.fingerprint not in (None, fingerprint):
            return _rejected(command_id, problem_of(KeyReused(field="command_id"), self.actor.lang))
        return PushResult(id=command_id, status="rejected" if receipt.problem else "applied", problem=_problem(receipt.problem))

    async def _first(self, command: Command) -> PushResult:
        try:
            await self._run(command)
        except Refusal as refusal:
            problem = problem_of(refusal, self.actor.lang)
            kept = problem.model_dump(mode="json", exclude_none=True)
            await repository.write_receipt(self.session, self.actor, command.command_id, problem=kept)
            return _rejected(command.command_id, problem)
        except _BugError:
            await repository.drop_receipt(self.session, self.actor, command.command_id)
            return _rejected(command.command_id, build_problem("internal_error", 500, translator(self.actor.lang)))
        return PushResult(id=command.command_id, status="applied")

    async def _run(self, command: Command) -> None:
        """In a savepoint. What may pass by itself (a lock, a lost connection, a full disk) ends the push, which the device sends again."""
        try:
            async with self.session.begin_nested():
                await self._carry_out(command)
        except Refusal as error:
            _refusal(error)
            raise
        except Exception as error:
            refusal = _refusal(error)
            self._log(command, error)
            raise (refusal or _BugError()) from error
        finally:
            self.session.expunge_all()

    async def _all_carried_out(self, commands: Iterable[Command]) -> bool:
        """In one savepoint; when it does not hold, nothing has happened, and who is to blame is yet to be found."""
        try:
            async with self.session.begin_nested():
                for command in commands:
                    await self._carry_out(command)
        except Exception as error:  # noqa: BLE001 - each is tried again by itself, and then answered or logged
            _refusal(error)
            return False
        finally:
            self.session.expunge_all()
        return True

    async def _carry_out(self, sent: Command) -> None:
        command = clocks.corrected(sent, self.ahead, self.received_at)
        with clocks.remembered(sent.occurred_at, command.occurred_at):
            await run(self.session, self.actor, command)
            await self.session.flush()
        self.session.expunge_all()

    @staticmethod
    def _log(command: Command, error: Exception) -> None:
        kind = type(command).__name__
        _log.error("sync.command_failed", command=str(command.command_id), kind=kind, error=repr(error), exc_info=error)


class _PassingError(Exception):
    def __init__(self, refusal: Unavailable) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


async def push(session: Session, actor: Actor, request: PushRequest) -> PushAnswer:
    received_at = now()
    ahead = clocks.skew(request.sent_at, received_at)
    work = _Push(session, replace(actor, device_id=request.device_id), received_at, ahead)
    try:
        results = await work.answers(request.commands)
    except _PassingError as passing:
        raise passing.refusal from passing
    return PushAnswer(results=results, xid=await repository.transaction_id(session))


def _refusal(error: Exception) -> Refusal | None:
    refusal = refusal_behind(error)
    if isinstance(refusal, Unavailable):
        raise _PassingError(refusal) from error
    return refusal


def _id_in(raw: Mapping[str, Any]) -> UUID | None:
    try:
        return UUID(raw["command_id"])
    except (KeyError, ValueError, AttributeError, TypeError):
        return None


def _problem(kept: dict[str, Any] | None) -> Problem | None:
    return Problem.model_validate(kept) if kept else None


def _rejected(command_id: UUID, problem: Problem) -> PushResult:
    return PushResult(id=command_id, status="rejected", problem=problem)
