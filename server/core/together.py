"""What many ask for at once, each one thing, is asked for once for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from typing import Any, Generic, TypeVar

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


class InTurns:
    """Of those who have the same question, one asks; whoever comes meanwhile is answered by the next answer.

    That one may have begun before what they have come for.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, list[asyncio.Future[Any]]] = {}
        """Behind the question that is being asked."""
        self._asking: set[asyncio.Task[None]] = set()

    async def ask(self, question: Hashable, ask: Callable[[], Awaitable[V]]) -> V:
        if question in self._waiting:
            answer: asyncio.Future[V] = asyncio.get_running_loop().create_future()
            self._waiting[question].append(answer)
            return await answer
        self._waiting[question] = []
        try:
            return await ask()
        finally:
            self._go_on(question, ask)

    def _go_on(self, question: Hashable, ask: Callable[[], Awaitable[Any]]) -> None:
        if waiting := [each for each in self._waiting.pop(question) if not each.done()]:
            self._waiting[question] = []
            task = asyncio.create_task(self._ask_for(waiting, question, ask))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _ask_for(self, waiting: Collection[asyncio.Future[Any]], question: Hashable, ask: Callable[[], Awaitable[Any]]) -> None:
        try:
            answer = await ask()
        except BaseException as error:
            for each in waiting:
                if not each.done():
                    each.set_exception(error) if isinstance(error, Exception) else each.cancel()
            if not isinstance(error, Exception):
                raise
        else:
            for each in waiting:
                if not each.done():
                    each.set_result(answer)
        finally:
            self._go_on(question, ask)
