"""Why a command about parts and their stock is refused."""

from shared_models.refusals import Conflict, Forbidden, Invalid


class PartArchived(Conflict):
    code = "part_archived"


class PlaceClosed(Conflict):
    """Nothing new is put where nothing is kept any more."""

    code = "place_closed"


class PlaceInUse(Conflict):
    """Something lies there."""

    code = "place_in_use"


class PlaceOfOtherSite(Invalid):
    """A job takes from the stores of its site."""

    code = "place_of_other_site"


class PlaceNotOfOrder(Invalid):
    """Goods are received at the site that has ordered them."""

    code = "place_not_of_order"


class SamePlace(Invalid):
    code = "same_place"


class QuantityTooFine(Invalid):
    """More decimals than the part is counted in; `decimals` says how many."""

    code = "quantity_too_fine"


class NothingMoves(Invalid):
    """A quantity of none."""

    code = "nothing_moves"


class StockTooLarge(Invalid):
    """More than any stock holds, or is worth: a slip of the keys, in the quantity or in the price."""

    code = "stock_too_large"


class StockInsufficient(Conflict):
    """More than lies there; `available` says how much does."""

    code = "stock_insufficient"


class PartReserved(Conflict):
    """What lies there is held for other jobs; `available` says how much is not."""

    code = "part_reserved"


class MoreThanReserved(Invalid):
    """What lies ready for a job is what it still waits for; `reserved` says how much that is."""

    code = "more_than_reserved"


class MoreThanTaken(Conflict):
    """A job gives back what it has taken; `taken` says how much."""

    code = "more_than_taken"


class BarcodeInUse(Conflict):
    """Another part has it; `part` is that one's number."""

    code = "barcode_in_use"


class CurrencyDiffers(Invalid):
    """Amounts of two currencies cannot be added; `currency` is the part's."""

    code = "currency_differs"


class CurrencyInUse(Conflict):
    """What is in stock has been paid in it."""

    code = "currency_in_use"


class UnitInUse(Conflict):
    """What is in stock has been counted in it."""

    code = "unit_in_use"


class JobsOnly(Forbidden):
    """Who does not keep the stock takes parts for a job."""

    code = "stock_jobs_only"


class PlaceKindUnfit(Invalid):
    """A shelf stands in a store, a bin on a shelf or in a store."""

    code = "place_kind_unfit"


class PartOfItself(Invalid):
    code = "part_of_itself"


class FieldNeeded(Invalid):
    """What this kind of movement cannot do without."""

    code = "field_needed"
