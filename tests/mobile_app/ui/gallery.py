"""Every component on a few pages, to look at: `python tests/mobile_app/ui/gallery.py 8765 [inter.woff2]`.

Open `/?page=today&lang=fr&theme=dark`; pages: today, machine, close, validate, table, forms, states, result.
"""

import shutil
import sys
import tempfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import flet as ft

from mobile_app.core.i18n import format_date_long, format_number, set_language
from mobile_app.ui import environment
from mobile_app.ui.address import Asked, use_place
from mobile_app.ui.buttons import (
    ActionRow,
    DangerButton,
    IconAction,
    OnPrimaryButton,
    PrimaryButton,
    SecondaryButton,
    TextLink,
)
from mobile_app.ui.cards import (
    Card,
    CardHeader,
    HeroCard,
    KeyValues,
    LineItem,
    NoticeCard,
    RowCard,
    SectionHeader,
    StatTile,
    TileGrid,
    Trailing,
)
from mobile_app.ui.charts import Bar, Bars, LifeStrip, LoadBar, Span
from mobile_app.ui.chips import Avatar, IconTile, StatusChip
from mobile_app.ui.choices import (
    Choice,
    ChoiceChips,
    ChoiceGrid,
    FilterBar,
    FilterChip,
    FilterMenu,
    Segments,
    StepHeader,
    StepTitle,
)
from mobile_app.ui.component import component
from mobile_app.ui.dates import DateInput, TimeInput
from mobile_app.ui.feedback import (
    DraftNotice,
    EmptyState,
    ErrorState,
    Progress,
    ResultScreen,
    SkeletonList,
    UpdateBanner,
    toast,
)
from mobile_app.ui.fields import SearchField, TextInput, Toggle
from mobile_app.ui.forms import use_form
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.numbers import NumberInput, NumberStepper, QuantityInput
from mobile_app.ui.pads import NumberPad, SignaturePad
from mobile_app.ui.photos import Photo, PhotoGrid
from mobile_app.ui.pickers import Picker
from mobile_app.ui.plots import Dotted, Pareto, Point, Ranked, Scatter, Slice, Stacked, Trend
from mobile_app.ui.sheets import Question, Sheet, use_confirm, use_sheet
from mobile_app.ui.shell import (
    Destination,
    Page,
    PageHeader,
    Shell,
    SyncChip,
    SyncState,
    TwoPane,
)
from mobile_app.ui.stack import Stack
from mobile_app.ui.table import BulkAction, Cell, Column, Sorting, Table
from mobile_app.ui.text import Meta, Overline, Strong
from mobile_app.ui.theme import C, Tone, apply_theme
from mobile_app.ui.timers import Timer

I = ft.Icons  # noqa: E741
NOW = datetime(2026, 11, 23, 10, 40, tzinfo=UTC)

TECHNICIAN = (
    Destination("today", "Aujourd’hui", I.TODAY_OUTLINED, I.TODAY_ROUNDED),
    Destination(
        "machine",
        "Machines",
        I.PRECISION_MANUFACTURING_OUTLINED,
        I.PRECISION_MANUFACTURING_ROUNDED,
    ),
    Destination("close", "Alertes", I.NOTIFICATIONS_NONE_ROUNDED, I.NOTIFICATIONS_ROUNDED, badge=3),
    Destination("me", "Moi", I.ACCOUNT_CIRCLE_OUTLINED, I.ACCOUNT_CIRCLE_ROUNDED),
)
OFFICE = (
    Destination("board", "Tableau", I.DASHBOARD_OUTLINED, I.DASHBOARD_ROUNDED),
    Destination("validate", "Valider", I.FACT_CHECK_OUTLINED, I.FACT_CHECK_ROUNDED, badge=7),
    Destination("calendar", "Calendrier", I.CALENDAR_MONTH_OUTLINED, I.CALENDAR_MONTH_ROUNDED),
    Destination(
        "table",
        "Machines",
        I.PRECISION_MANUFACTURING_OUTLINED,
        I.PRECISION_MANUFACTURING_ROUNDED,
    ),
    Destination("parts", "Pièces", I.INVENTORY_2_OUTLINED, I.INVENTORY_2_ROUNDED),
    Destination("kpis", "Indicateurs", I.INSIGHTS_ROUNDED, I.INSIGHTS_ROUNDED),
)


