"""The numbers that the demonstration gives."""

from collections import Counter
from datetime import datetime


class Numbers:
    """`INT-2026-000001` and so on, a series a year."""

    def __init__(self) -> None:
        self.last: Counter[str] = Counter()

    def next(self, prefix: str, at: datetime, digits: int = 6) -> str:
        series = f"{prefix}-{at.year}"
        self.last[series] += 1
        return f"{series}-{self.last[series]:0{digits}d}"
