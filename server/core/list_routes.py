"""The endpoints of a list: its page, and all of it as a file.

lists(router, "/equipment", EQUIPMENT, EquipmentReader)        # GET /equipment, /equipment/export.csv and /equipment/export.xlsx
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from enum import StrEnum
from inspect import Parameter, Signature
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from starlette.responses import StreamingResponse

from server.core.cells import Csv, Sheet, Xlsx
from server.core.clock import now
from server.core.database import ReadPoolDep
from server.core.exports import XLSX, FileAnswer, spooled
from server.core.gates import GatesDep
from server.core.i18n import translator
from server.core.lists import List
from shared_models.paging import KeysetPage, Page


class FileType(StrEnum):
    csv = "csv"
    xlsx = "xlsx"


MEDIA = {FileType.csv: "text/csv", FileType.xlsx: XLSX}
Endpoint = Callable[..., Awaitable[Response]]


def lists(router: APIRouter, path: str, listed: List, reader: Any) -> None:
    """`reader` is the annotation of the actor that says which permission is needed."""
    common: dict[str, Any] = {"actor": reader, "pool": ReadPoolDep}
    if listed.query.model_fields:
        common["query"] = Annotated[listed.query, Query()]
    if listed.of:
        common[listed.of.key] = UUID
    answer, model = _answering(listed)
    router.add_api_route(path, _signed(answer, listed, common), response_model=model, name=f"list_{listed.name}")
    export = _signed(_exporting(listed), listed, {**common, "gates": GatesDep, "file_type": FileType})
    files: dict[str, Any] = {media: {} for media in MEDIA.values()}
    router.add_api_route(
        path + "/export.{file_type}", export, response_class=StreamingResponse, responses={200: {"content": files}},
        name=f"export_{listed.name}", description="The whole list, as its filters have it; pages do not count.",
    )  # fmt: skip


def _signed(endpoint: Endpoint, listed: List, parameters: dict[str, Any]) -> Endpoint:
    named = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in parameters.items()]
    endpoint.__signature__ = Signature(named, return_annotation=Response)  # type: ignore[attr-defined]  # what the framework reads
    endpoint.listed = listed  # type: ignore[attr-defined]  # and the tests
    return endpoint


def _answering(listed: List) -> tuple[Endpoint, Any]:
    item: Any = listed.item
    read: Endpoint = listed.whole
    model: Any = list[item]
    if listed.is_counted:
        read, model = listed.page, Page[item]
    elif listed.is_keyset:
        read, model = listed.following, KeysetPage[item]

    async def answer(*, actor: Any, pool: Any, query: Any = None, **of: UUID) -> Response:
        return await read(pool, actor, query, next(iter(of.values()), None))

    return answer, model


def _exporting(listed: List) -> Endpoint:
    async def export(*, actor: Any, pool: Any, gates: Any, file_type: FileType, query: Any = None, **of: UUID) -> Response:
        parent = next(iter(of.values()), None)
        await listed.ensure_in_sight(pool, actor, parent)
        statement = listed.exporting(actor, query, parent)
        heavy: AbstractAsyncContextManager[None] = gates.workbooks.passed() if file_type is FileType.xlsx else nullcontext()
        async with heavy:
            spool = await spooled(pool, statement, _sheet(listed, file_type, actor.lang), listed.values(actor.lang))
        name = f"etabli-{listed.name.replace('_', '-')}-{now():%Y-%m-%d}.{file_type}"
        return FileAnswer(spool, name=name, media_type=MEDIA[file_type])

    return export


def _sheet(listed: List, file_type: FileType, lang: str) -> Sheet:
    titles = listed.titles(lang)
    return Csv(titles, lang) if file_type is FileType.csv else Xlsx(titles, lang, title=translator(lang).t(f"list.{listed.name}"))
