"""One page of maintenance instructions for each class, and a data sheet for each family of parts, as PDF."""

from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from server.demo.catalogue import MachineClass
from server.demo.spares.families import Family

_LEFT, TOP = 20 * mm, 275 * mm


def instructions(kind: MachineClass) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)  # no date inside: the same bytes every time
    canvas.setTitle(f"Gamme de maintenance – {kind.ready.fr}")
    heading(canvas, kind.ready.fr, "Gamme de maintenance")
    y = section(
        canvas,
        TOP - 30 * mm,
        "Entretien",
        [f"{plan.cadence.spoken} : {plan.title} ({plan.minutes:.0f} min)" for plan in kind.rounds],
    )
    y = section(canvas, y, "Pannes courantes", [f"{fault.title} : {fault.remedies[0][1]}" for fault in kind.faults])
    section(
        canvas,
        y,
        "Avant d’intervenir",
        [
            "Consigner les énergies, vérifier l’absence de tension et de pression.",
            "Porter les EPI du poste.",
            "Tester les sécurités avant la remise en route.",
        ],
    )
    canvas.save()
    return out.getvalue()


def data_sheet(family: Family) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    title = family.name.replace("{}", "").strip()
    canvas.setTitle(f"Fiche technique – {title}")
    heading(canvas, title, f"Fiche technique · {family.maker}")
    sizes = [size.removeprefix("!") for size in family.sizes]
    section(canvas, TOP - 30 * mm, "Dimensions livrables", [", ".join(sizes[at : at + 8]) for at in range(0, len(sizes), 8)])
    canvas.save()
    return out.getvalue()


def heading(canvas: Canvas, title: str, subtitle: str) -> None:
    canvas.setFillColorRGB(0.043, 0.333, 0.388)
    canvas.rect(0, 282 * mm, A4[0], 15 * mm, stroke=0, fill=1)
    canvas.setFont("Helvetica-Bold", 22)
    canvas.drawString(_LEFT, TOP - 12 * mm, title)
    canvas.setFillColorRGB(0.3, 0.38, 0.43)
    canvas.setFont("Helvetica", 11)
    canvas.drawString(_LEFT, TOP - 19 * mm, subtitle)


def section(canvas: Canvas, y: float, title: str, lines: list[str]) -> float:
    canvas.setFillColorRGB(0.08, 0.13, 0.17)
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawString(_LEFT, y, title)
    canvas.setFont("Helvetica", 11)
    for line in lines:
        y -= 7 * mm
        canvas.drawString(_LEFT + 4 * mm, y, f"• {line}")
    return float(y - 12 * mm)
