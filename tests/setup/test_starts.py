"""What keeps the server from starting is said in one sentence, whatever it is; nothing is left running."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.databases import PROJECT, Cluster

TIMEOUT = 240  # an upper bound for a busy machine


@dataclass(frozen=True)
class Kind:
    """`env` and the command of a start that must fail, and a part of the sentence; `{url}` is a good address, `{folder}` a folder."""

    name: str
    says: str
    env: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ("migrate",)


def url(text: str) -> dict[str, str]:
    return {"DATABASE_URL": text}


SECRET_WORD = "hunter2hunter2"
KINDS = [
    Kind("a port that is no number", "ETABLI_PORT: ", {"ETABLI_PORT": "abc"}),
    Kind("a number out of range", "ETABLI_WORKERS: ", {"ETABLI_WORKERS": "0"}),
    Kind("another kind of database", "Établi needs PostgreSQL", url(f"mysql://u:{SECRET_WORD}@127.0.0.1/etabli")),
    Kind("no address at all", "Établi needs PostgreSQL", url("etabli.sqlite")),
    Kind("no database name", "names no database", url(f"postgresql://u:{SECRET_WORD}@127.0.0.1")),
    Kind("no server", "names no server", url("postgresql:///etabli")),
    Kind("a port out of range", "is malformed", url(f"postgresql://u:{SECRET_WORD}@127.0.0.1:99999/etabli")),
    Kind("a password with a percent", "%25 for %", url(f"postgresql://u:{SECRET_WORD}%zz@127.0.0.1/etabli")),
    Kind("a password with an at", "%40 for @", url(f"postgresql://u:{SECRET_WORD}@{SECRET_WORD}@127.0.0.1/etabli")),
    Kind("a password with a slash", "%2F for /", url(f"postgresql://u:{SECRET_WORD}/x@127.0.0.1/etabli")),
    Kind("a password for a scheme", "Établi needs PostgreSQL", url(f"{SECRET_WORD}:x@127.0.0.1/etabli")),
    Kind("a server's name that cannot be one", "is malformed", url("postgresql://u:x@é..é/etabli")),
    Kind("nobody listening", "is it running", url(f"postgresql://u:{SECRET_WORD}@127.0.0.1:1/etabli")),
    Kind("a name without a machine", "is it running", url(f"postgresql://u:{SECRET_WORD}@nowhere.invalid/etabli")),
    Kind("a wrong password", "the password in DATABASE_URL is wrong", url("{wrong_password}")),
    Kind("a database that is not there", "does not exist", url("{missing}")),
    Kind("a user without rights", "make it the owner", url("{foreign}")),
    Kind("a server that only reads", "must name the primary", url("{url}&options=-c%20default_transaction_read_only%3Don")),
    Kind("a schema from the future", "update this program", url("{later}")),
    Kind("a data folder that is a file", "is not a folder", {"ETABLI_DATA_DIR": "{file}"}),
    Kind("a data folder in a file", "is not a folder", {"ETABLI_DATA_DIR": "{file}/data"}),
    Kind("a data folder that cannot be made", "cannot be written", {"ETABLI_DATA_DIR": "/proc/etabli"}),
    *(Kind(f"an unreadable storage, to {command[0]}", "ETABLI_STORAGE_URL", url("{url}") | {"ETABLI_STORAGE_URL": "nothing://x"}, command)
      for command in (("serve", "--port", "0"), ("worker",), ("backup", "{folder}/storage.zip"))),
    Kind("no web app where it should be", "ETABLI_WEB_ROOT", url("{url}") | {"ETABLI_WEB_ROOT": "/nowhere"}, ("serve", "--port", "0")),
    Kind("a host that is none", "cannot listen on", {"ETABLI_ALLOW_HTTP": "true"}, ("serve", "--port", "0", "--host", "a..b")),
    Kind("no port left for the page of trust", "cannot listen on", url("{url}"), ("serve", "--port", "65535", "--tls")),
    Kind("a secret that the disk has lost", "is damaged", url("{url}") | {"ETABLI_DATA_DIR": "{damaged}"}, ("serve", "--port", "0")),
    Kind("a restore that was cut off", "a restore was cut off", {"ETABLI_DATA_DIR": "{cut_off}"}),
    Kind("a demonstration on real data", "holds real data", url("{real}"), ("serve", "--demo", "--port", "0")),
]  # fmt: skip


@pytest.fixture(scope="module")
def answers(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[int, str]]]:
    """(status, words) of every kind, all started at once."""
    folder = tmp_path_factory.mktemp("starts")
    (folder / "file").write_text("")
    for name, file, content in (("damaged", "secret-key", b"\xff" * 40), ("cut_off", "restoring", b"")):
        (folder / name).mkdir()
        (folder / name / file).write_bytes(content)
    with ExitStack() as stack:
        places = {name: str(folder / name) for name in ("file", "damaged", "cut_off")}
        places |= {"folder": str(folder), **_addresses(postgres, stack)}
        starts = [_start(kind, places, folder) for kind in KINDS]
        statuses = subprocess.run(
            [sys.executable, "-m", "tests.setup.starter"], cwd=PROJECT, input="\n".join(map(json.dumps, starts)), text=True,
            stdout=subprocess.PIPE, timeout=TIMEOUT, check=True,
        ).stdout  # fmt: skip
        said = [Path(says).read_text() for *_, says in starts]
        yield dict(zip([kind.name for kind in KINDS], zip(json.loads(statuses), said, strict=True), strict=True))


def _addresses(postgres: Cluster, stack: ExitStack) -> dict[str, str]:
    good, later, real, foreign = [stack.enter_context(postgres.clone(f"start_{name}")) for name in ("good", "later", "real", "foreign")]
    with psycopg.connect(later) as connection:
        connection.execute("update alembic_version set version_num = '9999_later'")
    with psycopg.connect(real) as connection:
        connection.execute("insert into sites (id, name) values (gen_random_uuid(), 'Real')")
    name = urlsplit(foreign).path.strip("/")
    with psycopg.connect(foreign) as connection:
        connection.execute("delete from alembic_version")
    with psycopg.connect(urlunsplit(urlsplit(postgres.superuser_url)._replace(path=f"/{name}")), autocommit=True) as admin:
        admin.execute("alter table alembic_version owner to postgres")
    parts = urlsplit(good)
    password = parts.password or ""
    return {
        "url": good, "later": later, "real": real, "foreign": foreign,
        "wrong_password": good.replace(password, SECRET_WORD), "missing": urlunsplit(parts._replace(path="/not_there")),
    }  # fmt: skip


def _start(kind: Kind, places: dict[str, str], folder: Path) -> tuple[list[str], dict[str, str], str]:
    env = {name: value.format(**places) for name, value in kind.env.items()}
    usual = {"PATH": os.defpath, "PYTHONUTF8": "1", "ETABLI_DATA_DIR": str(folder / kind.name), "ETABLI_LOG_LEVEL": "error"}
    return [part.format(**places) for part in kind.command], usual | env, str(folder / f"{kind.name}.said")


@pytest.mark.timeout(TIMEOUT + 60)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_start_that_cannot_be(answers: dict[str, tuple[int, str]], kind: Kind) -> None:
    status, said = answers[kind.name]
    assert status == 2, said
    assert kind.says in said
    assert "Traceback" not in said
    assert SECRET_WORD not in said
    assert len(said.strip().splitlines()) <= 2, said
