"""Whatever stands in an address or a query, the answer is a refusal and never a fault. A new route is judged without a new test."""

import random
import re
from typing import Any
from urllib.parse import quote

from shared_models.ids import uuid7
from tests.server.test_access_walk import CHOICES, Bodies, Endpoint, endpoints_of

ODD = (
    "\x00", "a\x00b", "\n", "\x7f", "\ufffd", "\u202e", "\u200b", "é" * 300, "x" * 5000, "..", ".", "../../etc/passwd", "\\", "%", "%2e",
    "%zz", "con", "NaN", "Infinity", "-Infinity", "1e400", "-1", "0", "9" * 40, "9" * 5000, "1.5", "true", "null", "", " ", "'", '"', "[]",
    "{}", "=", "*", "٣", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "9999-12-31", "2030-02-30", "P1D",
    "2030-01-01T00:00:00", "2030-W01-1", "00000000-0000-0000-0000-000000000000", "urn:uuid:00000000-0000-0000-0000-000000000000",
    "{00000000-0000-0000-0000-000000000000}", "WyJ4IiwieSJd", "W10", "bnVsbA", "////", "?", "#", "%C3%28", "\U0001f4a9",
)  # fmt: skip
RAW = (
    "%00", "%", "%2", "%zz", "%ff", "%c0%af", "%ed%a0%80", "..%2f..", "%5c", "%25", "%2500", "a%0d%0ab", ";x=1", "&", "=", "&&&=", "%u0000",
)  # fmt: skip


def asked(endpoint: Endpoint, bodies: Bodies, ids: dict[str, str], chance: random.Random) -> list[str]:
    """One odd part at a time: what is wrong elsewhere would be refused first."""
    operation = bodies.schema["paths"].get(endpoint.path, {}).get(endpoint.method.lower(), {})
    names = [found["name"] for found in operation.get("parameters", ()) if found["in"] == "query"]
    good = {name: str(value) for name, value in bodies.query(endpoint).items()}
    values = [quote(value, safe="") for value in chance.sample(ODD, 5)] + chance.sample(RAW, 2)
    kinds = {name: choice for name, choice in CHOICES.items() if f"{{{name}" in endpoint.path}
    parts = {name: ids.get(name, str(uuid7())) for name in endpoint.names} | kinds
    plain = endpoint.path.format(**parts)
    paths = [re.sub(rf"{{{name}(:path)?}}", lambda _, v=value: v, endpoint.path) for name in parts for value in values]
    paths = [path.format(**parts) for path in paths]
    queries = [{**{key: quote(one) for key, one in good.items()}, name: value} for name in names for value in values]
    return paths + [f"{plain}?{'&'.join(f'{key}={value}' for key, value in query.items())}" for query in queries]


async def test_no_part_of_an_address_makes_a_fault(app, client_as):
    chance = random.Random(7)
    ids: dict[str, str] = {}
    admin, bodies = await client_as("admin"), Bodies(app, ids)
    faults: list[Any] = []
    for endpoint in endpoints_of(app):
        if endpoint.is_stream or endpoint.path.startswith("/api/v1/auth"):
            continue
        for address in asked(endpoint, bodies, ids, chance):
            answer = await admin.request(endpoint.method, address, json=bodies.of(endpoint))
            if answer.status_code >= 500:
                faults.append((endpoint.method, address, answer.text[:200]))
    assert not faults
