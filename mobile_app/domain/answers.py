"""What the server alone can say: what it said last at once, then what it says now."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Generic, NamedTuple, TypeVar

import flet as ft
from pydantic import ValidationError

from mobile_app.core.errors import ClientError, ProblemError, StoreTrouble
from mobile_app.domain.context import use_client
from mobile_app.ui.hooks import Async, use_async, use_live
from shared_models.base import Row

R = TypeVar("R", bound=Row)
T = TypeVar("T")
_NOT_THEIRS = frozenset({403, 404})


class Answer(NamedTuple, Generic[R]):
    """`data` may be what was said last: then `error` tells why there is nothing newer, or it is still on its way."""

    data: R | None
    error: Exception | None
    is_loading: bool
    reload: Callable[[], None]


def use_answer(model: type[R], path: str) -> Answer[R]:
    """Asked again when the network is back; what the server says is not theirs to know is forgotten."""
    client = use_client()
    is_offline = use_live(client.sync).status.offline_since is not None

    async def remember() -> tuple[str, R | None]:
        return path, _read(model, await client.kept.of(path))

    async def ask() -> tuple[str, R | None, ClientError | None]:
        try:
            body = await client.api.get(path)
        except ClientError as error:
            if isinstance(error, ProblemError) and error.status in _NOT_THEIRS:
                with suppress(StoreTrouble):
                    await client.kept.forget(path)
                return path, None, error
            return path, _read(model, await client.kept.of(path)), error
        with suppress(StoreTrouble):
            await client.kept.keep(path, body, client.now())
        return path, model.model_validate(body), None

    known, told = use_async(remember, [path]), use_async(ask, [path, is_offline])
    now = told.data if told.data and told.data[0] == path else None
    last = known.data[1] if known.data and known.data[0] == path else None
    data, error = now[1:] if now else (last, None)
    return Answer(data, error or told.error, told.loading or (known.loading and data is None), told.reload)


def use_server(fn: Callable[[], Awaitable[T]], deps: Sequence[Any] = ()) -> Async[T]:
    """As `use_async`, for what only the server knows: what could not be had is asked for again when the network is back.

    Once: what fails after that waits for who asks again.
    """
    is_online = use_live(use_client().sync).status.offline_since is None
    answer = use_async(fn, deps)

    def ask_again() -> None:
        if is_online and answer.error is not None:
            answer.reload()

    ft.use_effect(ask_again, [is_online])
    return answer


def _read(model: type[R], body: Any) -> R | None:
    """None for what another version of the app has kept."""
    try:
        return model.model_validate(body) if body else None
    except ValidationError:
        return None
