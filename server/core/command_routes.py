"""A command's endpoint, in one line.

command(router, "POST", "/parts/{part_id}/count", CountStock, row_of(PART, "part_id"))
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response, status

from server.core.access import Actor, require
from server.core.clock import now
from server.core.commands import run
from server.core.database import Session, SessionDep
from server.core.held import Held
from server.core.sql import JSON
from shared_models.base import Command, Row

_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Answer:
    """`read` gives the JSON text of `model`, as devices get it, once the command is carried out."""

    model: type[Row]
    read: Callable[[Session, Any], Awaitable[str]]


def row_of(held: Held, key: str) -> Answer:
    """The row whose id the command has in the field `key`."""
    return Answer(held.row, lambda session, cmd: held.written(session, getattr(cmd, key)))


def command(
    router: APIRouter, method: str, path: str, kind: type[Command], answer: Answer | None = None, *, status_code: int = status.HTTP_200_OK
) -> None:  # fmt: skip
    """Ids of the path are the command's. One that deletes has no body: all that it says stands in its address."""
    names = re.findall(r"{(\w+)}", path)
    has_body = method != "DELETE"
    code = status_code if answer else status.HTTP_204_NO_CONTENT

    async def endpoint(**given: Any) -> Response:
        cmd = given["cmd"] if has_body else kind(occurred_at=now(), **{name: given[name] for name in names})
        await run(given["session"], given["actor"], cmd)
        return Response(await answer.read(given["session"], cmd), code, media_type=JSON) if answer else Response(status_code=code)

    declared = {"actor": Annotated[Actor, require(*kind.needs)], "session": SessionDep, **dict.fromkeys(names, UUID)}
    declared |= {"cmd": kind} if has_body else {}
    endpoint.__signature__ = Signature(  # type: ignore[attr-defined]
        [Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation) for name, annotation in declared.items()]
    )
    endpoint.__name__ = _WORD.sub("_", kind.__name__).lower()
    endpoint.__doc__ = kind.__doc__
    router.add_api_route(path, endpoint, methods=[method], status_code=code, response_model=answer.model if answer else None)
