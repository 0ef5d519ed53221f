"""Spare parts in the words of the screens: how many there are, where they lie, what they cost, which one is meant."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_exact, measure, t
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import dotted, natural, site_name
from mobile_app.domain.marks import Mark
from mobile_app.domain.views import by_label
from mobile_app.ui.choices import Choice
from mobile_app.ui.theme import Tone
from shared_models.equipment.rows import EquipmentRow
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory.quantities import NONE
from shared_models.inventory.rows import JobPartRow, PartRow, PlaceRow, StockRow, stock_id
from shared_models.labels.codes import label_code_in, normalise

LOW: Final = Mark("domain.stock.low", Tone.warning, ft.Icons.TRENDING_DOWN_ROUNDED)
OUT: Final = Mark("domain.stock.out", Tone.bad, ft.Icons.REMOVE_SHOPPING_CART_ROUNDED)
TO_COUNT: Final = Mark("domain.stock.to_count", Tone.info, ft.Icons.FACT_CHECK_ROUNDED)
ARCHIVED: Final = Mark("domain.stock.archived", Tone.off, ft.Icons.ARCHIVE_OUTLINED)
ICON: Final = ft.Icons.INVENTORY_2_OUTLINED
LONGEST_BARCODE: Final = 100
_ONE_BY_ONE: Final = 200
"""Parts whose stocks are looked up singly: who asks about more asks about all."""


@dataclass(frozen=True, eq=False)
class Kept:
    """A part, and what the sites that are looked at have of it."""

    part: PartRow
    stocks: tuple[StockRow, ...]

    @property
    def on_hand(self) -> Decimal:
        return sum((stock.on_hand for stock in self.stocks), NONE)

    @property
    def on_order(self) -> Decimal:
        return sum((stock.on_order for stock in self.stocks), NONE)

    @property
    def minimum(self) -> Decimal:
        """Of all these sites together; the part's own where none keeps it."""
        return sum((minimum_of(stock, self.part) for stock in self.stocks), NONE) if self.stocks else self.part.minimum_stock

    @property
    def is_low(self) -> bool:
        return any(stock.low_since for stock in self.stocks)

    @property
    def is_to_count(self) -> bool:
        return any(stock.to_count for stock in self.stocks)

    @property
    def marks(self) -> list[Mark]:
        """What is worth knowing, most important first."""
        if not self.part.is_active:
            return [ARCHIVED]
        out = [OUT] if self.is_low and self.on_hand <= 0 else []
        low = [LOW] if self.is_low and not out else []
        return [*out, *low, *([TO_COUNT] if self.is_to_count else [])]


def minimum_of(stock: StockRow, part: PartRow) -> Decimal:
    return part.minimum_stock if stock.minimum is None else stock.minimum


def amount(part: PartRow, quantity: Decimal) -> str:
    """`3`, `0,3 L`."""
    return measure(format_exact(quantity), part.unit)


# Where


def stock_at(client: Client, part_id: UUID, site_id: UUID) -> StockRow | None:
    return client.tables.stocks.get(stock_id(part_id, site_id))


class Stores:
    """What all sites in sight have of parts, or one site: looked up part by part, or of all at once for who asks about many."""

    def __init__(self, client: Client, site: UUID | None = None) -> None:
        self._client = client
        self._sites = [site] if site else sorted(client.sites.rows, key=lambda row_id: natural(site_name(client, row_id)))
        self._found: dict[UUID, tuple[StockRow, ...]] = {}
        self._has_all = False

    def of(self, part: PartRow) -> Kept:
        if part.id not in self._found and not self._has_all:
            if len(self._found) < _ONE_BY_ONE:
                found = (stock_at(self._client, part.id, row_id) for row_id in self._sites)
                self._found[part.id] = tuple(stock for stock in found if stock is not None)
            else:
                self._find_all()
        return Kept(part, self._found.get(part.id, ()))

    def _find_all(self) -> None:
        found = defaultdict[UUID, list[StockRow]](list)
        for stock in self._client.tables.stocks.having(site_id=self._sites):
            found[stock.part_id].append(stock)
        place = {site: at for at, site in enumerate(self._sites)}
        self._found = {part_id: tuple(sorted(own, key=lambda stock: place[stock.site_id])) for part_id, own in found.items()}
        self._has_all = True


def kept_one(client: Client, part: PartRow, site: UUID | None = None) -> Kept:
    return Stores(client, site).of(part)


def low_ones(client: Client) -> list[StockRow]:
    """Without reading the others, of which there may be many thousands."""
    return [stock for stock in client.tables.stocks.rows.mentioning('"low_since":"') if stock.low_since]


def ones_to_count(client: Client) -> list[StockRow]:
    return [stock for stock in client.tables.stocks.rows.mentioning('"count_since":"') if stock.to_count]


def place_name(client: Client, place_id: UUID) -> str:
    """`Magasin › Étagère 3 › Bac 12`; a site has few places, which lie in few others."""
    return " › ".join(place_path(client, place_id)) or t("parts.place_unknown")


def bin_first(client: Client, place_id: UUID) -> str:
    """`Bac 12 · Étagère 3 · Magasin`, for where only the beginning may have room."""
    return dotted(*reversed(place_path(client, place_id))) or t("parts.place_unknown")


