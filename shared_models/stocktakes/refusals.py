"""Why a command about a stocktake is refused."""

from shared_models.refusals import Conflict, Invalid


class StocktakeOver(Conflict):
    """Approved or cancelled already."""

    code = "stocktake_over"


class StocktakeCounting(Conflict):
    """Nobody has said that the counting is done."""

    code = "stocktake_counting"


class StocktakeMovedOn(Conflict):
    """Somebody has counted since it was looked at."""

    code = "stocktake_moved_on"


class StocktakeEmpty(Conflict):
    """Nobody has counted anything: it can be cancelled."""

    code = "stocktake_empty"


class PlaceElsewhere(Invalid):
    """A stocktake is of one site."""

    code = "stocktake_place_elsewhere"


class PlaceNotCounted(Invalid):
    """It is none of the places of this stocktake."""

    code = "stocktake_place_not_chosen"
