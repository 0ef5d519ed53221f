"""Numbers as they are sent: finite, of a size that can be kept and computed with, and never a yes or no."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from shared_models.text import written

MOST = 1e12
MOST_WHOLE = 2**31 - 1


def _number(value: Any) -> Any:
    """A yes is no 1, and `1_000` or figures of another width are no number to whoever reads on."""
    if isinstance(value, bool) or (isinstance(value, str) and ("_" in value or not value.isascii())):
        raise ValueError("number_invalid")
    return value


NUMBER = BeforeValidator(_number)

Number = Annotated[float, Field(ge=-MOST, le=MOST, allow_inf_nan=False), NUMBER]
NotNegative = Annotated[float, Field(ge=0, le=MOST, allow_inf_nan=False), NUMBER]
_MONEY = {"anyOf": [{"type": "number", "minimum": 0, "maximum": MOST - 1}, {"type": "string", "pattern": r"^\d{1,12}(\.\d{1,2})?$"}]}
Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2, allow_inf_nan=False), NUMBER, WithJsonSchema(_MONEY)]
Version = Annotated[int, Field(ge=0, le=MOST_WHOLE), NUMBER]
Minutes = Annotated[int, Field(ge=0, le=60 * 24 * 31, description="minutes"), NUMBER]
"""Of somebody's work, in one job."""
SomeMinutes = Annotated[int, Field(ge=1, le=60 * 24 * 31, description="minutes"), NUMBER]


def _scalar(value: Any, most: int) -> str | int | float | bool | None:
    """One value of no fixed kind. Not a union for pydantic to try, whose errors name its own functions instead of the field."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if len(text := written(value)) > most:
            raise ValueError("string_too_long")
        return text
    if not isinstance(value, int | float):
        raise ValueError("value_unfit")  # noqa: TRY004 - pydantic takes a ValueError
    if not -MOST <= value <= MOST:  # nor is what is no number
        raise ValueError("number_invalid")
    return value


def _specified(value: Any) -> str | int | float | bool | None:
    return _scalar(value, 1_000)


def _answered(value: Any) -> str | float | None:
    if isinstance(value, bool):
        raise ValueError("value_unfit")  # noqa: TRY004 - pydantic takes a ValueError
    scalar = _scalar(value, 60_000)
    return float(scalar) if isinstance(scalar, int) else scalar


SPECIFIED, ANSWERED = BeforeValidator(_specified), BeforeValidator(_answered)
Specified = Annotated[str | int | float | bool | None, SPECIFIED]
Answer = Annotated[str | float | None, ANSWERED]
"""What was found at a step: a number, an option, a text, or a drawing."""
