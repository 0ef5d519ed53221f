"""Statements put together out of what a list is asked for: their parameters, and the conditions that name them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Parameters:
    """Values in the order in which the statement names them."""

    args: list[Any] = field(default_factory=list)

    def bind(self, value: object) -> str:
        """The name, as in `$1`, that stands for `value`."""
        self.args.append(value)
        return f"${len(self.args)}"


@dataclass
class Conditions(Parameters):
    conditions: list[str] = field(default_factory=list)

    @property
    def where(self) -> str:
        return " and ".join(self.conditions) or "true"


def literally(word: str) -> str:
    """`word` as a part of a LIKE pattern in which nothing is a wildcard."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
