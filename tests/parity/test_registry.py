"""A command is declared once: a walk over all of them, and over every field, finds what was forgotten."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, NaiveDatetime

import server.main  # noqa: F401 - who carries them out
from mobile_app.core.projection import RULES, Rows, project
from server.core.commands import VERBS, verb_of
from shared_models import instants
from shared_models.base import Command, Happened, Schema
from shared_models.checklists.rows import Step, StepKind
from shared_models.commands import COMMANDS, at_times, creates, files, leaves, names
from shared_models.commands import instants as read_off_the_clock
from shared_models.ids import uuid7
from shared_models.interventions.commands import AddNote
from shared_models.marks import File, FileId, Id, Made, Named, NewId
from shared_models.permissions import WORK
from shared_models.rules import rule_of
from tests.mobile_app.core.rows import ANNE, AT

TOLD = {instants.HAPPENED, instants.PLANNED, instants.WALL}
INSTANTS = {datetime, AwareDatetime, NaiveDatetime}
ENVELOPE = "command_id"


def fields(kind: type[BaseModel], path: str = "") -> Iterator[tuple[str, type, tuple[object, ...]]]:
    """Every type that a field of the command, or of what it holds, may have; with its marks."""
    for name, field in kind.model_fields.items():
        for leaf, marks in leaves(field.annotation, tuple(field.metadata)):
            if isinstance(leaf, type) and issubclass(leaf, BaseModel):
                yield from fields(leaf, f"{path}{name}.")
            else:
                yield f"{path}{name}", leaf, marks


def test_every_id_says_what_it_stands_for():
    ids = {(kind, at): marks for kind in COMMANDS.values() for at, leaf, marks in fields(kind) if leaf is UUID and at != ENVELOPE}
    assert ids
    assert [at for at, marks in ids.items() if sum(isinstance(mark, Made | Named | File) for mark in marks) != 1] == []


def test_every_instant_says_whose_clock_told_it():
    told = {(kind, at): marks for kind in COMMANDS.values() for at, leaf, marks in fields(kind) if leaf in INSTANTS}
    assert told
    assert [at for at, marks in told.items() if len(TOLD & set(marks)) != 1] == []


def test_each_is_permitted_carried_out_and_foretold():
    project(AddNote(intervention_id=uuid7(), note_id=uuid7(), text="x", occurred_at=AT), Rows(lambda *_: None), ANNE)
    assert [kind for kind in COMMANDS.values() if not kind.needs] == []
    assert [kind for kind in COMMANDS.values() if not verb_of(kind)] == []
    assert [kind for kind in COMMANDS.values() if kind not in VERBS and not getattr(kind, "done", "")] == []
    assert [kind for kind in COMMANDS.values() if kind not in RULES and not (rule_of(kind) and kind.on)] == []


def test_none_is_declared_without_being_known():
    """A class that forgets its `needs` would be no command at all; one that has some and is not known is REST's alone."""
    named = [kind for kind in every(Command) if kind.__module__.startswith("shared_models.") and "type" in kind.model_fields]
    assert [kind for kind in named if not kind.needs] == []


def every(kind: type[Command]) -> Iterator[type[Command]]:
    for known in kind.__subclasses__():
        yield known
        yield from every(known)


def test_an_edit_waits_for_its_row_and_makes_nothing_that_others_wait_for():
    edits = [kind for kind in COMMANDS.values() if kind.on and "version" in kind.model_fields]
    assert edits
    for kind in edits:
        row, parts = uuid7(), [Step(id=uuid7(), kind=StepKind.check, title="Vu")]
        blank = {**dict.fromkeys(kind.model_fields), "steps": parts, kind.on[1]: row, "version": 1}
        edit = kind.model_construct(**{name: value for name, value in blank.items() if name in kind.model_fields})
        assert (creates(edit), row in names(edit)) == (set(), True), kind


class Counted(Schema):
    part_id: Id
    photo_ids: list[FileId] = []
    seen_at: Happened


class CountStock(Command, needs=WORK, pushed=False):
    type: Literal["stock.count"] = "stock.count"
    count_id: NewId
    shelf_id: Id | None = None
    counted: list[Counted]


def test_all_else_follows_from_the_marks():
    """A made-up command, with what it holds in a list: nothing of it is named anywhere else."""
    parts, photos, count = [uuid7(), uuid7()], [uuid7(), uuid7()], uuid7()
    counted = [Counted(part_id=part, photo_ids=[photo], seen_at=AT) for part, photo in zip(parts, photos, strict=True)]
    command = CountStock(count_id=count, counted=counted, occurred_at=AT)
    assert (creates(command), names(command), files(command)) == ({count, *photos}, set(parts), set(photos))
    later = at_times(command, lambda at: at + timedelta(hours=1))
    assert read_off_the_clock(later) == dict.fromkeys(["occurred_at", "counted.0.seen_at", "counted.1.seen_at"], AT + timedelta(hours=1))
    assert later.counted[0].part_id == parts[0]
