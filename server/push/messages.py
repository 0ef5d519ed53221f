"""What is sent of a notice: the declarative form of a push message, how urgent it is, and which one it replaces.

Safari shows the form by itself, everything else has our service worker read it. It is small, as a service may refuse what is not.
"""

import base64
import hashlib
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json

from server.core.i18n import translator
from shared_models.notices.kinds import NoticeKind

DECLARATIVE = 8030
MOST_BYTES, SHORT_BYTES = 3_000, 900
_ELLIPSIS = "…"
_REPLACING: dict[str, str] = {
    NoticeKind.due_soon: "due", NoticeKind.due: "due", NoticeKind.overdue: "due", NoticeKind.low_stock: "stock",
    NoticeKind.out_of_stock: "stock", NoticeKind.order_overdue: "order", NoticeKind.machine_down: "down",
    NoticeKind.warranty_ending: "warranty", NoticeKind.document_ending: "document", NoticeKind.repair_expiring: "repair",
    NoticeKind.push_lost: "reach", NoticeKind.push_found: "reach",
}  # fmt: skip
"""Kinds of which the newer takes the place of the older while the device is out of reach."""
_URGENCY = {"low": "low", "medium": "normal", "high": "high", "urgent": "high"}


class Delivery(NamedTuple):
    """What the push service is told of a message (RFC 8030)."""

    urgency: str
    topic: str

    @classmethod
    def of(cls, content: dict[str, Any]) -> "Delivery":
        kind = content["kind"]
        about = f"{_REPLACING[kind]}:{content.get('thread', '')}" if kind in _REPLACING else f"notice:{content.get('notice_id', '')}"
        return cls(_URGENCY.get(content.get("priority", ""), "normal"), topic_of(about))


def topic_of(about: str) -> str:
    """As many letters as a topic may have, all of them safe."""
    return base64.urlsafe_b64encode(hashlib.sha256(about.encode()).digest()[:24]).decode()


def message(content: dict[str, Any], *, address: str, reader: UUID, most: int = MOST_BYTES) -> bytes:
    """At most so many bytes: what is too long of the text is left out. Where they are few there are no actions."""
    shown = _shown(content, address, reader, most)
    whole = {"web_push": DECLARATIVE, "notification": shown}
    if content.get("unread"):
        whole["app_badge"] = shown["app_badge"] = str(content["unread"])
    while len(dumped := _dumped(whole)) > most and shown["body"]:
        shown["body"] = shortened(shown["body"], len(dumped) - most)
    return dumped


def _shown(content: dict[str, Any], address: str, reader: UUID, most: int) -> dict[str, Any]:
    at = address + content["path"]
    opened = doing(at, "read", content) if content.get("notice_id") else at
    actions = content.get("actions", ()) if most >= MOST_BYTES else ()
    return {
        "title": content["title"][: most // 15],
        "body": "\n".join(filter(None, [content["message"], content.get("because", "")])),
        "navigate": opened,
        "lang": content["lang"],
        "dir": "ltr",
        "tag": str(content.get("notice_id") or content["kind"]),
        "silent": content.get("priority") == "low",
        "actions": [
            {
                "action": action,
                "title": _words(action, content["lang"]),
                "navigate": opened if action == "open" else doing(at, action, content),
            }
            for action in actions
        ],
        "data": {"kind": content["kind"], "reader": str(reader), "notice": content.get("notice_id"), "unread": content.get("unread")},
    }


def doing(at: str, action: str, content: dict[str, Any]) -> str:
    """The app does it, with or without a network: a service worker alone is not signed in."""
    return f"{at}{'&' if '?' in at else '?'}do={action}&notice={content.get('notice_id') or ''}"


def _words(action: str, lang: str) -> str:
    t = translator(lang).t
    return t(f"push.action.{action}")


def shortened(text: str, by: int) -> str:
    """By so many bytes at least, or empty."""
    data = text.encode()
    left = len(data) - by - len(_ELLIPSIS.encode())
    return data[:left].decode(errors="ignore").removesuffix(_ELLIPSIS).rstrip() + _ELLIPSIS if left > 0 else ""


def _dumped(whole: dict[str, Any]) -> bytes:
    return to_json(whole)
