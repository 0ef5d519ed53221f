"""What the server's tests share beyond the fixtures: people with passwords, counted statements, problem documents."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

import httpx2
from pwdlib.hashers.bcrypt import BcryptHasher
from pydantic import BaseModel
from sqlalchemy import event

from server.core.database import Session
from server.sites.models import ProductionLine, Site
from server.users.models import User, UserSite
from shared_models.auth.passwords import opaque
from shared_models.ids import uuid7
from shared_models.permissions import Role
from tests.conftest import make_user
from tests.databases import RolledBack

PASSWORD = "correct horse battery"
_BOOKKEEPING = ("begin", "commit", "rollback", "savepoint", "release")


def is_as_written(told: dict[str, Any], row: BaseModel) -> bool:
    """Whole; its parts may leave out what is their default."""
    whole, parts = row.model_dump(mode="json"), row.model_dump(mode="json", exclude_defaults=True)
    return told.keys() == whole.keys() and all(value in (whole[name], parts.get(name)) for name, value in told.items())


@contextmanager
def count_statements(database: RolledBack) -> Iterator[list[str]]:
    """The SQL statements sent inside the block, through the session or the pool, without transaction bookkeeping."""
    statements: list[str] = []

    def keep(sql: str) -> None:
        if not sql.lstrip().lower().startswith(_BOOKKEEPING):
            statements.append(" ".join(sql.split()))

    def from_session(_conn: Any, _cursor: Any, sql: str, *_: Any) -> None:
        keep(sql)

    raw, engine = database.pool._connection, database._connection.engine.sync_engine
    pool_queries: list[str] = []
    event.listen(engine, "before_cursor_execute", from_session)
    raw.add_query_logger(on_pool := lambda record: pool_queries.append(record.query))
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", from_session)
        raw.remove_query_logger(on_pool)
        for sql in pool_queries:
            if " ".join(sql.split()) not in statements:
                keep(sql)


@cache
def _hashed(password: str) -> str:
    """Hashing is slow on purpose, and so is comparing, by what the hash says of itself: the people of the tests sign in often."""
    return BcryptHasher(rounds=4).hash(opaque(password))


async def make_person(
    session: Session, role: Role | str = Role.technician, *, password: str = PASSWORD, sites: list[UUID] | None = None,
    **fields: Any,
) -> User:  # fmt: skip
    """An account that can sign in; `sites` None for all of them."""
    user = make_user(Role(role), all_sites=sites is None)
    user.password_hash = _hashed(password)
    for name, value in fields.items():
        setattr(user, name, value)
    session.add(user)
    await session.flush()
    session.add_all([UserSite(user_id=user.id, site_id=site_id) for site_id in sites or ()])
    await session.commit()
    return user


async def make_site(session: Session, name: str | None = None) -> Site:
    site_id = uuid7()
    site = Site(id=site_id, name=name or f"Site {site_id.hex[-6:]}")
    session.add(site)
    await session.commit()
    return site


async def make_line(session: Session, site: Site, name: str = "Line 1") -> ProductionLine:
    line = ProductionLine(site_id=site.id, name=name)
    session.add(line)
    await session.commit()
    return line


def problem_code(response: httpx2.Response, status: int) -> str:
    """The code of a refusal, after checking that it is a well-formed problem document of that status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["type"] == f"urn:etabli:problem:{problem['code']}"
    assert problem["title"]
    assert problem["instance"] == f"urn:etabli:request:{response.headers['x-request-id']}"
    return str(problem["code"])


def wrong_fields(response: httpx2.Response) -> dict[str, str]:
    """`{field: code}` of a refusal of what was sent."""
    return {error["field"]: error["code"] for error in response.json()["errors"]}
