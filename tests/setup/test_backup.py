"""Backups: whole or refused, of one instant, and put back into whatever place there is."""

import asyncio
import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg
import pytest

from server.backup import archive
from server.backup.errors import BackupError
from server.backup.restoring import restore
from server.backup.taking import running, take
from server.core import migrations, unfinished
from server.core.clock import now
from server.core.postgres import EmbeddedPostgres
from server.core.settings import Settings
from server.core.start_errors import StartError
from server.core.storage import local_storage
from server.demo import load_demo
from server.startup import database

SKIPPED = {"user_sessions", "number_series", "sync_epoch", "sync_run", "sync_tombstone", "alembic_version"}


def settings(url: str, folder: Path, **more: Any) -> Settings:
    return Settings(_env_file=None, data_dir=folder, database_url=url, secret_key="x" * 40, **more)


_TABLES = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"


def held(url: str) -> dict[str, list[Any]]:
    """Every row of ours, without the stamps of the history that it is in."""
    with psycopg.connect(url) as connection:
        names = [name for (name,) in connection.execute(_TABLES) if name not in SKIPPED and not name.startswith("procrastinate_")]
        rows = "select to_jsonb(t) - 'sync_xid' as row from {} t order by 1"
        return {name: connection.execute(rows.format(name)).fetchall() for name in names}


@pytest.fixture(scope="module")
def factory(postgres, tmp_path_factory) -> Any:
    """(address, settings, archive) of a factory with files."""
    folder = tmp_path_factory.mktemp("factory")
    with postgres.clone("backup") as url:
        ours = settings(url, folder)
        asyncio.run(load_demo(url, storage=local_storage(ours.storage_dir)))
        (folder / "tls").mkdir()
        (folder / "secret-key").write_text("kept")
        (folder / "tls" / "authority.pem").write_text("trusted")
        with psycopg.connect(url) as connection:
            connection.execute("select etabli_number('EQ') from generate_series(1, 5000)")
        path = folder / "backup.zip"
        taken = take(ours, path)
        assert taken.files > 10
        assert not taken.missing
        yield url, ours, path


@pytest.fixture(scope="module")
def small(postgres, tmp_path_factory) -> Any:
    """The same of a factory with one site and one file, for what is the same of any."""
    folder, content = tmp_path_factory.mktemp("small"), b"How to grease it"
    with postgres.clone("small") as url:
        ours = settings(url, folder)
        key = asyncio.run(local_storage(ours.storage_dir).put(content))
        with psycopg.connect(url) as connection:
            connection.execute("insert into sites (id, name) values (gen_random_uuid(), 'Lyon')")
            connection.execute(
                "insert into attachment (id, site_id, sha256, source_sha256, mime_type, size_bytes, file_name)"
                " select gen_random_uuid(), id, %s, %s, 'text/plain', %s, 'grease.txt' from sites",
                [key, key, len(content)],
            )
        path = folder / "backup.zip"
        assert take(ours, path).files == 1
        yield url, ours, path


