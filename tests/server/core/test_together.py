import asyncio

import pytest

from server.core.together import InTurns


class Question:
    """Answered when it is let go on."""

    def __init__(self) -> None:
        self.begun: list[asyncio.Event] = []

    async def ask(self) -> int:
        number, let_go = len(self.begun), asyncio.Event()
        self.begun.append(let_go)
        await let_go.wait()
        if number == 2:
            raise TimeoutError
        return number

    async def answer(self, number: int) -> None:
        await asyncio.sleep(0)
        self.begun[number].set()
        await asyncio.sleep(0)


async def test_who_asks_while_somebody_does_is_answered_by_what_begins_later() -> None:
    question, turns = Question(), InTurns()
    asked = [asyncio.ensure_future(turns.ask("now", question.ask)) for _ in range(3)]
    other = asyncio.ensure_future(turns.ask("other", question.ask))
    await question.answer(0)
    assert await asked[0] == 0
    asked[1].cancel()
    late = asyncio.ensure_future(turns.ask("now", question.ask))
    await asyncio.sleep(0)
    assert len(question.begun) == 3  # the other one, and for those who have waited
    await question.answer(1)
    assert await other == 1
    await question.answer(2)
    with pytest.raises(TimeoutError):
        await asked[2]
    assert not late.done()
    await question.answer(3)
    assert await late == 3


async def test_who_leaves_takes_the_answer_from_nobody() -> None:
    question, turns = Question(), InTurns()
    first, second = (asyncio.ensure_future(turns.ask("now", question.ask)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    await question.answer(1)
    assert await second == 1