def nothing(*_: Any) -> None:
    pass


def ready(word: str = "Prêt", tone: Tone = Tone.ok) -> ft.Control:
    return StatusChip(word, tone, icon=I.INVENTORY_2_ROUNDED)


@component
def TodayPage() -> ft.Control:
    hero = HeroCard(
        ft.Column(
            [
                ft.Row(
                    [
                        ft.Container(Overline("En cours · 004182", color="#D5EBEF"), expand=True),
                        ft.Icon(I.TIMER_ROUNDED, color=ft.Colors.WHITE, size=22),
                        Timer(
                            datetime.now(UTC) - timedelta(minutes=18, seconds=42),
                            size=21,
                            color=ft.Colors.WHITE,
                        ),
                    ],
                    spacing=8,
                ),
                ft.Text("Fuite vérin de poussée", size=19, weight=ft.FontWeight.W_700, color="#FFFFFF"),
                ft.Text("Palettiseur 2 · Ligne B", color="#D5EBEF"),
                ft.Container(height=4),
                ActionRow(
                    OnPrimaryButton("Reprendre", nothing, icon=I.PLAY_ARROW_ROUNDED, expand=3, height=48),
                    OnPrimaryButton("Clôturer", nothing, icon=I.CHECK_ROUNDED, strong=False, expand=2, height=48),
                    spacing=8,
                ),
            ],
            spacing=5,
        )
    )
    return Page(
        PageHeader(
            "Aujourd’hui",
            f"{format_date_long(NOW)} · équipe du matin · Ligne B",
            trailing=[SyncChip(SyncState("waiting", 3), nothing)],
        ),
        hero,
        SectionHeader("À faire", "5 · 2 h 40"),
        RowCard(
            "Graissage paliers",
            meta="Souffleuse 1 · Ligne B",
            trailing=Trailing("Retard 2 j", Tone.bad),
            icon=I.EVENT_BUSY_ROUNDED,
            tone=Tone.bad,
            chips=[ready()],
            note="500 h atteintes vendredi",
            on_click=nothing,
        ),
        RowCard(
            "Contrôle sécurité mensuel",
            meta="Convoyeur C-12 · Ligne B",
            trailing=Trailing("Aujourd’hui", Tone.warning),
            icon=I.EVENT_ROUNDED,
            tone=Tone.warning,
            chips=[ready()],
            note="tous les mois, le 23",
            on_click=nothing,
        ),
        RowCard(
            "Remplacer courroie",
            meta="Étiqueteuse 3 · Ligne C",
            trailing=Trailing("Demain", Tone.info),
            icon=I.BUILD_ROUNDED,
            tone=Tone.info,
            chips=[ready("Pièce manquante", Tone.warning)],
            note="demande, 08:05",
            on_click=nothing,
        ),
        spacing=12,
    )