class TestRestore:
    def test_holds_every_row_and_file(self, factory, fresh_database, tmp_path):
        url, _, path = factory
        assert path.stat().st_mode & 0o777 == 0o600
        done = restore(settings(fresh_database, tmp_path), path)
        assert held(fresh_database) == held(url)
        assert done.missing == 0
        assert done.rows == sum(map(len, held(url).values())) + _numbers(url)
        assert (tmp_path / "secret-key").read_text() == "kept"
        assert (tmp_path / "tls" / "authority.pem").read_text() == "trusted"
        assert (tmp_path / "tls" / "authority.pem").stat().st_mode & 0o777 == 0o600
        files = {file.name for file in tmp_path.rglob("*") if file.is_file()}
        with archive.opened(path) as reader:
            assert reader.manifest.files.keys() <= files
        migrations.check(fresh_database)
        with psycopg.connect(fresh_database) as connection:
            [(code,)] = connection.execute("select etabli_number('EQ')").fetchall()
            assert code > 5000
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("delete from audit_log")

    def test_replaces_only_when_told_and_keeps_what_was_there(self, small, fresh_database, tmp_path):
        _, _, path = small
        here = settings(fresh_database, tmp_path)
        with psycopg.connect(fresh_database) as connection:
            connection.execute("insert into sites (id, name) values (gen_random_uuid(), 'Here before')")
        before = held(fresh_database)
        with pytest.raises(BackupError, match="--replace"):
            restore(here, path)
        assert held(fresh_database) == before
        done = restore(here, path, replace=True)
        assert [row[0]["name"] for row in held(fresh_database)["sites"]] == ["Lyon"]
        assert done.aside
        restore(here, done.aside, replace=True)
        assert held(fresh_database) == before

    def test_leaves_the_objects_of_a_store_where_they_are_unless_told(self, small, fresh_database, tmp_path):
        url, ours, _ = small
        store = ours.storage_dir.as_uri()
        stored = settings(url, tmp_path, storage_url=store)
        listed, copied = take(stored, tmp_path / "listed.zip"), take(stored, tmp_path / "copied.zip", with_files=True)
        assert listed.is_listed_only
        assert not copied.is_listed_only
        assert listed.path.stat().st_size < copied.path.stat().st_size
        assert restore(settings(fresh_database, tmp_path / "a", storage_url=store), listed.path).missing == 0
        assert restore(settings(fresh_database, tmp_path / "b"), listed.path, replace=True).missing == listed.files
        assert restore(settings(fresh_database, tmp_path / "c"), copied.path, replace=True).missing == 0

    def test_brings_an_older_schema_up_to_date(self, postgres, fresh_database, tmp_path):
        with postgres.empty() as old:
            migrations.upgrade(old, "0004_calendar_and_sync_indexes")
            with psycopg.connect(old) as connection:
                connection.execute("insert into sites (id, name) values (gen_random_uuid(), 'Old')")
            take(settings(old, tmp_path), tmp_path / "old.zip")
        restore(settings(fresh_database, tmp_path / "new"), tmp_path / "old.zip")
        assert [row[0]["name"] for row in held(fresh_database)["sites"]] == ["Old"]
        migrations.check(fresh_database)

    def test_waits_for_no_running_server(self, small, fresh_database, tmp_path):
        with psycopg.connect(fresh_database, application_name="etabli"), pytest.raises(BackupError, match="stop every server"):
            restore(settings(fresh_database, tmp_path), small[2], replace=True)


class TestCutOff:
    """Ended or killed in the middle of a restore: nobody is served from half of it, and the same command ends it."""

    def test_in_a_database(self, small, fresh_database, tmp_path):
        here = settings(fresh_database, tmp_path)
        with psycopg.connect(fresh_database) as connection:
            connection.execute("insert into sites (id, name) values (gen_random_uuid(), 'Here before')")
        before = held(fresh_database)

        def is_marked() -> bool:
            with psycopg.connect(fresh_database) as connection:
                return unfinished.is_marked(connection)

        status = end_when(is_marked, here, signal.SIGTERM, "restore", small[2], "--replace", DATABASE_URL=fresh_database)
        assert status == 128 + signal.SIGTERM
        with pytest.raises(StartError, match=r"restore was cut off.*kept in .*before-restore"), database(here):
            pass
        with pytest.raises(StartError):
            take(here, tmp_path / "half.zip")
        [kept] = tmp_path.glob("before-restore-*.zip")
        restore(here, small[2])
        assert held(fresh_database) == held(small[0])
        restore(here, kept, replace=True)
        assert held(fresh_database) == before

    def test_in_a_folder(self, small, stopped_folder):
        data = stopped_folder
        here = Settings(_env_file=None, data_dir=data)
        with database(here) as url, psycopg.connect(url) as connection:
            connection.execute("insert into sites (id, name) values (gen_random_uuid(), 'Here before')")
        end_when((data / "restoring").exists, here, signal.SIGKILL, "restore", small[2], "--replace")
        with pytest.raises(StartError, match=r"restore was cut off.*kept in .*before-restore"), database(here):
            pass
        restore(here, small[2])
        assert not (data / "restoring").exists()
        with database(here) as url:
            assert held(url) == held(small[0])
        held_before = []
        for aside in data.glob("before-restore-*"):
            EmbeddedPostgres(aside).end_orphan()
            with suppress(BackupError), running(Settings(_env_file=None, data_dir=aside)) as url:
                held_before += [row[0]["name"] for row in held(url).get("sites", [])]
        assert "Here before" in held_before


