"""What happens between the command line and the first request: database, schema, first content."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import structlog

from server.again import Welcome
from server.auth import accounts
from server.core import histories, migrations, starting, unfinished
from server.core.database import Database
from server.core.postgres import EmbeddedPostgres
from server.core.security import verify_password
from server.core.settings import Settings, UnsafeSettingsError
from server.core.start_errors import StartError
from server.core.storage import open_storage
from server.users import service as users

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared_models.auth.sessions import DemoAccount

_log = structlog.get_logger(__name__)


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The address of a database with an up-to-date schema, kept up for the length of the block."""
    if settings.database_url is not None:
        starting.ensure_address(settings.dsn)
        unfinished.ensure_whole_database(settings.dsn)
        _bring_up_to_date(settings.dsn)
        yield settings.dsn
        return
    starting.ensure_folder(settings.data_dir)
    unfinished.ensure_whole_folder(settings.data_dir)
    with EmbeddedPostgres(settings.data_dir) as dsn:
        _bring_up_to_date(dsn.url)
        yield dsn.url


def _bring_up_to_date(dsn: str) -> None:
    starting.ensure_server(dsn)
    migrations.upgrade(dsn)
    histories.recognise(dsn)


async def prepare(settings: Settings) -> Welcome:
    """Fill an empty demonstration; elsewhere refuse demonstration accounts and invite the first administrator."""
    open_storage(settings.storage_url, settings.storage_dir)
    if settings.lacks_web_root:
        raise StartError(f"ETABLI_WEB_ROOT names {settings.web_root}, where no app is: make it with `etabli build-web`, or leave it out")
    database = Database(settings.dsn, pool_size=2, read_pool_size=2)
    try:
        if settings.demo:
            return await _prepare_demo(settings, database)
        await _refuse_demo_accounts(database)
        return Welcome(setup_link=await _invite(settings, database))
    finally:
        await database.stop()


async def _prepare_demo(settings: Settings, database: Database) -> Welcome:
    from server.demo import DatabaseNotEmptyError

    with suppress(DatabaseNotEmptyError):  # another start may be first
        await load_demo(settings)
    found = await _published_accounts(database)
    if not found:
        raise StartError("the database holds real data: start without --demo, or give the demonstration a --data-dir of its own")
    return Welcome(demo_accounts=tuple((account.name, account.username, account.password) for account in found))


async def load_demo(settings: Settings, *, seed: int = 1, scale: str = "demo") -> None:
    """Fill the empty database; raises `DatabaseNotEmptyError`."""
    from server import demo

    storage = open_storage(settings.storage_url, settings.storage_dir)
    summary = await demo.load_demo(settings.dsn, storage=storage, seed=seed, scale=scale)
    _log.info("demo.loaded", **asdict(summary))


async def _refuse_demo_accounts(database: Database) -> None:
    for account in await _published_accounts(database):
        raise UnsafeSettingsError([f"the database holds the demonstration account {account.username!r}: start with an empty one"])


async def _published_accounts(database: Database) -> list[DemoAccount]:
    """Those of the demonstration that still have the password which everybody knows."""
    async with database.read_session() as session:
        held = [(account, await users.find_by_login(session, account.username)) for account in await accounts.demo_accounts(session)]
    return [account for account, user in held if user and await verify_password(account.password, user.password_hash)]


async def _invite(settings: Settings, database: Database) -> str | None:
    async with database.session() as session:
        if await users.has_admin(session):
            return None
        token = await accounts.create_setup_link(session)
    return f"{settings.public_url}/setup?{urlencode({'token': token})}"