@component
def MachinePage() -> ft.Control:
    year = Span(NOW - timedelta(days=365), NOW)

    def ago(days: float) -> datetime:
        return NOW - timedelta(days=days)

    stops = [
        Span(ago(300), ago(292)),
        Span(ago(210), ago(207)),
        Span(ago(120), ago(108)),
        Span(ago(30), ago(26)),
    ]
    head = ft.Row(
        [
            IconTile(I.PRECISION_MANUFACTURING_ROUNDED, Tone.primary, size=76),
            ft.Column(
                [
                    ft.Text("Palettiseur 2", size=25, weight=ft.FontWeight.W_700),
                    Meta("EQ-0147 · Newtec P30 · Ligne B"),
                    ft.Row(
                        [
                            StatusChip("En panne depuis 25 min", Tone.bad),
                            StatusChip("Critique", Tone.warning, icon=I.PRIORITY_HIGH_ROUNDED),
                        ],
                        wrap=True,
                        spacing=6,
                        run_spacing=6,
                    ),
                ],
                spacing=4,
                expand=True,
            ),
        ],
        spacing=14,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
    menu = MoreMenu([MenuItem("Modifier", nothing, I.EDIT_ROUNDED)])
    return Page(
        ft.Row(
            [
                IconAction(I.ARROW_BACK_ROUNDED, "Retour", nothing),
                ft.Container(expand=True),
                SyncChip(SyncState("done"), nothing),
                menu,
            ],
            spacing=0,
        ),
        head,
        NoticeCard(
            "3e fois en 6 mois",
            "Dernière fois : joint de vérin remplacé par K. Benali, a tenu 11 jours.",
            icon=I.REPLAY_ROUNDED,
        ),
        ft.Row(
            [
                PrimaryButton("Commencer", nothing, icon=I.PLAY_ARROW_ROUNDED, expand=True),
                IconAction(I.SPEED_ROUNDED, "Relevé", nothing, outlined=True, size=52),
                IconAction(I.REPORT_OUTLINED, "Signaler", nothing, outlined=True, size=52),
            ],
            spacing=10,
        ),
        Card(
            ft.Column(
                [
                    CardHeader("12 derniers mois", "4 arrêts · 9 h 10"),
                    LifeStrip(year, stops, [ago(d) for d in (340, 282, 222, 160, 100, 40)]),
                ],
                spacing=10,
                tight=True,
            )
        ),
        Card(
            ft.Column(
                [
                    CardHeader("Prochain entretien", StatusChip("4 déc.", Tone.info, icon=I.EVENT_ROUNDED)),
                    Meta(
                        "Lubrification 500 h. Fait le 12 sept. à 4 870 h ; + 500 h ; 6,0 h/jour : "
                        "4 déc. Limite calendaire 12 déc. : le premier l’emporte.",
                        max_lines=5,
                    ),
                ],
                spacing=8,
                tight=True,
            )
        ),
        Card(
            ft.Column(
                [
                    CardHeader("Ce qui a réparé"),
                    LineItem(
                        "Joint vérin Ø63 remplacé",
                        meta="12 nov. · 48 min · K. Benali",
                        trailing="×2",
                        icon=I.BUILD_CIRCLE_OUTLINED,
                    ),
                    LineItem(
                        "Capteur fin de course réglé",
                        meta="3 août · 20 min · J. Roux",
                        trailing="×1",
                        icon=I.BUILD_CIRCLE_OUTLINED,
                        on_click=nothing,
                    ),
                ],
                spacing=4,
                tight=True,
            )
        ),
    )


MODES = [
    Choice("leak", "Fuite externe", I.WATER_DROP_ROUNDED, 0.34),
    Choice("start", "Ne démarre pas", I.BLOCK_ROUNDED, 0.18),
    Choice("sensor", "Capteur défaillant", I.SENSORS_OFF_ROUNDED, 0.14),
    Choice("noise", "Bruit anormal", I.GRAPHIC_EQ_ROUNDED, 0.09),
    Choice("jam", "Blocage mécanique", I.WARNING_AMBER_ROUNDED, 0.08),
    Choice("hot", "Surchauffe", I.DEVICE_THERMOSTAT_ROUNDED, 0.04),
]
REMEDIES = [Choice(word.lower(), word) for word in ("Remplacé", "Réglé", "Réparé", "Nettoyé", "Réinitialisé", "Provisoire")]


@component
def ClosePage() -> ft.Control:
    mode, set_mode = ft.use_state("leak")
    remedy, set_remedy = ft.use_state("remplacé")
    times = ft.Row(
        [
            ft.Icon(I.SCHEDULE_ROUNDED, color=C.primary),
            ft.Column(
                [
                    Strong("Arrêt 43 min · travail 18 min"),
                    Meta("du signalement 10:31 au redémarrage 11:14"),
                ],
                spacing=0,
                expand=True,
                tight=True,
            ),
            ft.Icon(I.EDIT_OUTLINED, color=C.ink2),
        ],
        spacing=12,
    )
    footer = ft.Row(
        [
            IconAction(I.ARROW_BACK_ROUNDED, "Retour", nothing, outlined=True, size=52),
            PrimaryButton("Continuer", nothing, trailing_icon=I.ARROW_FORWARD_ROUNDED, expand=True),
        ],
        spacing=10,
    )
    return Page(
        StepHeader("Clôturer", 2, 3, nothing),
        StepTitle("Qu’est-ce qui n’allait pas ?", "Les plus fréquents sur un palettiseur"),
        ChoiceGrid(MODES, mode, set_mode),
        ft.Row([TextLink("Autre mode…", nothing), TextLink("Je ne sais pas", nothing, color=C.ink2)]),
        SectionHeader("Remède"),
        ChoiceChips(REMEDIES, remedy, set_remedy),
        Card(times, on_click=nothing, label="Temps"),
        footer=footer,
    )


VALIDATE = [
    ("Fuite vérin de poussée", "Palettiseur 2 · K. Benali", "11:20", "3e fois", Tone.bad, I.REPLAY_ROUNDED),
    ("Graissage paliers", "Souffleuse 1 · J. Roux", "10:58", "Conforme", Tone.ok, I.CHECK_ROUNDED),
    (
        "Contrôle sécurité mensuel",
        "Convoyeur C-12 · L. Petit",
        "10:12",
        "1 point non conforme",
        Tone.warning,
        I.RULE_ROUNDED,
    ),
    ("Courroie cassée", "Étiqueteuse 3 · K. Benali", "hier", "2 pièces · 84,60 €", Tone.off, I.INVENTORY_2_ROUNDED),
]


@component
def ValidatePage() -> ft.Control:
    picked, set_picked = ft.use_state(0)
    rows = [
        RowCard(
            title,
            meta=meta,
            trailing=when,
            chips=[StatusChip(word, tone, icon=icon)],
            on_click=lambda i=i: set_picked(i),
            selected=i == picked,
            flat=True,
        )
        for i, (title, meta, when, word, tone, icon) in enumerate(VALIDATE)
    ]
    head = ft.Container(
        PageHeader("À valider", trailing=[StatusChip("7", Tone.info, icon=I.FACT_CHECK_ROUNDED)]),
        padding=ft.Padding(left=16, top=18, right=16, bottom=14),
    )
    listing = ft.Column(
        [head, ft.ListView(rows, expand=True)],
        spacing=0,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return TwoPane(listing, ValidateDetail())


@component
def ValidateDetail() -> ft.Control:
    done = Card(
        ft.Column(
            [
                CardHeader("Ce qui a été fait"),
                KeyValues(
                    [
                        ("Mode", "Fuite externe"),
                        ("Remède", "Remplacé : joint vérin Ø63"),
                        ("Note", "Tige légèrement rayée, à surveiller."),
                    ],
                    stacked=True,
                ),
            ],
            spacing=10,
            tight=True,
        )
    )
    photos = Card(
        ft.Column(
            [
                CardHeader("Photos"),
                PhotoGrid(
                    [Photo("a", SQUARE, "avant 10:52"), Photo("b", SQUARE, "", waiting=True)],
                    on_add=nothing,
                    size=88,
                ),
            ],
            spacing=10,
            tight=True,
        )
    )
    return Page(
        ft.Row(
            [
                ft.Column(
                    [
                        Meta("INT-2026-004182 · corrective · Palettiseur 2, Ligne B"),
                        ft.Text("Fuite vérin de poussée", size=25, weight=ft.FontWeight.W_700),
                    ],
                    spacing=2,
                    expand=True,
                ),
                StatusChip("Critique", Tone.bad, icon=I.PRIORITY_HIGH_ROUNDED),
            ]
        ),
        TileGrid(
            [
                StatTile("Arrêt", "43 min", "+ 18 min / habituel", tone=Tone.bad),
                StatTile("Travail", "18 min", "habituel", tone=Tone.ok),
                StatTile("Attente", "25 min", "dont pièce 14 min", tone=Tone.warning),
                StatTile("Coût", "61,40 €", "pièces 38,90 €"),
            ],
            equal=True,
        ),
        TileGrid([done, photos], least=260, most=2),
        Card(
            ft.Column(
                [
                    CardHeader("Pièces", "stock après"),
                    LineItem(
                        "Joint vérin Ø63",
                        meta="JV-63-NBR",
                        trailing=ft.Row(
                            [
                                Strong("2 × 19,45 €"),
                                StatusChip("3 restants, min 4", Tone.warning, icon=I.TRENDING_DOWN_ROUNDED),
                            ],
                            spacing=10,
                            tight=True,
                        ),
                    ),
                ],
                spacing=6,
                tight=True,
            )
        ),
        footer=ActionRow(
            SecondaryButton("Retourner…", nothing, icon=I.UNDO_ROUNDED, expand=2),
            PrimaryButton("Valider et suivant", nothing, icon=I.CHECK_ROUNDED, expand=3),
        ),
        max_width=None,
        padding=26,
    )


def picture(rgb: bytes, side: int = 64) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + crc

    size = side.to_bytes(4, "big")
    head = chunk(b"IHDR", size + size + bytes((8, 2, 0, 0, 0)))
    rows = b"".join(b"\0" + rgb * side for _ in range(side))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


SQUARE = picture(b"\x7d\x93\x9c")

STATES = [
    ("En panne", Tone.bad, None),
    ("En service", Tone.ok, None),
    ("Maintenance", Tone.info, I.BUILD_ROUNDED),
    ("À l’arrêt", Tone.off, None),
    ("Dégradé, provisoire", Tone.warning, None),
]
NAMES = ("Palettiseur", "Souffleuse", "Étiqueteuse", "Convoyeur", "Compresseur", "Tunnel pasteurisateur")
MACHINES = [
    {
        "id": f"m{i}",
        "code": f"EQ-{i:04d}",
        "name": f"{NAMES[i % 6]} {i % 40}",
        "model": ("Newtec P30", "Sidel SBO 10", "Krones Solomodul")[i % 3],
        "line": f"Ligne {'ABC'[i % 3]}",
        "state": STATES[i % 5],
        "crit": "ABC"[i % 3],
        "mtbf": (i * 37) % 4000 if i % 7 else None,
    }
    for i in range(1, 10_001)
]
COLUMNS = [
    Column("code", "Code", lambda m: m["code"], lambda m: m["code"], flex=2),
    Column("name", "Nom", lambda m: m["name"], lambda m: m["name"], flex=4, strong=True),
    Column("model", "Modèle", lambda m: m["model"], lambda m: m["model"], flex=4),
    Column("line", "Ligne", lambda m: m["line"], lambda m: m["line"], flex=2),
    Column(
        "state",
        "État",
        lambda m: StatusChip(m["state"][0], m["state"][1], icon=m["state"][2]),
        flex=4,
    ),
    Column("crit", "Crit.", lambda m: m["crit"], lambda m: m["crit"], width=70),
    Column(
        "mtbf",
        "MTBF",
        lambda m: Cell("Retard 2 j", Tone.bad, strong=True) if m["mtbf"] is None else f"{format_number(m['mtbf'])} h",
        lambda m: m["mtbf"],
        width=110,
        number=True,
    ),
]


@component
def TablePage() -> ft.Control:
    query, set_query = ft.use_state("")
    site, set_site = ft.use_state("n")
    late, set_late = ft.use_state(False)
    chosen, set_chosen = ft.use_state(frozenset({"m1", "m2"}))
    rows = ft.use_memo(lambda: [m for m in MACHINES if query.lower() in m["name"].lower()], [query])
    head = ft.Row(
        [
            ft.Text("Machines", size=25, weight=ft.FontWeight.W_700),
            Meta(f"{format_number(len(MACHINES))} · 3 sites"),
            ft.Container(expand=True),
            ft.Container(
                SearchField(query, set_query, placeholder="Nom, code, modèle, n° de série…"),
                width=360,
            ),
            SecondaryButton("Importer", nothing, icon=I.UPLOAD_FILE_ROUNDED, height=48),
            PrimaryButton("Machine", nothing, icon=I.ADD_ROUNDED, height=48),
        ],
        spacing=10,
    )
    sites = [Choice("n", "Nord"), Choice("s", "Sud")]
    filters = FilterBar(
        [
            FilterMenu("Tous les sites", sites, site, set_site),
            FilterMenu("Ligne", sites, None, nothing),
            FilterChip("En retard", lambda: set_late(not late), active=late, count=12),
            FilterChip("Garantie < 90 j", nothing),
        ],
        TextLink("Colonnes", nothing, color=C.ink2),
    )
    table = Table(
        COLUMNS,
        rows,
        lambda m: m["id"],
        selected=chosen,
        on_select=set_chosen,
        place=use_place(Asked),
        route=lambda key: f"/machines/{key}",
        actions=[
            BulkAction("Imprimer", I.QR_CODE_ROUNDED, nothing),
            BulkAction("Exporter", I.DOWNLOAD_ROUNDED, nothing),
        ],
        sorting=Sorting("name"),
        row_label=lambda m: m["name"],
    )
    return ft.Container(ft.Column([head, filters, table], spacing=12), padding=24, expand=True)


@component
def FormsPage() -> ft.Control:
    form = use_form("gallery", {"name": "Pompe 4"})
    picked, set_picked = ft.use_state(None)
    hours, set_hours = ft.use_state(4870.5)
    on, set_on = ft.use_state(True)
    count, set_count = ft.use_state(2)
    ask = use_confirm()
    is_open, set_open = ft.use_state(False)
    use_sheet(
        Sheet("Retourner à K. Benali", ChoiceChips(REMEDIES, None, nothing), PrimaryButton("Retourner", nothing)) if is_open else None,
        lambda: set_open(False),
    )
    return Page(
        PageHeader("Formulaire", "Rien de ce qui est saisi n’est perdu", on_back=nothing),
        DraftNotice(nothing),
        TextInput("Nom", **form.field("name"), hint="Tel qu’écrit sur la machine"),
        TextInput("Numéro de série", "12-AB", nothing, error="Ce numéro existe déjà"),
        TextInput("Note", "", nothing, lines=3, optional=True, placeholder="Ce qu’il faut savoir"),
        NumberInput("Compteur", hours, set_hours, unit="h"),
        Picker("Mode de défaillance", MODES, picked, set_picked, likely=3),
        ft.Row(
            [
                ft.Container(DateInput("Date", None, nothing), expand=True),
                ft.Container(TimeInput("Heure", None, nothing), expand=True),
            ],
            vertical_alignment=ft.CrossAxisAlignment.START,
        ),
        Segments([Choice("a", "Jour"), Choice("b", "Semaine"), Choice("c", "Mois")], "b", nothing),
        Toggle("Thème sombre", on, set_on, meta="Suit l’appareil"),
        NumberStepper("Quantité", count, set_count),
        QuantityInput("Huile", "1.5", nothing, unit="L"),
        ft.Row(
            [
                PrimaryButton("Enregistrement", nothing, busy=True),
                PrimaryButton("Éteint", None),
                DangerButton(
                    "Supprimer",
                    lambda: ask(Question("Supprimer la pompe P-101 ?", "Son historique reste.", "Supprimer", nothing)),
                ),
                DangerButton("Annuler l’intervention", nothing, quiet=True),
                SecondaryButton("Feuille", lambda: set_open(True)),
            ],
            wrap=True,
        ),
    )


@component
def PadsPage() -> ft.Control:
    typed, set_typed = ft.use_state("12.5")
    signature, set_signature = ft.use_state("")
    return Page(
        PageHeader("Saisie"),
        NumberPad(typed, set_typed, signed=True),
        SignaturePad(signature, set_signature),
        Meta(signature[:60]),
    )


@component
def Fragile() -> ft.Control:
    message = "broken on purpose"
    raise RuntimeError(message)


@component
def StatesPage() -> ft.Control:
    return Page(
        PageHeader("États", trailing=[SyncChip(SyncState("refused", 1), nothing)]),
        ft.Row([Avatar("Karim Benali"), Avatar("Julie Roux"), Avatar("Mamadou Diallo")]),
        ft.Row([StatusChip(word, tone, icon=icon) for word, tone, icon in STATES], wrap=True),
        Progress("Première synchronisation", 1240, 5400),
        LoadBar(38, 35, label="Charge"),
        Bars([Bar(f"M{month}", month % 4, str(month % 4)) for month in range(13)], label="Consommation"),
        Fragile(),
        SkeletonList(2),
        EmptyState(
            I.PRECISION_MANUFACTURING_ROUNDED,
            "Aucune machine pour l’instant",
            "Importez un tableur ou scannez une étiquette vierge.",
            action="Importer",
            on_action=nothing,
        ),
        ErrorState(body="L’historique complet demande le réseau.", on_retry=lambda: toast("Rechargé", undo=nothing)),
    )


@component
def ResultPage() -> ft.Control:
    return ResultScreen(
        "Palettiseur 2",
        "EQ-0147 · Ligne B",
        actions=[PrimaryButton("Ouvrir", nothing), SecondaryButton("Scanner encore", nothing)],
    )


@component
def ChartsPage() -> ft.Control:
    months = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
    shares = (0.94, 0.951, 0.932, None, 0.91, 0.962, 0.97, 0.966, 0.981, 0.93, 0.955, 0.972)
    line = [Point(month, share, "—" if share is None else f"{share:.1%}") for month, share in zip(months, shares, strict=True)]
    downs = [Point(month, float(at * 7 % 31), f"{at * 7 % 31} h") for at, month in enumerate(months)]
    names = ("Presse 4", "Palettiseur 2", "Four de cuisson n° 1 de la ligne B", "Convoyeur 12", "Robot de palettisation", "Compresseur")
    figures = ((14, 2.5), (3, 22), (7, 8), (22, 0.6), (2, 3), (5, 5))
    dots = [Dotted(name, x, y, f"{x} pannes · {y} h", "/equipment") for name, (x, y) in zip(names, figures, strict=True)]
    ranked = [
        Ranked(dot.name, dot.x * dot.y, f"{dot.x * dot.y:.0f} h", "/equipment") for dot in sorted(dots, key=lambda dot: -dot.x * dot.y)
    ]
    costs = [Slice("Novembre", (1240, 860, 3100), "5 200 €", "5 200 €"), Slice("Octobre", (900, 300, 1200), "2 400 €", "2 400 €")]
    hours = lambda value: f"{value:g} h"  # noqa: E731
    return Page(
        PageHeader("Graphiques"),
        Card(Stack(CardHeader("Disponibilité"), Trend(line, label="Disponibilité", said=lambda v: f"{v:.0%}", as_line=True, top=1))),
        Card(Stack(CardHeader("Arrêts"), Trend(downs, label="Arrêts", said=hours))),
        Card(Stack(CardHeader("Coûts"), Stacked(costs, ("Main-d’œuvre", "Pièces", "Arrêts"), said=lambda v: f"{v:.0f} €"))),
        Card(Stack(CardHeader("Pareto"), Pareto(ranked, total=sum(bar.value for bar in ranked), on_open=lambda _: nothing))),
        Card(
            Stack(
                CardHeader("Fréquence et durée"),
                Scatter(
                    dots, label="Fréquence et durée", axes=("Pannes", "Durée moyenne"), said=(lambda v: f"{v:g}", hours), cross=(6, 4),
                    on_open=lambda _: nothing,
                ),
            )
        ),
    )  # fmt: skip


PAGES = {
    "today": TodayPage,
    "machine": MachinePage,
    "close": ClosePage,
    "validate": ValidatePage,
    "table": TablePage,
    "forms": FormsPage,
    "states": StatesPage,
    "result": ResultPage,
    "pads": PadsPage,
    "charts": ChartsPage,
}


@component
def Gallery(start: str) -> ft.Control:
    place, set_place = ft.use_state(start)
    office = start in {"validate", "table"}
    banners: list[ft.Control] = []
    if start == "states":
        banners = [UpdateBanner(nothing)]
    body = PAGES.get(place, TodayPage)()
    return Shell(
        OFFICE if office else TECHNICIAN,
        place,
        set_place,
        lambda: toast("Scanner"),
        body,
        banners=banners,
        bare=start in {"close", "result"},
    )


def main(page: ft.Page) -> None:
    query = parse_qs(urlparse(page.url or "").query) or parse_qs(urlparse(page.route).query)
    set_language(query.get("lang", ["fr"])[0])
    theme = query.get("theme", ["light"])[0]
    apply_theme(page, ft.ThemeMode.DARK if theme == "dark" else ft.ThemeMode.LIGHT)
    environment.install(page)
    page.padding = 0
    page.render(Gallery, query.get("page", ["today"])[0])


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8765
    assets = Path(tempfile.mkdtemp())
    if len(sys.argv) > 2:
        (assets / "fonts").mkdir()
        shutil.copy(sys.argv[2], assets / "fonts" / "inter.woff2")
    ft.run(main, port=port, view=None, assets_dir=str(assets), no_cdn=True)
