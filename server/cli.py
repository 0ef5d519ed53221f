"""The `etabli` command."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import ssl
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.error import URLError
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

import typer
from rich.console import Console

from server import again
from server.backup import commands as backup
from server.core import streams
from server.core.postgres import EmbeddedPostgres
from server.core.settings import Settings, get_settings
from server.explained import explained as _explained
from server.explained import give_up as _give_up

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from server.again import Claim, Welcome

GRACEFUL_SECONDS = 10
PRINT_AFTER_SECONDS = 120

app = typer.Typer(help="Établi, the open-source CMMS.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
admin = typer.Typer(help="Administrators.", no_args_is_help=True)
demo = typer.Typer(help="Demonstration data.", no_args_is_help=True)
push = typer.Typer(help="Notifications by web push.", no_args_is_help=True)
figures = typer.Typer(help="Figures of maintenance.", no_args_is_help=True)
app.add_typer(admin, name="admin")
app.add_typer(demo, name="demo")
app.add_typer(push, name="push")
app.add_typer(figures, name="figures")
console = Console(highlight=False, soft_wrap=True)

T = TypeVar("T")
DataDir = Annotated[Path | None, typer.Option(help="Where the database, the attachments and the secret are kept.")]


@app.callback()
def _begin() -> None:
    streams.open_closed()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 for the whole network.")] = None,
    port: Annotated[int | None, typer.Option()] = None,
    data_dir: DataDir = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer requests.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="With demonstration data and accounts.")] = False,
    tls: Annotated[bool, typer.Option("--tls", help="Serve https with a certificate of this machine's own authority.")] = False,
) -> None:
    """Run everything: API, web app, background jobs and, unless DATABASE_URL is set, a PostgreSQL of its own."""
    options: dict[str, Any] = {"host": host, "port": port, "data_dir": data_dir, "workers": workers}
    options |= {"demo": demo or None, "tls": tls or None}
    if begun := again.begun():
        _serve_again(options, *begun)
        return
    settings = _settings(**options)
    _refuse_taken(settings)
    if settings.serves_https:
        _certify(settings)
    with _database(settings, status=0):
        from server.startup import prepare

        with _explained():
            welcome = _run(prepare(settings))
        if settings.workers > 1:  # a process that only looks after others
            again.begin(welcome, settings.data_dir if settings.database_url is None else None)
        _answer(settings, welcome)


@app.command()
def worker(data_dir: DataDir = None) -> None:
    """Run background jobs only; as many as wanted, on any machine that reaches the database."""
    settings = _settings(data_dir=data_dir)
    with _database(settings, status=0):
        _run(_work(settings))


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Bring the database's schema up to date (`serve` does it too)."""
    with _database(_settings(check=False, data_dir=data_dir)):
        console.print("The database is up to date.")


@app.command("build-web")
def build_web_root(
    out: Annotated[Path | None, typer.Argument(help="Folder to write; .build/web by default.")] = None,
) -> None:
    """Build the web app that `serve` hands out."""
    from mobile_app.web import build

    report = build.build_web(out or build.DEFAULT_OUT)
    console.print(f"{report.root}: {report.build_id}, {'built' if report.changed else 'up to date'} in {report.seconds} s")


@admin.command("create")
def create_admin(
    username: Annotated[str, typer.Option(prompt=True)],
    email: Annotated[str, typer.Option(prompt=True)],
    first_name: Annotated[str, typer.Option(prompt=True)],
    last_name: Annotated[str, typer.Option(prompt=True)],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, envvar="ETABLI_ADMIN_PASSWORD")],
    language: str = "fr",
    data_dir: DataDir = None,
) -> None:
    """Make an administrator who sees every site."""
    from pydantic import ValidationError

    from shared_models.auth.sessions import RegisterRequest

    settings = _settings(check=False, data_dir=data_dir)
    fields = {"username": username, "email": email, "first_name": first_name, "last_name": last_name}
    try:
        wanted = RegisterRequest.model_validate({**fields, "password": password, "language": language})
    except ValidationError as error:
        _give_up("\n".join(f"{found['loc'][0]}: {found['msg']}" for found in error.errors()))
    with _database(settings), _explained():
        _run(_create_admin(settings, wanted))
    console.print(f"{wanted.username} can sign in at {settings.public_url}")


