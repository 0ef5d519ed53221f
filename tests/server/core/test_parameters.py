"""Every parameter of every address goes through a root too, and none makes the server stumble."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from tests.shared_models.test_roots import is_rooted, leaves

ODD = ["\ud800".encode("utf-8", "surrogatepass"), b"\0", b"\xe2\x80\xae", b"0001-01-01T00:00:00+14:00", b"-infinity", b"NaN", b"9" * 400]


def endpoints(app: FastAPI) -> list[tuple[str, APIRoute]]:
    found = ((context.path or "", context.original_route) for context in iter_route_contexts(app.routes))
    return [(path, route) for path, route in found if isinstance(route, APIRoute)]


def parameters(dependant: Dependant) -> tuple[list[Any], list[Any]]:
    """Of the path and of the query, its dependencies' included."""
    path, query = list(dependant.path_params), list(dependant.query_params)
    for other in dependant.dependencies:
        of_path, of_query = parameters(other)
        path, query = path + of_path, query + of_query
    return path, query


def test_every_parameter_goes_through_a_root(app: FastAPI) -> None:
    raw = []
    for path, route in endpoints(app):
        path_params, query_params = parameters(route.dependant)
        for field in path_params + query_params:
            kinds = leaves(field.field_info.annotation, list(field.field_info.metadata))
            if not all(is_rooted(kind, marks) or _is_model(kind) for kind, marks in kinds):
                raw.append(f"{path}: {field.name}")
    assert sorted(set(raw)) == []


def _is_model(kind: Any) -> bool:
    return hasattr(kind, "model_fields")


@pytest.mark.parametrize("odd", ODD)
async def test_no_odd_value_in_a_query_is_a_fault(app: FastAPI, client_as, odd: bytes) -> None:
    admin = await client_as("admin")
    for path, route in endpoints(app):
        if "GET" not in (route.methods or ()) or path.endswith("/stream"):
            continue
        path_params, query_params = parameters(route.dependant)
        names = {name for field in query_params for name in getattr(field.field_info.annotation, "model_fields", {field.name: None})}
        address = path
        for field in path_params:
            address = address.replace("{" + field.name + "}", str(uuid4()))
        for name in names:
            sent = "".join(f"%{byte:02X}" for byte in odd)
            answer = await admin.get(f"{address}?{name}={sent}")
            assert answer.status_code < 500, f"{path}?{name}={odd!r}"
