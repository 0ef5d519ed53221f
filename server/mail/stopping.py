"""No more mails of a kind, without signing in: the address that such a mail carries says whose, and this server has signed it."""

import hashlib
import hmac
from uuid import UUID

from server.core.settings import Settings
from server.mail.letters import Sender

_LENGTH = 32


def url_of(sender: Sender, user_id: UUID, kind: str) -> str:
    """It is good for ever: a mail may be read years later."""
    return f"{sender.url}/mail/stop/{user_id.hex}.{kind}.{_signature(sender, user_id, kind)}"


def meant_by(settings: Settings, token: str) -> tuple[UUID, str] | None:
    """Whose mails, and of which kind; None for what this server has not signed."""
    who, _, rest = token.partition(".")
    kind, _, signature = rest.rpartition(".")
    try:
        user_id = UUID(hex=who)
    except ValueError:
        return None
    is_ours = hmac.compare_digest(signature.encode(), _signature(Sender.of(settings), user_id, kind).encode())
    return (user_id, kind) if is_ours else None


def _signature(sender: Sender, user_id: UUID, kind: str) -> str:
    assert sender.secret is not None
    said = f"etabli mail stop {user_id.hex} {kind}"
    return hmac.new(sender.secret.encode(), said.encode(errors="replace"), hashlib.sha256).hexdigest()[:_LENGTH]
