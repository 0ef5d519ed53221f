"""What the framework's description of the API does not know by itself."""

from collections.abc import Iterator
from typing import Any

from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import BaseRoute

from server.core.access import SCHEME, Requirement
from server.core.envelope import may_be_left_out
from server.core.http import PROBLEM_TYPE
from server.core.idempotency import HEADER
from server.core.writes import WriteRoute
from shared_models.permissions import Needs

DESCRIPTION = """
The same verbs as the app's. **Authorize** takes a user name or an e-mail address and a password; a program sends them to
`POST /api/v1/auth/login`, as JSON or as a form, and each request carries `Authorization: Bearer <access_token>`.

- Ids and `occurred_at` may be left out: the server makes ids and takes its own clock. What the address names need not be repeated.
- With an `Idempotency-Key` a request may be sent again: it is done once, and answered as it was the first time.
- Refusals are problem documents (RFC 9457) with a stable `code`, worded in the language of `Accept-Language`, French or English.
- In answers, what lies within a row (a step's answer, a date of a plan) leaves out each field that is as its schema's default says.
- Instants have an offset; `date-time-local` is a time on the site's wall clock and has none.
"""
_KEY = {
    "name": HEADER, "in": "header", "required": False,
    "description": "The same key and request again are answered what they were answered first; another request is refused. May be quoted.",
    "schema": {"type": "string", "minLength": 1, "pattern": r"^[\x21\x23-\x7e]([\x20\x21\x23-\x7e]*[\x21\x23-\x7e])?$"},
}  # fmt: skip


def complete(schema: dict[str, Any], routes: list[BaseRoute]) -> None:
    for path in schema["paths"].values():
        for operation in path.values():
            content = operation["responses"]["default"]["content"]
            content[PROBLEM_TYPE] = content.pop("application/json", None) or content.popitem()[1]
    for context in iter_route_contexts(routes):
        needs = _needs(context)
        for method in context.methods or ():
            if needs and (operation := schema["paths"].get(context.path_format or "", {}).get(method.lower())):
                operation["security"] = [{SCHEME: [need]} for need in needs]
    for context, route in _writes(routes):
        for method in context.methods or ():
            if operation := schema["paths"].get(context.path_format, {}).get(method.lower()):
                _describe(schema, operation, route)


def _needs(context: RouteContext) -> Needs:
    """Of whom one permission is enough."""
    queue = [context.dependant] if isinstance(context.original_route, APIRoute) else []
    while queue:
        dependant = queue.pop()
        if isinstance(dependant.call, Requirement):
            return dependant.call.needs
        queue += dependant.dependencies
    return ()


def _writes(routes: list[BaseRoute]) -> Iterator[tuple[RouteContext, WriteRoute]]:
    for context in iter_route_contexts(routes):
        if isinstance(context.original_route, WriteRoute):
            yield context, context.original_route


def _describe(schema: dict[str, Any], operation: dict[str, Any], route: WriteRoute) -> None:
    if route.keeps_answers:
        operation.setdefault("parameters", []).append(_KEY)
    if route.schema is not None:
        for kind, name in may_be_left_out(route.schema, list(route.param_convertors)):
            for variant in (kind.__name__, f"{kind.__name__}-Input"):
                _make_optional(schema["components"]["schemas"].get(variant, {}), name)
        whole = schema["components"]["schemas"][operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]]
        operation["requestBody"]["required"] = bool(whole.get("required"))


def _make_optional(component: dict[str, Any], name: str) -> None:
    if name in component.get("required", ()):
        component["required"].remove(name)
    if not component.get("required"):
        component.pop("required", None)
