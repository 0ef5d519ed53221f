"""The mark, drawn: an É whose accent and last stroke are a workbench's light and top."""

from pathlib import Path

from PIL import Image, ImageDraw

PRIMARY, SCAN, WHITE = "#0B5563", "#FFC53D", "#FFFFFF"
SCALE = 4  # drawn larger, then reduced: Pillow's lines are not smooth
ACCENT = [(40, 19), (62, 12), (62, 21), (40, 28)]
LETTER = [(28, 32), (68, 32), (68, 41), (38, 41), (38, 48), (62, 48), (62, 57), (38, 57), (38, 64), (68, 64), (68, 73), (28, 73)]
BENCH = [(18, 73), (78, 73), (78, 81), (18, 81)]


def draw_icons(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for size in (192, 512):
        mark(size).save(folder / f"icon-{size}.png", optimize=True)
        mark(size, corner=0, shrink=0.78).save(folder / f"maskable-{size}.png", optimize=True)
    mark(48).save(folder.parent / "favicon.ico", sizes=[(16, 16), (32, 32), (48, 48)])
    mark(180, corner=0, shrink=0.9).save(folder / "apple-touch-icon.png", optimize=True)
    badge(96).save(folder / "badge.png", optimize=True)
    scan_shortcut(96).save(folder / "shortcut-scan.png", optimize=True)
    today_shortcut(96).save(folder / "shortcut-today.png", optimize=True)


def mark(size: int, corner: float = 22, shrink: float = 1.0) -> Image.Image:
    """The mark on its ground; `shrink` keeps it inside the safe zone of a maskable icon."""
    image, draw, unit = canvas(size)
    draw.rounded_rectangle((0, 0, 96 * unit - 1, 96 * unit - 1), corner * unit, fill=PRIMARY)
    for shape, colour in ((ACCENT, SCAN), (LETTER, WHITE), (BENCH, SCAN)):
        draw.polygon(placed(shape, unit, shrink), fill=colour)
    return reduced(image, size)


def badge(size: int) -> Image.Image:
    """White on nothing: Android colours a notification's badge itself."""
    image, draw, unit = canvas(size)
    for shape in (ACCENT, LETTER, BENCH):
        draw.polygon(placed(shape, unit, 1.15), fill=WHITE)
    return reduced(image, size)


def scan_shortcut(size: int) -> Image.Image:
    image, draw, unit = canvas(size)
    draw.ellipse((0, 0, 96 * unit, 96 * unit), fill=SCAN)
    for x, y, dx, dy in ((26, 26, 1, 1), (70, 26, -1, 1), (26, 70, 1, -1), (70, 70, -1, -1)):
        corner = [(x + 16 * dx, y), (x, y), (x, y + 16 * dy)]
        draw.line([(a * unit, b * unit) for a, b in corner], fill="#241A00", width=round(6 * unit), joint="curve")
    draw.rectangle((40 * unit, 40 * unit, 56 * unit, 56 * unit), fill="#241A00")
    return reduced(image, size)


def today_shortcut(size: int) -> Image.Image:
    image, draw, unit = canvas(size)
    draw.ellipse((0, 0, 96 * unit, 96 * unit), fill=PRIMARY)
    draw.rounded_rectangle((26 * unit, 28 * unit, 70 * unit, 72 * unit), 6 * unit, fill=WHITE)
    draw.rectangle((26 * unit, 36 * unit, 70 * unit, 42 * unit), fill=PRIMARY)
    draw.rounded_rectangle((50 * unit, 50 * unit, 63 * unit, 63 * unit), 3 * unit, fill=SCAN)
    return reduced(image, size)


def canvas(size: int) -> tuple[Image.Image, ImageDraw.ImageDraw, float]:
    image = Image.new("RGBA", (size * SCALE, size * SCALE))
    return image, ImageDraw.Draw(image), size * SCALE / 96


def placed(shape: list[tuple[int, int]], unit: float, shrink: float) -> list[tuple[float, float]]:
    return [((48 + (x - 48) * shrink) * unit, (48 + (y - 48) * shrink) * unit) for x, y in shape]


def reduced(image: Image.Image, size: int) -> Image.Image:
    return image.resize((size, size), Image.Resampling.LANCZOS)
