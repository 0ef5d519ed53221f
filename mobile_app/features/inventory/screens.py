"""The screens of spare parts, by what their addresses show."""

from mobile_app.features.inventory.form import PartFormScreen
from mobile_app.features.inventory.incoming import GoodsInScreen, LinkScreen
from mobile_app.features.inventory.keeping import CategoriesScreen, StoresScreen, SuppliersScreen
from mobile_app.features.inventory.list import PartListScreen
from mobile_app.features.inventory.part import PartScreen
from mobile_app.features.inventory.store import StoreScreen

__all__ = [
    "CategoriesScreen", "GoodsInScreen", "LinkScreen", "PartFormScreen", "PartListScreen", "PartScreen", "StoreScreen", "StoresScreen",
    "SuppliersScreen",
]  # fmt: skip