def end_when(happens: Callable[[], bool], here: Settings, number: int, *command: str | Path, **env: str) -> int:
    process = subprocess.Popen(
        [sys.executable, "-m", "server.cli", *map(str, command)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={"PATH": os.defpath, "ETABLI_DATA_DIR": str(here.data_dir), **env},
    )  # fmt: skip
    while not happens():
        assert process.poll() is None, process.communicate()
    process.send_signal(number)
    process.communicate()
    return process.returncode


def _numbers(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute("select (select count(*) from number_series) + (select count(*) from user_sessions)").fetchone()[0]


class TestArchive:
    @pytest.mark.parametrize("part", [0, 1, 0.1, 0.5, 0.9, 0.999])
    def test_cut_short_is_refused(self, factory, tmp_path, part):
        content = factory[2].read_bytes()
        cut = tmp_path / "cut.zip"
        cut.write_bytes(content[: int(len(content) * part) if part < 1 else 1])
        with pytest.raises(BackupError, match="no backup of Établi"), archive.opened(cut):
            pass

    def test_a_flipped_bit_is_refused_or_harmless(self, factory, tmp_path):
        """Wherever a disk or a stick has lost one: in what is packed, in what says where it is, in the manifest."""
        small = tmp_path / "small.zip"
        with archive.written(small) as writer:
            writer.add("tables/x", [bytes(range(256)) * 4], packed=True)
            writer.close(archive.Manifest(product="1", revision="x", made_at=now(), tables={}, files_in="archive", files={}))
        content, broken = small.read_bytes(), tmp_path / "broken.zip"
        refused = 0
        for place in range(len(content)):
            broken.write_bytes(content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :])
            try:
                with archive.opened(broken) as reader:
                    assert b"".join(reader.chunks("tables/x")) == bytes(range(256)) * 4
            except BackupError:
                refused += 1
        assert refused > len(content) / 2

    @pytest.mark.parametrize("kind", ["tables/", "attachments/"])
    def test_altered_is_refused(self, factory, tmp_path, kind):
        """Another content under the same name, as a hand would pack it again; and a member left out."""
        for change in (lambda content: content + b"x", lambda _: None):
            altered = tmp_path / "altered.zip"
            _repack(factory[2], altered, kind, change)
            with pytest.raises(BackupError), archive.opened(altered):
                pass

    def test_of_a_newer_version_is_refused_before_anything_is_touched(self, factory, fresh_database, tmp_path):
        newer = tmp_path / "newer.zip"
        _repack(factory[2], newer, archive.MANIFEST, lambda content: json.dumps(json.loads(content) | {"revision": "9999_later"}).encode())
        with pytest.raises(BackupError, match="newer version"):
            restore(settings(fresh_database, tmp_path), newer, replace=True)

    def test_overwrites_nothing_and_leaves_nothing_half_made(self, small, tmp_path):
        _, ours, path = small
        content = path.read_bytes()
        with pytest.raises(BackupError, match="exists"):
            take(ours, path)
        with pytest.raises(BackupError, match="cannot be written"):
            take(ours, tmp_path / "nowhere" / "b.zip")
        assert path.read_bytes() == content
        assert not list(path.parent.glob(f"{archive.DRAFT}*"))

    def test_sweeps_what_killed_ones_have_left_and_nobody_elses(self, small, tmp_path):
        left, at_work = tmp_path / f"{archive.DRAFT}dead", tmp_path / f"{archive.DRAFT}alive"
        for draft in (left, at_work):
            draft.write_text("half a backup")
            os.utime(draft, (1, 1))
        with at_work.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            take(small[1], tmp_path / "b.zip")
        assert at_work.exists()
        assert not left.exists()

    def test_is_named_where_there_are_no_links(self, small, tmp_path, monkeypatch):
        """As on a memory stick."""

        def refuse(*_: Any) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
        take(small[1], tmp_path / "b.zip")
        with pytest.raises(BackupError, match="exists"):
            take(small[1], tmp_path / "b.zip")
        assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]

    def test_tells_of_files_that_were_gone(self, small, tmp_path):
        ours = small[1]
        victim = next(file for file in ours.storage_dir.rglob("*") if file.is_file())
        content = victim.read_bytes()
        victim.unlink()
        try:
            assert take(ours, tmp_path / "b.zip").missing == 1
        finally:
            victim.write_bytes(content)


def _repack(source: Path, target: Path, prefix: str, change: Callable[[bytes], bytes | None]) -> None:
    with ZipFile(source) as old, ZipFile(target, "w") as new:
        chosen = next(name for name in old.namelist() if name.startswith(prefix))
        for name in old.namelist():
            content = old.read(name)
            if name == chosen:
                content = change(content)
            if content is not None:
                new.writestr(name, content)
