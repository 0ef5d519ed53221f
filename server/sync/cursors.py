"""Pull cursors: opaque to devices. Everything below a scope's `low` transaction number has been delivered.

A *sweep* delivers what changed from the lows on, page by page; when it ends, the lows become the number that was
`pg_snapshot_xmin` when it began, so a transaction that was still open then is looked at again.

A cursor also says what it has seen of the database: up to which position of the log, in which run of the server. A database
restored to an older state has lost that run, or has left it before that position.
"""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

SHELF_LIFE = timedelta(days=90)  # tombstones and receipts are kept as long
SKEW = timedelta(days=1)
"""How far ahead of this node's the clock may be that a cursor was dated by: another node's, or ours before it was set back."""
_FORMAT = 2
END = 2**62  # a bigint, with room above
T = TypeVar("T")


def replace(one: T, **values: Any) -> T:
    """As `dataclasses.replace`, in a fifth of the time."""
    other = object.__new__(type(one))
    other.__dict__.update(one.__dict__, **values)
    return other


@dataclass(frozen=True)
class Sweep:
    """Where a sweep stands: the source it reads, and the last `(sync_xid, key)` it has delivered from there.

    `order` names the sources and their order: another version of this program may have others.
    """

    high: int
    order: int
    source: int = 0
    after_xid: int = 0
    after_key: str | None = None
    done: int = 0
    total: int | None = None


@dataclass(frozen=True)
class Cursor:
    """`low` is the position for everyone's rows, `lows` those of the sites; 0 has nothing yet. `at`: when the lows were set.

    `sees_all`: whether the person saw all sites, and with them people who belong to none.
    """

    epoch: UUID
    user_id: UUID
    at: int
    run: UUID
    seen: int = 0
    sees_all: bool = False
    low: int = 0
    lows: dict[UUID, int] = field(default_factory=dict)
    sweep: Sweep | None = None

    def begin(self, high: int, order: int, sites: frozenset[UUID]) -> "Cursor":
        """Start a sweep of these sites too: one that was not there before begins with nothing."""
        gained = sites.difference(self.lows)
        return replace(self, lows=self.lows | dict.fromkeys(gained, 0) if gained else self.lows, sweep=Sweep(high, order))

    def end(self, at: int, sites: frozenset[UUID]) -> "Cursor":
        assert self.sweep is not None
        high, lows = self.sweep.high, dict.fromkeys(self.lows, self.sweep.high)
        for gone in set(lows).difference(sites):
            del lows[gone]
        return replace(self, at=at, low=high, lows=lows, sweep=None)

    def has_seen(self, run: UUID, position: int) -> "Cursor":
        if run == self.run and position <= self.seen:
            return self
        return replace(self, run=run, seen=max(self.seen, position) if run == self.run else position)

    def from_low(self, low: int) -> "Cursor":
        """Where there is nothing for it below `low`."""
        if low <= self.lowest:
            return self
        return replace(self, low=max(self.low, low), lows={site: max(own, low) for site, own in self.lows.items()})

    def seen_by(self, *, sees_all: bool) -> "Cursor":
        """Who has come to see all sites, or sees them no more, loads what is everyone's again."""
        return self if sees_all == self.sees_all else replace(self, sees_all=sees_all, low=0, sweep=None)

    def swept_in(self, order: int) -> "Cursor":
        """A sweep in another order begins again."""
        return self if self.sweep is None or self.sweep.order == order else replace(self, sweep=None)

    def without(self, sites: Iterable[UUID]) -> "Cursor":
        if not (lost := set(sites)):
            return self
        return replace(self, lows={site: low for site, low in self.lows.items() if site not in lost})

    def tombstones_from(self, before: "Cursor") -> "Cursor":
        """Where to read tombstones from, of each scope that is loaded anew, since its load brings none. 0: not asked.

        What was being loaded before came with a sweep, and may have gone since that began.
        """
        high = before.sweep.high if before.sweep else 0
        return replace(self, low=0 if self.low else before.low or high, lows={site: 0 if low else high for site, low in self.lows.items()})

    @property
    def lowest(self) -> int:
        return min([self.low, *self.lows.values()])

    @property
    def is_even(self) -> bool:
        return all(low == self.low for low in self.lows.values())

    @property
    def is_first_load(self) -> bool:
        """Of everything, or of a site."""
        return self.low == 0 or 0 in self.lows.values()

    def encode(self) -> str:
        positions, sweep = sorted(set(self.lows.values())), self.sweep
        groups = [
            [low, _packed_all(frozenset(self.lows if len(positions) == 1 else (site for site, own in self.lows.items() if own == low)))]
            for low in positions
        ]  # fmt: skip
        plain: list[Any] = [
            _FORMAT, _packed(self.epoch), _packed(self.user_id), self.at, self.low, groups,
            _packed(self.run), self.seen, int(self.sees_all),
            sweep and [sweep.high, sweep.order, sweep.source, sweep.after_xid, sweep.after_key, sweep.done, sweep.total],
        ]  # fmt: skip
        return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(text: str) -> Cursor | None:
    """None for anything that is not a cursor of ours."""
    try:
        plain = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        number, epoch, user_id, at, low, groups, run, seen, sees_all, sweep = plain
        if number != _FORMAT:
            return None
        lows: dict[UUID, int] = {}
        for position, ids in groups:
            lows |= dict.fromkeys(_unpacked_all(ids), _number(position))
        return Cursor(
            _unpacked(epoch), _unpacked(user_id), _number(at), _unpacked(run), _number(seen), bool(_number(sees_all)), _number(low), lows,
            _sweep(sweep) if sweep else None,
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, binascii.Error, RecursionError):
        return None


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < END:
        raise ValueError("number")
    return value


_PACKED_LENGTH = 22


@lru_cache(4096)
def _packed(value: UUID) -> str:
    return base64.urlsafe_b64encode(value.bytes).decode().rstrip("=")


@lru_cache(64)
def _packed_all(values: frozenset[UUID]) -> str:
    return "".join(map(_packed, sorted(values)))


@lru_cache(4096)
def _unpacked(text: str) -> UUID:
    return UUID(bytes=base64.urlsafe_b64decode(text + "=="))


@lru_cache(64)
def _unpacked_all(texts: str) -> dict[UUID, None]:
    """Their hashes are known to who makes a dictionary of it."""
    return dict.fromkeys(_unpacked(texts[start : start + _PACKED_LENGTH]) for start in range(0, len(texts), _PACKED_LENGTH))


def _sweep(parts: list[Any]) -> Sweep:
    high, order, source, after_xid, after_key, done, total = parts
    if after_key is not None and not isinstance(after_key, str):
        raise ValueError("key")
    counted = None if total is None else _number(total)
    return Sweep(_number(high), _number(order), _number(source), _number(after_xid), after_key, _number(done), counted)
