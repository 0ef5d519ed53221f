"""What tests share: databases, the application on them, and clients signed in with a role."""

import gc
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import UUID

import httpx2
import pytest
import structlog
from fastapi import FastAPI
from hypothesis import settings as properties
from pwdlib import PasswordHash
from pwdlib.hashers.bcrypt import BcryptHasher
from sqlalchemy.ext.asyncio import AsyncEngine
from xdist.scheduler import LoadFileScheduling

from server.auth.models import UserSession
from server.core import garbage, migrations, security, tokens
from server.core.clock import now
from server.core.database import Database, Session
from server.core.events import PokeHub
from server.core.postgres import EmbeddedPostgres
from server.core.settings import Settings
from server.core.storage import memory_storage
from server.main import create_app
from server.users.models import User, UserSite
from shared_models.ids import uuid7
from shared_models.permissions import Role
from tests.databases import NOTHING_TO_LOSE, Cluster, rolled_back, running_cluster

gc.disable()  # until all tests are imported: what is made meanwhile stays, and to look through it takes a third of the time
properties.register_profile("untimed", deadline=None, print_blob=True)  # a busy machine is no fault; what fails says how to replay it
properties.load_profile("untimed")
SECRET = "a secret for tests only, 0123456789 abcdef"


LONG = (
    "e2e", "web", "server/description", "sync", "setup", "parity", "server/demo", "server/generator",
)  # fmt: skip
"""What takes longest by the file. It begins, so that at the end of a run no worker waits for the other."""
TOGETHER = ("e2e", "web", "server/demo")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    items.sort(key=lambda item: next((place for place, part in enumerate(LONG) if item.path.is_relative_to(here / part)), len(LONG)))


def pytest_collection_finish() -> None:
    """What is imported stays: nobody need look again and again whether it is still used."""
    gc.enable()
    garbage.settle()


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """A file goes to one worker; those that share a server or a build of the app go to the same one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((part for part in TOGETHER if file.startswith(f"tests/{part}/")), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    return ByFile(config, log) if config.getoption("dist") == "loadfile" else None


class SignedInClient(httpx2.AsyncClient):
    """A client of the API that carries an access token; `user` is whose."""

    user: User


ClientAs = Callable[..., Awaitable[SignedInClient]]


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """The default shows every local variable of a traceback, which takes it half a minute."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


AS_SERVED = security._hasher


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> None:
    """What keeps a thief busy for a third of a second keeps the tests of sign-in busy for a minute."""
    security._hasher = PasswordHash((BcryptHasher(rounds=4),))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Like `tmp_path`, but not closed to the service user that runs PostgreSQL for root, as pytest's folders are."""
    with _open_folder() as folder:
        yield folder