@demo.command("load")
def load(
    seed: Annotated[int, typer.Option(help="The same number makes the same factory.")] = 1,
    scale: Annotated[str, typer.Option(help="How much of it: demo, or a larger one for load tests.")] = "demo",
    data_dir: DataDir = None,
) -> None:
    """Fill an empty database with a made-up factory and its published accounts."""
    from server.demo.plant import SCALES

    if scale not in SCALES:
        raise typer.BadParameter(f"{scale} is none of {', '.join(SCALES)}", param_hint="--scale")
    settings = _settings(check=False, data_dir=data_dir)
    with _database(settings), _explained():
        from server.startup import load_demo

        _run(load_demo(settings, seed=seed, scale=scale))


@push.command("rotate-keys")
def rotate_keys(
    at_once: Annotated[bool, typer.Option(help="Forget the keys before, which somebody else may know.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Make another key for push services. Each device takes it by itself the next time that the app is opened there."""
    settings = _settings(check=False, data_dir=data_dir)
    with _database(settings), _explained():
        _run(_rotate_keys(settings, at_once=at_once))
    until = "Nothing reaches a device until the app has been opened there." if at_once else "Until then the key before reaches it."
    console.print(f"Each device takes the new key when the app is next opened there. {until}")


async def _rotate_keys(settings: Settings, *, at_once: bool) -> None:
    import server.tables  # noqa: F401 - foreign keys name tables of other domains
    from server.core.database import Database
    from server.push import keys

    database = Database(settings.dsn, pool_size=1)
    try:
        async with database.session() as session:
            await keys.rotate(session, settings.secret, at_once=at_once)
    finally:
        await database.stop()


@figures.command("rebuild")
def rebuild_figures(data_dir: DataDir = None) -> None:
    """Sum up the stops of every machine anew. They are kept up by themselves; this is for who doubts it."""
    settings = _settings(check=False, data_dir=data_dir)
    with _database(settings), _explained():
        console.print(f"{_run(_rebuild_figures(settings))} machines summed up.")


async def _rebuild_figures(settings: Settings) -> int:
    import server.tables  # noqa: F401 - foreign keys name tables of other domains
    from server.core.database import Database
    from server.kpis import rollup

    database = Database(settings.dsn, pool_size=1)
    try:
        return await rollup.rebuild(database)
    finally:
        await database.stop()


async def _create_admin(settings: Settings, wanted: Any) -> None:
    from server.auth import accounts
    from server.core.database import Database

    database = Database(settings.dsn, pool_size=1)
    try:
        async with database.session() as session:
            await accounts.create_admin(session, wanted)
    finally:
        await database.stop()


async def _work(settings: Settings) -> None:
    import server.housekeeping  # noqa: F401 - declares its jobs and carriers
    from server.core.database import Database
    from server.core.jobs import work
    from server.core.storage import open_storage
    from server.outbox.carrying import Node
    from server.outbox.courier import carrying

    database, storage = Database(settings.dsn, pool_size=4, read_pool_size=2), open_storage(settings.storage_url, settings.storage_dir)
    await database.start()
    try:
        async with carrying(Node(database, storage, settings)):
            await work(database, storage)
    finally:
        await database.stop()


def _settings(*, check: bool = True, **options: object) -> Settings:
    """Options become settings of this process and of those it starts."""
    for name, value in options.items():
        if value is not None:
            os.environ[f"ETABLI_{name.upper()}"] = str(value).lower() if isinstance(value, bool) else str(value)
    os.umask(0o077)
    get_settings.cache_clear()
    with _explained():
        settings = get_settings()
    if (settings.demo or settings.has_own_authority) and settings.base_url is None and _is_open(settings.host):
        scheme = "https" if settings.serves_https else "http"
        os.environ["ETABLI_BASE_URL"] = f"{scheme}://{_lan_address()}:{settings.port}"
        get_settings.cache_clear()
        settings = get_settings()
    _configure_logs(settings)
    if check:
        with _explained():
            settings.check_safe()
    return settings


def _configure_logs(settings: Settings) -> None:
    from server.core.logs import configure

    configure(settings)


@contextmanager
def _database(settings: Settings, *, status: int | None = None) -> Iterator[str]:
    from server.startup import database

    _leave_orderly(status)
    with _explained(), database(settings) as dsn:
        yield dsn


def _serve_again(options: dict[str, Any], welcome: Welcome, claim: Claim | None) -> None:
    """With the database that the program before has made ready, and that is to stop whatever else has changed since."""
    _leave_orderly(0)
    with _explained(), ExitStack() as stack:
        if claim is not None:
            postgres = EmbeddedPostgres(claim.data_dir)
            stack.callback(postgres.stop)
            postgres.take_over(claim.file)
        settings = _settings(**options)
        again.listen()
        _answer(settings, welcome)


def _answer(settings: Settings, welcome: Welcome) -> None:
    _refuse_taken(settings)  # preparing may have taken long
    if settings.has_own_authority:
        _help_trust(settings)
    threading.Thread(target=_announce, args=(settings, welcome), daemon=True).start()
    _run_uvicorn(settings)


def _leave_orderly(status: int | None = None) -> None:
    """What was begun is cleared away, and a database of our own stops, also when somebody ends the command.

    Without a `status` that is a failure, as a shell tells it: what was to be done is not. Once is enough: who presses Ctrl+C again does not
    keep the database from stopping.
    """
    ending: list[int] = []

    def leave(number: int, _frame: object) -> None:
        if not ending:
            ending.append(number)
            raise SystemExit(128 + number if status is None else status)

    def look(lost: sys.UnraisableHookArgs) -> None:
        """An end that was raised where nobody passes it on, as while something forgotten is cleared away, comes again."""
        if ending and isinstance(lost.exc_value, SystemExit):
            threading.Timer(0.05, os.kill, (os.getpid(), ending.pop())).start()
        else:
            sys.__unraisablehook__(lost)

    sys.unraisablehook = look
    for number in _heard():
        signal.signal(number, leave)


def _heard() -> list[signal.Signals]:
    """Without what `nohup` has told us not to hear."""
    return [number for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) != signal.SIG_IGN]


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Cancelled by whoever ends the command: an end that is raised anywhere would wait for an answer that the database is not asked for."""
    ended: list[int] = []

    async def cancellable() -> T:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None

        def end(number: int, _frame: object) -> None:
            ended.append(number)
            loop.call_soon_threadsafe(task.cancel)

        previous = {number: signal.signal(number, end) for number in _heard()}
        try:
            return await work
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    try:
        return asyncio.run(cancellable())
    finally:
        if ended:
            signal.raise_signal(ended[0])


def _refuse_taken(settings: Settings) -> None:
    for port in (settings.port, *([settings.trust_at] if settings.has_own_authority else [])):
        _refuse_taken_port(settings.host, port)


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, UnicodeError, OverflowError) as error:
            why = getattr(error, "strerror", None) or "there is no such address"
            _give_up(f"cannot listen on {host} port {port} ({why}): choose another with --port")


def _certify(settings: Settings) -> None:
    """See to the certificate before anything starts."""
    from server.tls import keeping

    with _explained():
        keeping.ensure(settings)


def _context(*_: object) -> ssl.SSLContext:
    """What uvicorn asks for in each process that answers."""
    from server.tls import keeping

    return keeping.context()


def _help_trust(settings: Settings) -> None:
    """Give phones the page from which they trust our certificate."""
    from server.tls import keeping, trust

    page = trust.trust_app(keeping.authority_of(settings), settings.public_url)
    trust.serve_beside(page, settings.host, settings.trust_at)


def _run_uvicorn(settings: Settings) -> None:
    import uvicorn

    from server.core import workers

    _allow_files(settings.max_connections)
    options: dict[str, Any] = {
        "factory": True,
        "http": "server.core.connections:Connection",
        "ws": "none",
        "limit_concurrency": settings.max_connections,
        "host": settings.host,
        "port": settings.port,
        "workers": settings.workers,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": [str(network) for network in settings.trusted_proxies],
        "timeout_graceful_shutdown": GRACEFUL_SECONDS,
        "ssl_context_factory": _context if settings.serves_https else None,
    }
    if settings.workers > 1:
        workers.run(uvicorn.Config("server.main:node", **options))
    else:
        uvicorn.run("server.main:node", **options)


def _allow_files(connections: int) -> None:
    """Each connection is an open file, of which many systems allow 1,024 until asked."""
    wanted = 2 * connections + 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _announce(settings: Settings, welcome: Welcome) -> None:
    """Print where to go, once somebody answers there."""
    if not _await_ready(settings):
        return
    url = settings.public_url
    console.print()
    if settings.has_own_authority:
        _tell_trust(settings)
    _print_qr(welcome.setup_link or url)
    console.print(f"  Établi is ready: [bold]{url}[/bold]")
    if welcome.setup_link:
        console.print(f"  First start: make the first administrator at\n  [bold]{welcome.setup_link}[/bold]")
    if welcome.demo_accounts:
        console.print("  Demonstration accounts (name, user name, password):")
    for name, username, password in welcome.demo_accounts:
        console.print(f"  {name:<24} {username:<12} {password}")
    console.print()
    sys.stdout.flush()


def _tell_trust(settings: Settings) -> None:
    from server.tls import authority, keeping

    _print_qr(settings.trust_url)
    console.print(f"  First, on each phone: trust this machine at [bold]{settings.trust_url}[/bold]")
    console.print("  Careful people compare the fingerprint of its authority (SHA-256):")
    digits = authority.fingerprint(keeping.authority_of(settings))
    console.print(f"  {digits[:48]}\n  {digits[48:]}\n\n  Then open the app:\n")


def _await_ready(settings: Settings) -> bool:
    host = "127.0.0.1" if _is_open(settings.host) else settings.host
    host = f"[{host}]" if ":" in host else host
    scheme = "https" if settings.serves_https else "http"
    direct = build_opener(ProxyHandler({}), HTTPSHandler(context=_unverified()))
    deadline = time.monotonic() + PRINT_AFTER_SECONDS
    while time.monotonic() < deadline:
        with suppress(URLError, OSError), direct.open(f"{scheme}://{host}:{settings.port}/readyz", timeout=5):
            return True
        time.sleep(0.1)
    return False


def _unverified() -> ssl.SSLContext:
    """For a question to ourselves, by an address that no certificate may name."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _print_qr(text: str) -> None:
    import qrcode

    code = qrcode.QRCode(border=2)
    code.add_data(text)
    is_terminal = sys.stdout.isatty()
    code.print_ascii(out=sys.stdout, tty=is_terminal, invert=not is_terminal)


def _is_open(host: str) -> bool:
    return host in {"", "0.0.0.0", "::"}  # noqa: S104


def _lan_address() -> str:
    """This machine's address on its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("10.255.255.255", 9))
        return str(probe.getsockname()[0])
    return "localhost"


def _settings_of_backup(data_dir: Path | None) -> Settings:
    _leave_orderly()
    return _settings(check=False, data_dir=data_dir)


backup.add_to(app, _settings_of_backup, _explained)

if __name__ == "__main__":
    app()
