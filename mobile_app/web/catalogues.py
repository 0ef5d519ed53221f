"""Translations for the browser: the `.po` files of a language merged into one compiled catalogue."""

import io

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from mobile_app.web.stamp import ROOT

LANGUAGES = ("fr", "en")


def compiled(lang: str) -> bytes:
    out = io.BytesIO()
    write_mo(out, merged(lang))
    return out.getvalue()


def merged(lang: str) -> Catalog:
    whole = Catalog(locale=lang)
    for file in sorted((ROOT / "assets" / "locale" / lang).glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale=lang):
                if message.id:
                    whole[message.id] = message
    return whole