def place_path(client: Client, place_id: UUID) -> list[str]:
    """Its own name after those of what it lies in; nothing for a place that is not on the device."""
    names: list[str] = []
    place = client.tables.places.get(place_id)
    while place is not None and len(names) < 3:  # noqa: PLR2004 - store, shelf, bin
        names.insert(0, place.name)
        place = client.tables.places.get(place.parent_id)
    return names


def whole_place(client: Client, place: PlaceRow) -> str:
    """With its site, for who has several."""
    return dotted(place_name(client, place.id), site_name(client, place.site_id))


def lies(client: Client, own: Kept) -> str:
    """Where there is some of it; else where the part's own words say that it belongs. Of several places the names alone."""
    some = [at.place_id for stock in own.stocks for at in stock.places if at.quantity > 0]
    if len(some) == 1:
        return place_name(client, some[0])
    rows = (client.tables.places.get(place_id) for place_id in some)
    return ", ".join(dict.fromkeys(row.name for row in rows if row)) or own.part.location


def places_at(client: Client, site_id: UUID | None = None) -> list[PlaceRow]:
    """Those in use, of a site or of all in sight: the default first, then by name."""
    wanted = {"site_id": [site_id]} if site_id else {}
    rows = client.tables.places.having(is_active=[True], **wanted)
    return sorted(rows, key=lambda place: (not place.is_default, natural(whole_place(client, place))))


def places_to_choose(client: Client, places: Iterable[PlaceRow], part: PartRow | None = None) -> list[Choice]:
    """With how much lies there, where a part is meant."""
    choices = []
    for place in places:
        stock = stock_at(client, part.id, place.site_id) if part else None
        note = amount(part, stock.at(place.id).quantity) if part and stock else ""
        choices.append(Choice(str(place.id), whole_place(client, place), note=note))
    return choices


def places_with(client: Client, part: PartRow, site_id: UUID) -> list[PlaceRow]:
    """Where a hand would go for it: where there is some, the most first; else the site's default place."""
    stock = stock_at(client, part.id, site_id)
    some = sorted((at for at in (stock.places if stock else []) if at.quantity > 0), key=lambda at: -at.quantity)
    found = [place for at in some if (place := client.tables.places.get(at.place_id))]
    return found or places_at(client, site_id)[:1]


# Which


def printed(said: str) -> str:
    """A barcode as it is kept: without what separates its fields, and nobody sees; empty for what is too long to be one."""
    code = "".join(char for char in said if char.isprintable()).strip()
    return code if len(code) <= LONGEST_BARCODE else ""


def part_said(client: Client, said: str) -> PartRow | None:
    """By its label, by the code that its maker printed on it, or by its own number however it is dashed; None when several could be
    meant.
    """
    code, wanted = printed(said), normalise(said)
    rows = client.tables.parts.rows
    label = label_code_in(said)
    if label and (labelled := by_label(rows.mentioning(label), label)):
        return labelled
    if not wanted:
        return None
    figures = max(re.findall(r"\d+", wanted), key=len, default="")
    for some in (rows.mentioning(figures) if figures else (), rows.values()):  # all of them only where nothing is found without
        found = [part for part in some if code in part.barcodes] or [part for part in some if normalise(part.part_number) == wanted]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def fits(part: PartRow, machine: EquipmentRow) -> bool:
    return machine.id in part.equipment_ids or (machine.class_id is not None and machine.class_id in part.class_ids)


def parts_of(client: Client, machine: EquipmentRow) -> list[PartRow]:
    """What fits it: for it alone first, then what its class takes."""
    rows = client.tables.parts.rows
    named = [rows.mentioning(str(row_id)) for row_id in (machine.id, machine.class_id) if row_id]
    found = {part.id: part for some in named for part in some if part.is_active and fits(part, machine)}.values()
    return sorted(found, key=lambda part: (machine.id not in part.equipment_ids, natural(part.name)))


def taken_by(client: Client, job_id: UUID) -> list[JobPartRow]:
    """What a job has of the stock now."""
    rows = [row for row in client.tables.job_parts.having(intervention_id=[job_id]) if row.quantity_used > 0]
    return sorted(rows, key=lambda row: natural(part_name(client, row.spare_part_id)))


def part_name(client: Client, part_id: UUID) -> str:
    part = client.tables.parts.get(part_id)
    return part.name if part else t("parts.unknown")


def likely_for(client: Client, job: InterventionRow) -> list[PartRow]:
    """What a job probably takes: what fits its machine, what earlier jobs of the machine took; what there is before what there is not."""
    machine = client.equipment.get(job.equipment_id)
    fitting = parts_of(client, machine) if machine else []
    taken: dict[UUID, int] = defaultdict(int)
    for row in client.tables.job_parts.having(equipment_id=[job.equipment_id]):
        taken[row.spare_part_id] += 1
    known = {part.id for part in fitting}
    earlier = [part for part_id in taken if part_id not in known and (part := client.tables.parts.get(part_id)) and part.is_active]

    def there(part: PartRow) -> bool:
        stock = stock_at(client, part.id, job.site_id)
        return stock is not None and stock.on_hand > 0

    first = sorted(fitting, key=lambda part: (not there(part), -taken[part.id]))
    return [*first, *sorted(earlier, key=lambda part: -taken[part.id])]
