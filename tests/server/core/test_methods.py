"""Which methods a path answers, and that it says so."""

import re
from collections import defaultdict
from uuid import UUID

from fastapi.routing import iter_route_contexts

from tests.server.support import problem_code

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


async def test_a_path_allows_exactly_the_methods_that_it_answers(app, client):
    declared = defaultdict(set)
    for context in iter_route_contexts(app.routes):
        if context.path:
            declared[context.path] |= set(context.methods or ())
    for path, methods in declared.items():
        address = re.sub(r"{\w+}", str(UUID(int=1)), path)
        answers = {method: await client.request(method, address) for method in METHODS}
        for method, answer in answers.items():
            if answer.status_code == 405:
                assert set(answer.headers["allow"].split(", ")) == {m for m in METHODS if answers[m].status_code != 405}, (path, method)
                assert method == "HEAD" or problem_code(answer, 405) == "method_not_allowed"
            else:
                assert method in methods | {"HEAD", "OPTIONS"}, (path, method)
        assert all(answers[method].status_code != 405 for method in methods), path
    assert len(declared) > 90


async def test_head_is_get_without_its_body(client_as):
    boss = await client_as("admin")
    for path in ("/api/v1/equipment", "/api/v1/auth/me", "/healthz"):
        got, head = await boss.get(path), await boss.head(path)
        assert (head.status_code, head.content, head.headers["content-type"]) == (200, b"", got.headers["content-type"])
