"""What many ask for at once, each one thing, is asked for once for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Together(Generic[K, V]):
    """`ask` is given all the keys that were wanted within one turn of the event loop."""

    def __init__(self, ask: Callable[[Collection[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._ask = ask
        self._asked: asyncio.Task[Mapping[K, V]] | None = None
        self._keys: set[K] = set()

    async def get(self, key: K) -> V | None:
        """None where there is none; whatever goes wrong goes wrong for all who asked."""
        if self._asked is None:
            self._keys = set()
            self._asked = asyncio.create_task(self._answer(self._keys))
        asked = self._asked
        self._keys.add(key)
        await asyncio.wait([asked])  # one who leaves takes it from nobody else
        return asked.result().get(key)

    async def _answer(self, keys: set[K]) -> Mapping[K, V]:
        await asyncio.sleep(0)
        self._asked = None
        return await self._ask(keys)
