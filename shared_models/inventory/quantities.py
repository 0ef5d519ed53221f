"""Quantities, prices and amounts: exact decimals, sent as strings or numbers, kept as the database keeps them.

A quantity has the decimals that its part counts in, three at most; a price has four, since screws are bought by the thousand.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from shared_models.numbers import NUMBER

NONE = Decimal(0)
FINEST = 3
_PRICE_STEP = Decimal("0.0001")
_MOST_OF_A_PART = 10**8
MOST_ON_HAND, MOST_WORTH = Decimal(10) ** 11, Decimal(10) ** 14
"""From here on, no stock is kept."""


def _schema(pattern: str, least: float) -> Any:
    return WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": least, "maximum": _MOST_OF_A_PART}, {"type": "string", "pattern": pattern}]}
    )


_EXACT = {"max_digits": 12, "decimal_places": FINEST, "allow_inf_nan": False}
_MORE_THAN_NONE = r"^([1-9]\d{0,7}(\.\d{1,3})?|0\.([1-9]\d{0,2}|0[1-9]\d?|00[1-9]))$"
Quantity = Annotated[Decimal, Field(gt=0, le=_MOST_OF_A_PART, **_EXACT), NUMBER, _schema(_MORE_THAN_NONE, 0.001)]
"""Of the part's unit; more than none."""
Counted = Annotated[Decimal, Field(ge=0, le=_MOST_OF_A_PART, **_EXACT), NUMBER, _schema(r"^\d{1,8}(\.\d{1,3})?$", 0)]
Difference = Annotated[
    Decimal, Field(ge=-_MOST_OF_A_PART, le=_MOST_OF_A_PART, **_EXACT), NUMBER, _schema(r"^-?\d{1,8}(\.\d{1,3})?$", -_MOST_OF_A_PART)
]
Price = Annotated[
    Decimal, Field(ge=0, le=_MOST_OF_A_PART, max_digits=14, decimal_places=4, allow_inf_nan=False), NUMBER,
    _schema(r"^\d{1,8}(\.\d{1,4})?$", 0),
]  # fmt: skip
"""Of one unit."""


def priced(quantity: Decimal, price: Decimal) -> Decimal:
    """The amount, to a hundredth of a cent, halves to the even neighbour."""
    return (quantity * price).quantize(_PRICE_STEP, ROUND_HALF_EVEN)


def each(amount: Decimal, quantity: Decimal) -> Decimal:
    """What one is worth of a quantity that is worth so much."""
    return (amount / quantity).quantize(_PRICE_STEP, ROUND_HALF_EVEN)


def share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """Of an amount for `whole`, what falls to `part`; all of it to all."""
    return amount if part == whole else (amount * part / whole).quantize(_PRICE_STEP, ROUND_HALF_EVEN)


def plain(quantity: Decimal) -> str:
    """As a refusal says it."""
    return f"{quantity.normalize():f}"


def has_more_decimals(quantity: Decimal, decimals: int) -> bool:
    return quantity != round(quantity, decimals)
