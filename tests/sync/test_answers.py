"""What a page asks the server for itself: what is kept of it, and when it is asked again."""

from typing import Any

import flet as ft

from mobile_app.core.errors import Offline, ProblemError
from mobile_app.domain.answers import Answer, use_answer, use_server
from mobile_app.ui.component import component
from mobile_app.ui.hooks import Async
from shared_models.kpis.worst import Worst
from shared_models.permissions import Role
from tests.mobile_app.roots import inside
from tests.mobile_app.ui.conftest import Screen, screen
from tests.sync.conftest import Factory, until

__all__ = ["screen"]  # a fixture
COSTS = "/dashboard/worst?period=month&by=cost"


async def test_what_is_not_theirs_to_know_any_more_is_forgotten(screen: Screen, factory: Factory) -> None:
    user = await factory.person("supervisor")
    device, boss = await factory.signed_in(user), await factory.signed_in(await factory.person("admin"))
    client = device.client
    await client.kept.keep(COSTS, await client.api.get(COSTS), client.now())
    await boss.client.api.patch(f"/users/{user.id}", {"version": user.version, "role": Role.technician})
    said: list[Answer[Worst]] = []

    @component
    def Page() -> ft.Control:
        said.append(use_answer(Worst, COSTS))
        return ft.Container()

    await screen.show(inside(client, Page))
    await until(lambda: said[-1].error and not said[-1].is_loading)
    assert (type(said[-1].error), said[-1].data) == (ProblemError, None)
    assert any(answer.data for answer in said)
    device.transport.online = False
    said[-1].reload()
    await until(lambda: isinstance(said[-1].error, Offline))
    assert said[-1].data is None


async def test_what_could_not_be_had_is_asked_for_again_when_the_network_is_back(screen: Screen, factory: Factory) -> None:
    device = await factory.signed_in(await factory.person("supervisor"))
    said: dict[str, Async[Any]] = {}

    @component
    def Page() -> ft.Control:
        for path in ("/sites", "/equipment"):
            said[path] = use_server(lambda path=path: device.client.api.get(path))
        return ft.Container()

    device.transport.only, device.transport.lose_requests = "/equipment", 1
    await screen.show(inside(device.client, Page))
    await until(lambda: said["/sites"].data and said["/equipment"].error)
    device.transport.online = False
    await device.client.sync.round()
    await screen.settle()
    asked = len(device.transport.sent)
    device.transport.online = True
    await device.client.sync.round()
    await until(lambda: said["/equipment"].data)
    again = device.transport.sent[asked:]
    assert said["/equipment"].error is None
    assert [again.count(f"GET /api/v1{path}") for path in ("/sites", "/equipment")] == [0, 1]
