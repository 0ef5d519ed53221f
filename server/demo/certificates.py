"""What must be inspected by others every so often: a certificate of each such machine and part, and until when it holds."""

from datetime import date, timedelta
from functools import cache
from io import BytesIO
from typing import NamedTuple

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from server.demo.papers import TOP, heading, section


class Certificate(NamedTuple):
    """`months`: for how long one holds."""

    title: str
    by: str
    months: int
    said: tuple[str, ...]


_PRESSURE = ("Examen extérieur et intérieur : sans anomalie.", "Soupapes : tarage vérifié.", "Plaque d’identité lisible.")
OF_CLASS = {
    "COMP": Certificate("Attestation d’inspection périodique (pression)", "Contrôle Équipements Sous Pression", 48, _PRESSURE),
    "CHAU": Certificate("Attestation d’inspection périodique (pression)", "Contrôle Équipements Sous Pression", 24, _PRESSURE),
    "PALE": Certificate(
        "Rapport de vérification du levage", "Vérifications Levage", 12, ("Chaînes, crochets, limiteurs : bon état.", "Essai en charge : conforme.")
    ),
    "FROI": Certificate("Contrôle d’étanchéité des fluides", "Froid Contrôle", 12, ("Aucune fuite relevée.",)),
}  # fmt: skip
OF_FAMILY = {"gr-al": Certificate("Certificat contact alimentaire H1", "Lubriane", 36, ("Apte au contact alimentaire fortuit.",))}
_LEFT_DAYS = (24, -6, 11, 130, 290, 205, 68, 340)


def ends_on(certificate: Certificate, rank: int, today: date) -> date:
    """Some have just ended, some soon will, most have time."""
    return today + timedelta(days=min(_LEFT_DAYS[rank % len(_LEFT_DAYS)], certificate.months * 30))


@cache
def page(certificate: Certificate, of: str) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(f"{certificate.title} – {of}")
    heading(canvas, of, f"{certificate.title} · {certificate.by}")
    section(canvas, TOP - 30 * mm, "Constat", list(certificate.said))
    canvas.save()
    return out.getvalue()
