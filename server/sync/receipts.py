"""REST's answers, kept beside what devices were answered: the same command by either way is carried out once."""

import json
from dataclasses import dataclass
from uuid import UUID

from fastapi import Response

from server.core.access import Actor
from server.core.database import Session
from server.core.idempotency import HEADER, KeyReused
from server.core.security import seal, unseal
from server.core.settings import Settings
from server.sync import repository
from server.sync.errors import AnswerGone
from server.sync.models import SyncReceipt

_LARGEST = 1_000_000
_KEPT_HEADERS = ("content-type", "content-disposition", "location")


@dataclass(frozen=True)
class KeptAnswers:
    """Sealed, because some answers show a key that is shown once."""

    settings: Settings

    async def claim(self, session: Session, actor: Actor, command_id: UUID, name: str, fingerprint: bytes) -> Response | None:
        if await repository.claim_receipts(session, actor, {command_id: (name[:60], fingerprint)}):
            return None
        receipt = await repository.receipt(session, actor, command_id)
        if receipt.fingerprint != fingerprint:
            raise KeyReused(field=HEADER)
        return self._answer(receipt)

    async def keep(self, session: Session, actor: Actor, command_id: UUID, answer: Response) -> None:
        body = getattr(answer, "body", None)
        sealed = None
        if isinstance(body, bytes) and len(body) <= _LARGEST:
            headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
            sealed = seal(json.dumps(headers).encode() + b"\n" + body, self.settings.secret)
        await repository.write_receipt(session, actor, command_id, status=answer.status_code, answer=sealed)

    def _answer(self, receipt: SyncReceipt) -> Response:
        opened = unseal(receipt.answer, self.settings.secret) if receipt.answer else None
        if opened is None or receipt.status is None:
            raise AnswerGone
        headers, _, body = opened.partition(b"\n")
        return Response(body, receipt.status, json.loads(headers))
