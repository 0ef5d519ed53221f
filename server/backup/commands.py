"""`etabli backup`, `etabli restore` and `etabli restored`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from server.core.settings import Settings

DataDir = Annotated[Path | None, typer.Option(help="Where the database, the attachments and the secret are kept.")]


def add_to(app: typer.Typer, settings_of: Callable[[Path | None], Settings], explained: Callable[[], AbstractContextManager[None]]) -> None:
    """`settings_of` reads the settings for a data folder; inside `explained` what goes wrong is said in a sentence."""

    @app.command()
    def backup(
        file: Annotated[Path | None, typer.Argument(help="File to write; etabli-<date>.zip by default.")] = None,
        with_files: Annotated[bool, typer.Option("--with-files", help="Copy the objects of an object store too.")] = False,
        data_dir: DataDir = None,
    ) -> None:
        """Write everything to one file, also while the server works."""
        from server.backup.taking import take

        path = file or Path(f"etabli-{datetime.now().astimezone():%Y-%m-%dT%H%M%S}.zip")
        with explained():
            taken = take(settings_of(data_dir), path.absolute(), with_files=with_files)
        listed = " listed, not copied: the object store keeps them (--with-files copies them)" if taken.is_listed_only else ""
        typer.echo(f"{taken.path}: {taken.rows} rows and {taken.files - taken.missing} files{listed}, read back and whole")
        typer.echo("It holds passwords' hashes and everybody's data: keep it like the server itself.")
        if taken.missing:
            typer.secho(f"{taken.missing} files that the database names were gone before", fg=typer.colors.RED, err=True)

    @app.command()
    def restore(
        file: Annotated[Path, typer.Argument(help="A file that `etabli backup` has written.")],
        replace: Annotated[bool, typer.Option("--replace", help="Take the place of what is there, which is kept aside.")] = False,
        data_dir: DataDir = None,
    ) -> None:
        """Put a backup back, into an empty data folder or database; the server must not run."""
        from server.backup.restoring import restore

        with explained():
            done = restore(settings_of(data_dir), file.absolute(), replace=replace)
        typer.echo(f"Restored as of {done.made_at:%Y-%m-%d %H:%M} UTC: {done.rows} rows, {done.files - done.missing} files.")
        typer.echo("Everybody signs in again; phones then load everything and send what they have not sent yet.")
        if done.aside:
            typer.echo(f"What was there before: {done.aside}")
        if done.missing:
            typer.secho(f"{done.missing} files that the rows name are not in the storage", fg=typer.colors.RED, err=True)

    @app.command()
    def restored(data_dir: DataDir = None) -> None:
        """Say that the database was restored by other means: everybody signs in again, phones load everything."""
        from server.backup.taking import running
        from server.core import histories, migrations

        with explained(), running(settings_of(data_dir)) as dsn:
            migrations.upgrade(dsn)
            histories.recognise(dsn, anew=True)
        typer.echo("A new history has begun: everybody signs in again, phones load everything.")
