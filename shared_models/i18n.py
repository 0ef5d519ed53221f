"""Wording by key. The catalogues are gettext's, the keys are ours (`equipment.title`), the placeholders are `{name}`.

A missing key shows as itself: a visible bug, which a test looks for.
"""

import gettext
import io
from typing import Any

LANGUAGES = ("fr", "en")
DEFAULT_LANGUAGE = "fr"


class Translator:
    """One language's catalogue, compiled to .mo."""

    def __init__(self, lang: str, mo_bytes: bytes) -> None:
        self.lang = lang
        self._catalogue = gettext.GNUTranslations(io.BytesIO(mo_bytes))

    def t(self, key: str, **params: Any) -> str:
        return _fill(self._catalogue.gettext(key), params)

    def n(self, key: str, count: int, **params: Any) -> str:
        """The form for `count`, which is also the placeholder `{count}`."""
        return _fill(self._catalogue.ngettext(key, key, count), {"count": count, **params})

    def has(self, key: str) -> bool:
        return self._catalogue.gettext(key) != key


def _fill(wording: str, params: dict[str, Any]) -> str:
    """A placeholder without a value stays as it is written, rather than losing the whole sentence."""
    for name, value in params.items():
        wording = wording.replace(f"{{{name}}}", str(value))
    return wording


def best_language(accept_language: str) -> str:
    """The language an `Accept-Language` header asks for first, among ours."""
    return asked_language(accept_language) or DEFAULT_LANGUAGE


def asked_language(accept_language: str) -> str | None:
    """The same; None where it asks for none of ours."""
    wanted: list[tuple[float, str]] = []
    for position, part in enumerate(accept_language.split(",")[:20]):
        tag, _, quality = part.partition(";q=")
        lang = tag.strip().lower().split("-")[0]
        if lang in LANGUAGES:
            wanted.append((_quality(quality) - position / 1000, lang))
    return max(wanted)[1] if wanted else None


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
