"""A command's endpoint, in one line.

command(router, "POST", "/parts/{part_id}/count", CountStock, row_of(PART, "part_id"))
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response, status
from pydantic import TypeAdapter, ValidationError

from server.core.access import Actor, Requirement, require
from server.core.clock import now
from server.core.commands import run
from server.core.database import SESSION, Session, SessionDep, database_of
from server.core.held import Held
from server.core.sql import Written
from shared_models.base import Command, Row

_ID = TypeAdapter(UUID)
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Answer:
    """`read` gives the JSON text of `model`, as devices get it, once the command is carried out."""

    model: type[Row]
    read: Callable[[Session, Any], Awaitable[str]]


def row_of(held: Held, key: str) -> Answer:
    """The row whose id the command has in the field `key`."""
    return Answer(held.row, lambda session, cmd: held.written(session, getattr(cmd, key)))


class _Endpoint:
    """Of one kind of command: as the framework knows it, which describes it and words what it refuses, and without its detours."""

    def __init__(self, kind: type[Command], names: list[str], answer: Answer | None, code: int, *, has_body: bool) -> None:
        self.__name__ = _WORD.sub("_", kind.__name__).lower()
        self.__doc__ = kind.__doc__
        self.__signature__ = _signature(kind, names, has_body=has_body)
        self._kind, self._names, self._answer, self._code = kind, names, answer, code
        self._requirement = Requirement(kind.needs)

    async def __call__(self, **given: Any) -> Response:
        cmd = given.get("cmd") or self._kind(occurred_at=now(), **{name: given[name] for name in self._names})
        return await self._carried_out(given["session"], given["actor"], cmd)

    async def directly(self, request: Request) -> Response | None:
        actor = await self._requirement(request)
        try:
            for name in self._names:
                _ID.validate_python(request.path_params[name])
            cmd = self._kind.model_validate(await request.json())
        except ValidationError:
            return None
        if (opened := request.scope.get(SESSION)) is not None:
            return await self._carried_out(opened, actor, cmd)
        async with (await database_of(request)).session() as session:
            return await self._carried_out(session, actor, cmd)

    async def _carried_out(self, session: Session, actor: Actor, cmd: Command) -> Response:
        await run(session, actor, cmd)
        if self._answer is None:
            return Response(status_code=self._code)
        return Written(await self._answer.read(session, cmd), self._code)


def _signature(kind: type[Command], names: list[str], *, has_body: bool) -> Signature:
    declared = {"actor": Annotated[Actor, require(*kind.needs)], "session": SessionDep, **dict.fromkeys(names, UUID)}
    declared |= {"cmd": kind} if has_body else {}
    return Signature([Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation) for name, annotation in declared.items()])


def command(
    router: APIRouter, method: str, path: str, kind: type[Command], answer: Answer | None = None, *, status_code: int = status.HTTP_200_OK
) -> None:  # fmt: skip
    """Ids of the path are the command's. One that deletes has no body: all that it says stands in its address."""
    names = re.findall(r"{(\w+)}", path)
    code = status_code if answer else status.HTTP_204_NO_CONTENT
    endpoint = _Endpoint(kind, names, answer, code, has_body=method != "DELETE")
    router.add_api_route(path, endpoint, methods=[method], status_code=code, response_model=answer.model if answer else None)
