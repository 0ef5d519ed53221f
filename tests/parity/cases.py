"""What is carried out without a network, for every command; `of_*.py` hold the cases of a domain each.

A case brings the server into a state in which its command applies, goes `offline`, and carries it out:

    @case(HoldIntervention)
    async def of_a_running_job(shop: Shop) -> None:
        job = await shop.add_job(start=True)
        await shop.offline()
        await shop.do(HoldIntervention, intervention_id=job, reason="Pièce")

With `refused`, a code, device and server both leave everything as it was.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from shared_models.base import Command
from tests.parity.shop import Shop

Play = Callable[[Shop], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    name: str
    play: Play
    refused: str | None = None


CASES: dict[type[Command], list[Case]] = defaultdict(list)


def case(kind: type[Command], *, refused: str | None = None, each: Mapping[str, Any] = MappingProxyType({})) -> Callable[[Any], Any]:
    """With `each`, a case for every one of these, which the play is given."""

    def register(play: Any) -> Any:
        if not each:
            CASES[kind].append(Case(play.__name__, play, refused))
        CASES[kind] += [Case(f"{play.__name__}-{name}", partial(play, given=given), refused) for name, given in each.items()]
        return play

    return register
