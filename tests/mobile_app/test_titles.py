"""Every page has a name of its own in the browser's tab."""

import re

from mobile_app.domain.client import Client
from mobile_app.inside import destinations
from mobile_app.routes import screens
from mobile_app.titles import APP, title_of
from tests.mobile_app.features.test_whose_machine import NAME, address, client

__all__ = ["client"]  # a fixture
FORWARDING = {"e/:code"}
NAMES = {"equipment_id": "machine", "job_id": "job", "plan_id": "plan", "request_id": "request", "part_id": "part", "place_id": "place"}
THINGS = {named: f"{{{thing}}}" for named, thing in NAMES.items()}


def titles(client: Client) -> dict[str, str]:
    places = {place.key: place.label for place in destinations(client)} | {"organisation": "Organisation", "me": "Moi"}
    found = {}
    for route in screens():
        path = str(route.path)
        if path not in FORWARDING and not re.search(rf":(?!{'|'.join(NAMES)})", path):
            filled = address(client, re.sub(r":(\w+)", lambda part: THINGS[part[1]], f"/{path}"))
            found[path] = title_of(filled, places, client)
    return found


async def test_every_page_is_named_after_what_it_shows(client: Client) -> None:
    named = titles(client)
    assert len(named) > 20
    assert [path for path, title in named.items() if title == APP or not title.endswith(f" · {APP}")] == []
    lists = {path: title for path, title in named.items() if "/" not in path}
    assert len(set(lists.values())) == len(lists)
    assert named["equipment/:equipment_id"].startswith(f"{NAME} · Usine")
    assert NAME in named["jobs/:job_id"]
