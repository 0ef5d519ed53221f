"""What REST gives a command where the caller says nothing: the ids of the address, ids of its own making, and the server's clock."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args
from uuid import UUID

from pydantic import BaseModel

from server.core.clock import now
from server.core.errors import Invalid
from shared_models.base import Command, Schema
from shared_models.ids import uuid7
from shared_models.marks import Made


class OtherIdInBody(Invalid):
    """The address names one thing and the body another."""

    code = "other_id_sent"


@cache
def made(kind: type[BaseModel]) -> tuple[str, ...]:
    """The fields that hold ids of what is made in any case."""
    return tuple(name for name, field in kind.model_fields.items() if any(isinstance(mark, Made) for mark in field.metadata))


@cache
def lists(kind: type[BaseModel]) -> dict[str, type[Schema]]:
    """The fields that hold lists of other schemas."""
    found = {name: _schema_in(field.annotation) for name, field in kind.model_fields.items()}
    return {name: schema for name, schema in found.items() if schema is not None}


def _schema_in(annotation: Any) -> type[Schema] | None:
    return next((item for item in get_args(annotation) if isinstance(item, type) and issubclass(item, Schema)), None)


def of_address(kind: type[Schema], names: list[str]) -> dict[str, str]:
    """The fields that repeat an id of the address, by its name there; the last one's field may be called `id`."""
    by_name = {name: name for name in names if name in kind.model_fields}
    if names and names[-1] not in by_name and "id" in kind.model_fields:
        by_name[names[-1]] = "id"
    return by_name


def may_be_left_out(kind: type[Schema], names: list[str]) -> Iterator[tuple[type[Schema], str]]:
    """Each with the schema it stands in: `kind`, or one of a list within."""
    for name in {*made(kind), *of_address(kind, names).values()}:
        yield kind, name
    if issubclass(kind, Command):
        yield kind, "occurred_at"
    for schema in lists(kind).values():
        yield from may_be_left_out(schema, [])


def completed(kind: type[Schema], sent: Mapping[str, Any], address: Mapping[str, Any]) -> dict[str, Any]:
    """`sent` with what it left out; raises `OtherIdInBody` where it contradicts the address."""
    whole = _with_ids(kind, sent, of_address(kind, list(address)), address)
    if issubclass(kind, Command):
        whole.setdefault("occurred_at", now().isoformat())
    return whole


def _with_ids(kind: type[Schema], sent: Mapping[str, Any], repeated: Mapping[str, str], address: Mapping[str, Any]) -> dict[str, Any]:
    whole = dict(sent)
    for name, field in repeated.items():
        if _differs(whole.setdefault(field, address[name]), address[name]):
            raise OtherIdInBody(field=field)
    for field in made(kind):
        whole.setdefault(field, str(uuid7()))
    for field, schema in lists(kind).items():
        if isinstance(items := whole.get(field), list):
            whole[field] = [_with_ids(schema, item, {}, {}) if isinstance(item, dict) else item for item in items]
    return whole


def _differs(sent: Any, named: Any) -> bool:
    """What is no id at all is left to the schema, which says so."""
    try:
        return UUID(str(sent)) != UUID(str(named))
    except ValueError:
        return False
