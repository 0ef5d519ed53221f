"""A store at each site, with shelves by category and bins on them."""

from dataclasses import dataclass
from uuid import UUID

from server.demo.chance import BORN, Dice
from server.demo.plant import Site
from shared_models.inventory.rows import PlaceKind, PlaceRow

SHELVES = "ABCDEFGH"
SIZES = ((8, 9), (6, 7), (4, 7))
"""Shelves, and bins on each, of the three sites of a group."""
CUPBOARD = "Armoire atelier"


@dataclass
class Store:
    """`bins` by shelf; the `cupboard` is where technicians take from when the store is shut."""

    site: Site
    rows: list[PlaceRow]
    bins: list[list[PlaceRow]]
    cupboard: PlaceRow


def store_of(site: Site, seed: int) -> Store:
    dice = Dice(seed, "store", site.index)
    shelves, each = SIZES[site.index % len(SIZES)]
    store = _place(dice, site, "Magasin", PlaceKind.store, None)
    cupboard = _place(dice, site, CUPBOARD, PlaceKind.shelf, store.id)
    rows, bins = [store, cupboard], []
    for letter in SHELVES[:shelves]:
        shelf = _place(dice, site, f"Rayon {letter}", PlaceKind.shelf, store.id)
        bins.append([_place(dice, site, f"{letter}-{number:02d}", PlaceKind.bin, shelf.id) for number in range(1, each + 1)])
        rows += [shelf, *bins[-1]]
    return Store(site, rows, bins, cupboard)


def _place(dice: Dice, site: Site, name: str, kind: PlaceKind, parent_id: UUID | None) -> PlaceRow:
    is_default = kind is PlaceKind.store
    return PlaceRow(
        id=dice.id_at(BORN), site_id=site.id, parent_id=parent_id, name=name, kind=kind, is_default=is_default, is_active=True, version=1
    )
