"""Flat illustrations of machines and of what is wrong with them, 800 × 600, readable on light and on dark screens."""

import math
from collections.abc import Callable
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 800, 600
_FINER = 2  # drawn larger, then reduced, for smooth edges
_FLOOR = 490
SKIES = (("#DCE8EC", "#B7CDD4"), ("#E6E4DA", "#C9C3AE"), ("#DDE3EF", "#B5C0D8"))
BODIES = (("#0B5563", "#11788A", "#7FD0DE"), ("#3E5C76", "#5C7F9E", "#B8D0E6"), ("#5A6B3F", "#7E9460", "#CBD9AE"))
STEEL, DARK, LIGHT, GLASS, PANE, AMBER, RED, GREEN = "#8FA0AC", "#22313C", "#F2F6F8", "#8FC7D6", "#D8EDF2", "#FFC53D", "#C8453B", "#2E9E66"


class Board:
    """A drawing surface in units of the finished picture."""

    def __init__(self, sky: tuple[str, str], body: tuple[str, str, str]) -> None:
        self.image = Image.new("RGB", (WIDTH * _FINER, HEIGHT * _FINER), sky[0])
        self._draw = ImageDraw.Draw(self.image)
        self.dark, self.main, self.pale = body
        self.box(0, _FLOOR, WIDTH, HEIGHT - _FLOOR, sky[1], 0)
        self.box(0, _FLOOR, WIDTH, 4, "#9FB0B8", 0)

    def box(self, x: float, y: float, width: float, height: float, colour: str, radius: float = 10) -> None:
        box = [value * _FINER for value in (x, y, x + width - 1, y + height - 1)]
        self._draw.rounded_rectangle(box, radius * _FINER, fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        self._draw.ellipse([(x - radius) * _FINER, (y - radius) * _FINER, (x + radius) * _FINER, (y + radius) * _FINER], fill=colour)

    def line(self, points: list[tuple[float, float]], colour: str, width: float) -> None:
        self._draw.line([(x * _FINER, y * _FINER) for x, y in points], fill=colour, width=int(width * _FINER), joint="curve")
        for x, y in points:
            self.disc(x, y, width / 2, colour)

    def shape(self, points: list[tuple[float, float]], colour: str) -> None:
        self._draw.polygon([(x * _FINER, y * _FINER) for x, y in points], fill=colour)

    def arc(self, x: float, y: float, radius: float, start: float, end: float, colour: str, width: float) -> None:
        box = [(x - radius) * _FINER, (y - radius) * _FINER, (x + radius) * _FINER, (y + radius) * _FINER]
        self._draw.arc(box, start, end, fill=colour, width=int(width * _FINER))

    def bottle(self, x: float, foot: float, height: float, colour: str = GLASS, label: str | None = None) -> None:
        width = height * 0.3
        self.box(x - width / 2, foot - height * 0.68, width, height * 0.68, colour, width * 0.25)
        self.shape(
            [
                (x - width / 2, foot - height * 0.6),
                (x - width / 6, foot - height * 0.85),
                (x + width / 6, foot - height * 0.85),
                (x + width / 2, foot - height * 0.6),
            ],
            colour,
        )
        self.box(x - width / 6, foot - height, width / 3, height * 0.2, colour, 2)
        self.box(x - width / 5, foot - height, width / 2.5, height * 0.07, AMBER, 2)
        if label:
            self.box(x - width / 2, foot - height * 0.5, width, height * 0.26, label, 2)

    def gear(self, x: float, y: float, radius: float, colour: str, teeth: int = 12, turn: float = 0) -> None:
        for tooth in range(teeth):
            angle = 2 * math.pi * tooth / teeth + turn
            self.line([(x, y), (x + math.cos(angle) * radius * 1.12, y + math.sin(angle) * radius * 1.12)], colour, radius * 0.26)
        self.disc(x, y, radius * 0.95, colour)
        self.disc(x, y, radius * 0.4, LIGHT)

    def cabinet(self, x: float, width: float, top: float) -> None:
        """A machine's body with its panel and feet."""
        self.box(x + 14, _FLOOR - 16, 26, 20, DARK, 3)
        self.box(x + width - 40, _FLOOR - 16, 26, 20, DARK, 3)
        self.box(x, top, width, _FLOOR - 10 - top, self.main, 16)
        self.box(x, top, width, 34, self.dark, 16)

    def screen(self, x: float, y: float) -> None:
        self.box(x, y, 66, 92, DARK, 8)
        self.box(x + 8, y + 8, 50, 34, PANE, 4)
        for rank, colour in enumerate((GREEN, AMBER, RED)):
            self.disc(x + 17 + rank * 16, y + 66, 6, colour)

    def window(self, x: float, y: float, width: float, height: float) -> None:
        self.box(x, y, width, height, DARK, 12)
        self.box(x + 8, y + 8, width - 16, height - 16, PANE, 8)

    def belt(self, x: float, y: float, width: float) -> None:
        self.box(x, y, width, 22, DARK, 11)
        for step in range(int(width // 44)):
            self.disc(x + 22 + step * 44, y + 11, 7, STEEL)

    def jpeg(self) -> bytes:
        out = BytesIO()
        self.image.reduce(_FINER).save(out, "JPEG", quality=84)
        return out.getvalue()


def _blower(b: Board) -> None:
    b.cabinet(120, 560, 150)
    b.window(160, 210, 330, 220)
    b.disc(325, 320, 92, STEEL)
    for turn in range(8):
        angle = turn * math.pi / 4
        b.box(325 + math.cos(angle) * 74 - 15, 320 + math.sin(angle) * 74 - 22, 30, 44, b.dark, 6)
    b.disc(325, 320, 34, b.pale)
    b.screen(560, 220)
    for rank in range(4):
        b.box(540 + rank * 32, 380, 18, 60, AMBER, 6)


def _filler(b: Board) -> None:
    b.cabinet(110, 580, 400)
    b.box(150, 120, 500, 90, b.dark, 30)
    b.box(170, 96, 460, 40, STEEL, 20)
    for rank in range(7):
        x = 195 + rank * 68
        b.box(x - 9, 210, 18, 56, STEEL, 4)
        b.bottle(x, 400, 120, GLASS)
        b.box(x - 16, 352 - rank % 3 * 8, 32, 46 + rank % 3 * 8, b.pale, 6)
    b.screen(604, 388)


def _capper(b: Board) -> None:
    b.cabinet(180, 440, 400)
    b.disc(400, 190, 116, b.dark)
    b.disc(400, 190, 84, b.pale)
    for rank in range(4):
        x = 300 + rank * 67
        b.box(x - 13, 230, 26, 70, STEEL, 6)
        b.box(x - 18, 294, 36, 18, AMBER, 4)
        b.bottle(x, 402, 86)
    b.line([(620, 120), (540, 120), (470, 170)], STEEL, 22)


def _labeller(b: Board) -> None:
    b.cabinet(130, 540, 360)
    b.disc(270, 240, 90, LIGHT)
    b.disc(270, 240, 34, b.dark)
    b.line([(350, 280), (420, 330), (470, 250)], LIGHT, 16)
    b.disc(430, 270, 40, STEEL)
    for rank in range(3):
        b.bottle(520 + rank * 62, 362, 150, GLASS, b.main if rank else None)
    b.screen(150, 380)


def _case_packer(b: Board) -> None:
    b.box(130, 110, 30, 380, b.dark, 6)
    b.box(640, 110, 30, 380, b.dark, 6)
    b.box(130, 100, 540, 46, b.main, 10)
    b.box(350, 146, 100, 70, STEEL, 8)
    for rank in range(4):
        b.bottle(325 + rank * 50, 330, 100)
    b.box(270, 340, 260, 110, "#C79A63", 8)
    b.box(270, 340, 260, 22, "#AD8250", 8)
    b.belt(90, 452, 620)


def _palletiser(b: Board) -> None:
    b.box(150, 90, 40, 400, b.dark, 8)
    b.box(190, 120, 330, 46, b.main, 12)
    b.box(470, 160, 40, 90, STEEL, 8)
    b.box(430, 244, 120, 26, b.dark, 6)
    for row in range(3):
        for column in range(3):
            b.box(400 + column * 84, 412 - row * 62, 78, 56, ("#C79A63", "#B98C57")[(row + column) % 2], 6)
    b.box(384, 470, 280, 16, "#8A6A42", 4)
    b.box(120, 300, 110, 160, b.main, 12)
    b.screen(140, 320)


def _conveyor(b: Board) -> None:
    b.belt(40, 360, 720)
    for x in (110, 380, 650):
        b.box(x, 382, 20, 108, b.dark, 4)
        b.box(x - 20, 478, 60, 14, b.dark, 5)
    b.box(40, 300, 720, 10, STEEL, 5)
    for rank in range(8):
        b.bottle(92 + rank * 88, 360, 150, GLASS, b.main if rank % 2 else b.pale)
    b.box(600, 392, 90, 54, b.main, 10)


def _pasteuriser(b: Board) -> None:
    b.cabinet(50, 700, 200)
    for rank in range(6):
        b.window(84 + rank * 108, 260, 92, 110)
        for drop in range(3):
            b.line([(104 + rank * 108 + drop * 26, 286), (100 + rank * 108 + drop * 26, 340)], b.pale, 5)
    for rank in range(4):
        b.box(140 + rank * 150, 130, 30, 76, STEEL, 8)
    b.line([(155, 136), (605, 136)], STEEL, 18)


def _washer(b: Board) -> None:
    b.cabinet(70, 660, 150)
    b.window(120, 220, 380, 180)
    for rank in range(5):
        b.bottle(165 + rank * 72, 380, 120)
        b.disc(165 + rank * 72, 250, 10, b.main)
    b.disc(610, 300, 66, b.dark)
    b.disc(610, 300, 46, PANE)
    b.screen(540, 380)


def _compressor(b: Board) -> None:
    b.cabinet(150, 500, 180)
    for rank in range(6):
        b.box(190, 246 + rank * 34, 200, 16, b.dark, 8)
    b.disc(510, 330, 84, b.dark)
    b.disc(510, 330, 66, STEEL)
    b.gear(510, 330, 34, b.pale, 6)
    b.line([(620, 180), (620, 120), (720, 120)], STEEL, 24)


def _pump(b: Board) -> None:
    b.box(190, 440, 440, 40, DARK, 8)
    b.box(380, 270, 230, 150, b.main, 30)
    for rank in range(7):
        b.box(410 + rank * 26, 270, 10, 150, b.dark, 4)
    b.box(340, 318, 60, 52, STEEL, 6)
    b.disc(270, 344, 96, b.dark)
    b.disc(270, 344, 70, b.main)
    b.box(242, 130, 56, 140, STEEL, 8)
    b.box(226, 120, 88, 26, b.dark, 6)
    b.box(90, 316, 110, 56, STEEL, 8)
    b.box(80, 300, 26, 88, b.dark, 6)
    b.box(430, 420, 40, 24, DARK, 4)
    b.box(540, 420, 40, 24, DARK, 4)


def _boiler(b: Board) -> None:
    b.box(150, 180, 520, 250, b.main, 120)
    b.disc(276, 305, 100, b.dark)
    b.disc(276, 305, 64, "#3A2A1E")
    b.shape([(276, 250), (306, 310), (276, 350), (246, 310)], AMBER)
    b.shape([(276, 284), (292, 318), (276, 342), (260, 318)], "#F07F3C")
    b.box(560, 80, 50, 110, STEEL, 8)
    b.box(200, 428, 60, 62, DARK, 6)
    b.box(560, 428, 60, 62, DARK, 6)
    for x in (440, 520):
        b.disc(x, 270, 34, LIGHT)
        b.line([(x, 270), (x + 16, 252)], RED, 5)


def _chiller(b: Board) -> None:
    b.cabinet(100, 600, 190)
    for x in (220, 400, 580):
        b.disc(x, 330, 78, b.dark)
        for turn in range(5):
            angle = turn * 2 * math.pi / 5 + x
            b.line([(x, 330), (x + math.cos(angle) * 56, 330 + math.sin(angle) * 56)], b.pale, 20)
        b.disc(x, 330, 16, LIGHT)


def _robot(b: Board) -> None:
    b.box(250, 430, 220, 60, DARK, 12)
    b.disc(360, 420, 66, b.dark)
    b.line([(360, 410), (300, 220)], b.main, 60)
    b.disc(300, 220, 44, b.dark)
    b.line([(300, 220), (510, 170)], b.main, 48)
    b.disc(510, 170, 36, b.dark)
    b.line([(510, 170), (550, 260)], STEEL, 30)
    b.box(500, 262, 104, 18, b.dark, 6)
    for x in (516, 588):
        b.box(x - 8, 280, 16, 40, STEEL, 4)
    b.box(496, 330, 110, 84, "#C79A63", 8)
    b.belt(470, 416, 260)


_MACHINES: dict[str, Callable[[Board], None]] = {
    "SOUF": _blower, "REMP": _filler, "BOUC": _capper, "ETIQ": _labeller, "ENCA": _case_packer, "PALE": _palletiser, "CONV": _conveyor,
    "PAST": _pasteuriser, "LAVE": _washer, "COMP": _compressor, "POMP": _pump, "CHAU": _boiler, "FROI": _chiller, "ROBO": _robot,
}  # fmt: skip


@cache
def machine(code: str, variant: int) -> bytes:
    board = Board(SKIES[variant % 3], BODIES[variant % 3])
    _MACHINES[code](board)
    return board.jpeg()


def _leak(b: Board) -> None:
    b.box(0, 200, 520, 90, STEEL, 20)
    b.box(440, 170, 60, 150, b.dark, 12)
    for y, size in ((360, 16), (420, 20)):
        b.disc(470, y, size, "#4A7FB5")
        b.shape([(470, y - size * 2), (470 - size * 0.8, y - size * 0.4), (470 + size * 0.8, y - size * 0.4)], "#4A7FB5")
    b.box(330, 500, 300, 44, "#4A7FB5", 22)


def _noise(b: Board) -> None:
    b.gear(330, 300, 130, b.dark, 14)
    b.gear(540, 220, 84, b.main, 10, 0.2)
    for rank in range(3):
        b.arc(330, 300, 190 + rank * 34, 150, 210, RED, 12)


def _fixed(b: Board) -> None:
    b.gear(330, 300, 130, b.main, 14)
    b.gear(540, 220, 84, b.pale, 10, 0.2)
    b.disc(600, 430, 62, GREEN)
    b.line([(572, 430), (592, 452), (632, 408)], LIGHT, 14)


def _jam(b: Board) -> None:
    b.belt(40, 430, 720)
    for x in (120, 210, 620, 700):
        b.bottle(x, 430, 190, GLASS, b.main)
    for rank, x in enumerate((300, 360)):
        b.box(x, 340 - rank * 60, 190, 58, GLASS, 20)
        b.box(x + 50, 340 - rank * 60, 60, 58, b.main, 2)
    b.shape([(500, 130), (570, 250), (430, 250)], AMBER)
    b.box(494, 168, 12, 44, DARK, 4)
    b.disc(500, 230, 7, DARK)


def _quality(b: Board) -> None:
    b.belt(40, 470, 720)
    b.bottle(240, 470, 380, GLASS, b.main)
    b.bottle(540, 470, 380, GLASS)
    b.shape([(480, 310), (600, 270), (600, 370), (480, 410)], b.main)
    b.arc(540, 340, 110, 0, 360, RED, 10)


_CLOSE_UPS: dict[str, Callable[[Board], None]] = {"leak": _leak, "noise": _noise, "jam": _jam, "quality": _quality, "fixed": _fixed}


@cache
def close_up(symptom: str, variation: int) -> bytes:
    """What is wrong, as somebody with a phone would take it."""
    board = Board(SKIES[variation % 3], BODIES[(variation + 1) % 3])
    _CLOSE_UPS[symptom](board)
    return board.jpeg()
