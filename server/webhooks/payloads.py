"""What is posted: the event as it is, or a message as Slack and Teams take it; and how it is signed."""

import base64
import hashlib
import hmac
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from shared_models.webhooks import WebhookEvent, WebhookFormat

SECRET_PREFIX = "whsec_"  # noqa: S105 - as Standard Webhooks has it


def body_of(format_: WebhookFormat, event: WebhookEvent) -> bytes:
    return to_json(_SHAPES[format_](event))


def _plain(event: WebhookEvent) -> Any:
    return event.model_dump(mode="json")


def _slack(event: WebhookEvent) -> Any:
    """With its three signs escaped: what somebody has typed is no link and calls nobody."""
    title, message, site = (_escaped(text) for text in (event.title, event.message, event.site))
    return {"text": f"*<{event.url}|{title}>*\n{message}\n_{site}_", "unfurl_links": False}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("|", "¦").replace("*", "∗")


def _teams(event: WebhookEvent) -> Any:
    """An adaptive card, which the workflow behind the address posts."""
    block = {"type": "TextBlock", "wrap": True}
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
        "body": [
            {**block, "text": _no_markdown(event.title), "weight": "Bolder", "size": "Medium"},
            {**block, "text": _no_markdown(event.message)}, {**block, "text": _no_markdown(event.site), "isSubtle": True},
        ],
        "actions": [{"type": "Action.OpenUrl", "title": "Établi", "url": event.url}],
    }  # fmt: skip
    return {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}]}


def _no_markdown(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_[]()#<>" else char for char in text)


_SHAPES = {WebhookFormat.etabli: _plain, WebhookFormat.slack: _slack, WebhookFormat.teams: _teams}


def headers_of(event_id: UUID, body: bytes, secret: bytes, at: int) -> dict[str, str]:
    signed = hmac.new(secret, f"{event_id}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json", "user-agent": "Etabli", "webhook-id": str(event_id), "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }  # fmt: skip
