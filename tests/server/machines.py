"""Sites, lines and machines for tests of what is done to them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
from sqlmodel.ext.asyncio.session import AsyncSession

from server.sites.models import ProductionLine, Site
from shared_models.ids import uuid7

API = "/api/v1"


def at(**ago: float) -> str:
    """An instant some time ago, as devices send it."""
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


async def make_site(session: AsyncSession, name: str = "", **fields: Any) -> Site:
    site = Site(name=name or f"Site {uuid7().hex[-8:]}", **fields)
    session.add(site)
    await session.commit()
    return site


async def make_line(session: AsyncSession, site: Site, name: str = "Ligne B") -> ProductionLine:
    line = ProductionLine(site_id=site.id, name=name)
    session.add(line)
    await session.commit()
    return line


def creation(site_id: UUID, **fields: Any) -> dict[str, Any]:
    """The body that enters a machine."""
    plain = {"equipment_id": str(uuid7()), "site_id": str(site_id), "name": "Palettiseur 2", "occurred_at": at()}
    return plain | {name: str(value) if isinstance(value, UUID) else value for name, value in fields.items()}


async def make_machine(client: httpx2.AsyncClient, site_id: UUID, **fields: Any) -> dict[str, Any]:
    answer = await client.post(f"{API}/equipment", json=creation(site_id, **fields))
    assert answer.status_code == 201, answer.text
    return answer.json()


def edit(machine: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The body that saves a machine as it was read, but for `fields`."""
    kept = (
        "version", "site_id", "name", "code", "model", "manufacturer", "serial_number", "production_line_id", "parent_id", "class_id",
        "criticality", "purchase_date", "installation_date", "warranty_expiry", "expected_lifespan", "hourly_downtime_cost",
        "replacement_value", "currency", "specifications", "notes", "stops_parent",
    )  # fmt: skip
    body = {"equipment_id": machine["id"], "occurred_at": at()} | {name: machine[name] for name in kept}
    return body | {name: str(value) if isinstance(value, UUID) else value for name, value in fields.items()}


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    """Status and problem code of a refusal."""
    return answer.status_code, answer.json()["code"]
