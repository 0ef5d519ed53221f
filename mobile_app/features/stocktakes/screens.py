"""The screens of stocktakes, by what their addresses show."""

from mobile_app.features.stocktakes.counting import StocktakePlaceScreen
from mobile_app.features.stocktakes.list import StocktakeListScreen
from mobile_app.features.stocktakes.opening import StocktakeFormScreen
from mobile_app.features.stocktakes.page import StocktakeScreen
from mobile_app.features.stocktakes.review import StocktakeReviewScreen

__all__ = ["StocktakeFormScreen", "StocktakeListScreen", "StocktakePlaceScreen", "StocktakeReviewScreen", "StocktakeScreen"]
