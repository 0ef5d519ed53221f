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
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared_models.base import Command
from tests.parity.shop import Shop

Play = Callable[[Shop], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    name: str
    play: Play
    refused: str | None = None


CASES: dict[type[Command], list[Case]] = defaultdict(list)


def case(kind: type[Command], *, refused: str | None = None) -> Callable[[Play], Play]:
    def register(play: Play) -> Play:
        CASES[kind].append(Case(play.__name__, play, refused))
        return play

    return register
