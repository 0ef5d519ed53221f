"""Catalogues: every `assets/locale/<lang>/*.po` merged and compiled with Babel at first use."""

import io
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from shared_models.i18n import DEFAULT_LANGUAGE, LANGUAGES, Translator

LOCALE_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "locale"


class DuplicateKeyError(ValueError):
    """Two catalogues of one language word the same key."""


@cache
def catalogue(lang: str) -> Catalog:
    """All the wording of one language; the plural rule is Babel's for that language."""
    merged = Catalog(locale=lang)
    for path in sorted((LOCALE_FOLDER / lang).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=lang):
                if message.id and merged.get(message.id) is not None:
                    raise DuplicateKeyError(f"{lang}/{path.name}: {message.id}")
                if message.id:
                    merged[message.id] = message
    return merged


_GIVEN: dict[str, bytes] = {}


def give(lang: str, compiled: bytes) -> None:
    """What another process has compiled: it takes a fifth of a second."""
    _GIVEN[lang] = compiled


@cache
def mo_bytes(lang: str) -> bytes:
    if lang in _GIVEN:
        return _GIVEN[lang]
    buffer = io.BytesIO()
    write_mo(buffer, catalogue(lang))
    return buffer.getvalue()


@cache
def translator(lang: str) -> Translator:
    """The translator of `lang`, or of the default language when we do not speak it."""
    known = lang if lang in LANGUAGES else DEFAULT_LANGUAGE
    return Translator(known, mo_bytes(known))
