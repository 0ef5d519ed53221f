"""A word on what has just happened, over whatever is on the screen; taps go through it.

The page draws it (`assets/web/toast.js`): Flutter's own would lie under a sheet, and take the taps meant for what it covers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from mobile_app.core.bridge import bridge
from mobile_app.core.i18n import t

if TYPE_CHECKING:
    from mobile_app.ui.environment import Action, Environment

SECONDS: Final = 3.0
UNDO_SECONDS: Final = 6.0
_LIFT: Final = 16
_LEAST: Final = 88
"""Clear of the last line of a sheet, where its button is."""
_ids = count(1)


@dataclass(frozen=True)
class Word:
    """What was said last, and what takes it back as long as it stands there."""

    id: int
    text: str
    undo: Action | None
    until: float


def say(env: Environment, text: str, *, undo: Action | None = None, seconds: float | None = None) -> None:
    wait = seconds or (UNDO_SECONDS if undo else SECONDS)
    env.word = Word(next(_ids), text, undo, time.monotonic() + wait)
    bottom = max(_LEAST, max(env.bar, env.footer) + _LIFT)
    undo_words = t("common.undo") if undo else None
    bridge.send("toast", {"id": env.word.id, "text": text, "undo": undo_words, "seconds": wait, "bottom": bottom})


async def undo_last(env: Environment, message: dict[str, Any] | None = None) -> None:
    """By its button, whose message names the word; or from the keyboard."""
    word = env.word
    if word is None or word.undo is None or (word.id != message["id"] if message else time.monotonic() > word.until):
        return
    env.word = None
    bridge.send("toast.close")
    waiting = word.undo()
    if waiting is not None:
        await waiting
