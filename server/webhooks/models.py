from typing import Any
from uuid import UUID

from sqlmodel import Field

from server.core.tables import Versioned, json_column, one_of, text_column
from shared_models.webhooks import WebhookFormat


class Webhook(Versioned, table=True):
    """`sealed`: the secret by which deliveries are signed, sealed with the server's."""

    __tablename__ = "webhook"
    __table_args__ = (one_of(WebhookFormat, "format"),)

    name: str = Field(max_length=100)
    url: str = text_column()
    format: str = Field(max_length=20)
    lang: str = Field(max_length=2)
    kinds: list[Any] = json_column("[]")
    site_id: UUID | None = Field(default=None, foreign_key="sites.id", ondelete="CASCADE", index=True)
    is_active: bool = True
    sealed: bytes
