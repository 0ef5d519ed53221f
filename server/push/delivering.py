"""One message to one browser, and what its answer means for the subscription."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from server.core.read_pool import ReadPool
from server.core.settings import Settings
from server.push import keys, repository
from server.push.keys import Key
from server.push.messages import MOST_BYTES, SHORT_BYTES, Delivery, message
from server.push.sending import Answer, Receiver, Sender
from shared_models.push import PushOutcome

_GONE = frozenset({404, 410})
_STALE = frozenset({400, 401, 403})
_TOO_LONG = 413
_TOO_MANY = 429


class Delivering:
    """Holds the keys that it has needed."""

    def __init__(self, pool: ReadPool, settings: Settings, sender: Sender) -> None:
        self._pool, self._settings, self._sender = pool, settings, sender
        self._address = settings.public_url if settings.base_url is not None else ""
        self._keys: dict[UUID, Key] = {}

    async def deliver(self, row: asyncpg.Record, content: dict[str, Any], at: datetime, left: timedelta) -> tuple[PushOutcome, Answer]:
        """Written down with the subscription, which goes where the service no longer knows it."""
        key = await self._key(row["key_id"])
        if key is None or key.vapid is None:
            answer, outcome = Answer(0, "made with a key that is lost"), PushOutcome.stale
        else:
            answer = await self._sent(row, key, content, left)
            outcome = outcome_of(answer)
        await self._note(row, outcome, at)
        return outcome, answer

    async def _sent(self, row: asyncpg.Record, key: Key, content: dict[str, Any], left: timedelta) -> Answer:
        to, how = Receiver(row["endpoint"], row["p256dh"], row["auth"]), Delivery.of(content)
        answer = Answer(_TOO_LONG)
        for most in (MOST_BYTES, SHORT_BYTES):
            if answer.status == _TOO_LONG:
                short = message(content, address=self._address or row["address"], reader=row["user_id"], most=most)
                answer = await self._sender.send(to, key, short, how, left)
        return answer

    async def _key(self, key_id: UUID) -> Key | None:
        if key_id not in self._keys:
            found = await keys.load(self._pool, key_id, self._settings.secret)
            if found is None:
                return None
            self._keys[key_id] = found
        return self._keys[key_id]

    async def _note(self, row: asyncpg.Record, outcome: PushOutcome, at: datetime) -> None:
        if outcome is PushOutcome.sent:
            await repository.note_reached(self._pool, row, at)
        elif outcome is PushOutcome.gone:
            await repository.note_gone(self._pool, row)
        else:
            await repository.note(self._pool, row, outcome, is_stale=outcome is PushOutcome.stale)


def outcome_of(answer: Answer) -> PushOutcome:
    status = answer.status
    if 200 <= status < 300:  # noqa: PLR2004
        return PushOutcome.sent
    if status in _GONE:
        return PushOutcome.gone
    if status in _STALE:
        return PushOutcome.stale
    if status == _TOO_MANY or status >= 500:  # noqa: PLR2004
        return PushOutcome.busy
    return PushOutcome.refused if status else PushOutcome.unreachable
