"""Why a command about an order is refused."""

from shared_models.refusals import Conflict, Invalid


class OrderPlaced(Conflict):
    """It is with the supplier, or over: its lines stay as they are."""

    code = "order_placed"


class OrderNotPlaced(Conflict):
    """Nothing comes on an order that nobody has sent."""

    code = "order_not_placed"


class OrderEmpty(Invalid):
    code = "order_empty"


class OrderOver(Conflict):
    """Closed or cancelled already."""

    code = "order_over"


class OrderBegun(Conflict):
    """Something has come: the rest can be closed, the order not be cancelled."""

    code = "order_begun"


class PartNotOrdered(Invalid):
    """The order has no line of it."""

    code = "part_not_ordered"


class CurrenciesMixed(Invalid):
    """`currency` is the one of the first line."""

    code = "currencies_mixed"


class SupplierArchived(Conflict):
    code = "supplier_archived"
