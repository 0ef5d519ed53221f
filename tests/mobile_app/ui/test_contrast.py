"""What is written and what is filled in can be seen by everybody (WCAG 1.4.3 and 1.4.11), in both themes, over every pair of the tokens."""

import re
from pathlib import Path

import pytest

from mobile_app.ui.theme import DARK, LIGHT, Palette, Tone

WEB = Path(__file__).parents[3] / "assets"
PAPERS = ("surface", "background", "surface2", "primary_container")
"""What a word may stand on: a card, the page, a table's head, a chosen row."""
TEXT, SHAPE = 4.5, 3.0


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def written(palette: Palette) -> dict[tuple[str, str], float]:
    """Each ink on each paper that it is written on."""
    tones = [tone.value for tone in Tone if tone is not Tone.primary]
    own = [(tone, f"{tone}_container") for tone in tones]
    own += [
        ("on_primary", "primary"),
        ("on_primary_container", "primary_container"),
        ("on_scan", "scan"),
        ("surface", "bad"),
        ("surface", "ink"),
    ]
    plain = [(ink, paper) for ink in (*tones, "ink", "ink2", "primary") for paper in PAPERS]
    return {(ink, paper): contrast(getattr(palette, ink), getattr(palette, paper)) for ink, paper in [*own, *plain]}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_ink_can_be_read_on_every_paper(palette: Palette) -> None:
    assert {pair: round(found, 2) for pair, found in written(palette).items() if found < TEXT} == {}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_fields_and_what_has_the_keyboard_stand_out(palette: Palette) -> None:
    found = {
        (edge, paper): contrast(getattr(palette, edge), getattr(palette, paper))
        for edge in ("edge", "primary", "bad")
        for paper in PAPERS[:3]
    }
    assert {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < SHAPE} == {}


@pytest.mark.parametrize("sheet", ["web/boot.css", "templates/operator/style.css"])
def test_pages_outside_the_app_have_the_same_colours(sheet: str) -> None:
    known = {colour.upper() for palette in (LIGHT, DARK) for name in palette.__slots__ for colour in [getattr(palette, name)]}
    tokens = re.findall(r"--[a-z0-9-]+: (#[0-9A-Fa-f]{6})", (WEB / sheet).read_text("utf-8"))
    assert tokens
    assert {colour.upper() for colour in tokens} <= known