@contextmanager
def _open_folder() -> Iterator[Path]:
    folder = Path(mkdtemp(prefix="etabli-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def _stopped_folder() -> Iterator[Path]:
    with _open_folder() as folder:
        with EmbeddedPostgres(folder, overrides=NOTHING_TO_LOSE) as dsn:
            migrations.upgrade(dsn.url)
        yield folder


@pytest.fixture
def stopped_folder(_stopped_folder: Path, open_folder: Path) -> Path:
    """A data folder of the test's own that was started once: its database has stopped, with an empty schema."""
    subprocess.run(["cp", "-a", _stopped_folder, open_folder / "data"], check=True)
    return open_folder / "data"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def shared_database_url(postgres: Cluster) -> Iterator[str]:
    with postgres.clone("shared") as url:
        yield url


@pytest.fixture(scope="session")
async def shared_database(shared_database_url: str) -> AsyncIterator[Database]:
    database = Database(shared_database_url, pool_size=2)
    yield database
    await database.stop()


@pytest.fixture
def is_fresh(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("fresh_database") is not None


@pytest.fixture
def fresh_database(postgres: Cluster) -> Iterator[str]:
    """The address of a migrated, empty database that this test alone uses."""
    with postgres.clone() as url:
        yield url


@pytest.fixture
def database_url(request: pytest.FixtureRequest, is_fresh: bool) -> str:
    return request.getfixturevalue("fresh_database" if is_fresh else "shared_database_url")


@pytest.fixture
async def database(shared_database: Database, is_fresh: bool, database_url: str) -> AsyncIterator[Database]:
    """Real with `fresh_database`; otherwise everything is rolled back after the test."""
    if is_fresh:
        own = Database(database_url, pool_size=5, read_pool_size=5)
        await own.start()
        yield own
        await own.stop()
    else:
        async with rolled_back(shared_database) as undone:
            yield undone


@pytest.fixture
def engine(database: Database) -> AsyncEngine:
    return database.engine


@pytest.fixture
async def session(database: Database, is_fresh: bool) -> AsyncIterator[Session]:
    """What the test itself reads and writes with; with `fresh_database` the application sees it once committed."""
    opened = Session(database.engine, expire_on_commit=False) if is_fresh else database.open()
    async with opened:
        yield opened


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Settings:
    folder = tmp_path_factory.mktemp("data")
    return Settings(_env_file=None, data_dir=folder, database_url=database_url, secret_key=SECRET, jobs=False)


_description: dict[str, Any] = {}
"""Of the API, once somebody has asked for it: the same for all applications, and more than a second's work."""


@pytest.fixture
async def app(settings: Settings, database: Database, is_fresh: bool) -> AsyncIterator[FastAPI]:
    """The application as it is served; without `fresh_database` it works inside the test's transaction."""
    app = create_app(settings)
    app.openapi_schema = _description or None
    async with AsyncExitStack() as stack:
        if is_fresh:
            await stack.enter_async_context(app.router.lifespan_context(app))
        else:
            app.state.database, app.state.pokes = database, PokeHub(database)
            app.state.storage = memory_storage()
        yield app
    _description.update(app.openapi_schema or {})


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with _client(app) as nobody:
        yield nobody


@pytest.fixture
async def client_as(app: FastAPI, session: Session, settings: Settings) -> AsyncIterator[ClientAs]:
    """`await client_as("technician")`, or `client_as("supervisor", sites=[site.id])`: by default every site."""
    async with AsyncExitStack() as stack:

        async def sign_in(role: Role | str, *, sites: list[UUID] | None = None, language: str = "en") -> SignedInClient:
            user = make_user(Role(role), all_sites=sites is None, language=language)
            held = make_session(user)
            session.add(user)
            await session.flush()
            session.add_all([held, *(UserSite(user_id=user.id, site_id=site) for site in sites or ())])
            await session.commit()
            client = await stack.enter_async_context(_client(app, SignedInClient))
            claims = tokens.AccessClaims(user_id=user.id, session_id=held.id)
            client.headers["authorization"] = "Bearer " + tokens.issue(claims, secret=settings.secret, lifetime=timedelta(minutes=30))
            client.user = user
            del client.headers["accept-language"]  # the account says which
            return client

        yield sign_in


def make_user(role: Role, *, all_sites: bool = True, language: str = "en") -> User:
    """An active account with no password anybody knows."""
    number = uuid7()
    return User(
        id=number, username=f"{role}-{number.hex[-8:]}", email=f"{number.hex}@example.org", password_hash="!",
        first_name=role.value.title(), last_name=number.hex[-4:], role=role, language=language, all_sites=all_sites,
    )  # fmt: skip


def make_session(user: User) -> UserSession:
    at = now()
    return UserSession(user_id=user.id, token_hash=uuid7().hex, last_used_at=at, created_at=at, expires_at=at + timedelta(days=7))


def _client(app: FastAPI, kind: type[httpx2.AsyncClient] = httpx2.AsyncClient) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=app, client=("127.0.0.1", 50000))
    return kind(transport=transport, base_url="https://etabli.test", headers={"accept-language": "en"})
