"""The photo and the documents of whatever has some, declared once: a domain derives its rows and commands, and names them together.

    PAPERS = Papers(DocumentRow, AddDocument, DateDocument, RemoveDocument, SetEquipmentPhoto)

The server, the foretelling and the forms take from that what is done with them.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from shared_models.base import Command, Day, EntityRow, FileId, Id, NewId, Row, Title
from shared_models.rules import By

R = TypeVar("R", bound=Row)


class PaperRow(EntityRow):
    """A manual, a drawing, a certificate: `attachment_id` names the file. `valid_until`: the last day on which it holds."""

    attachment_id: UUID
    title: str
    mime_type: str
    size_bytes: int
    valid_until: date | None = None


class AddPaper(Command):
    document_id: NewId
    attachment_id: FileId
    title: Title
    valid_until: Day | None = None


class DatePaper(Command):
    """Until when it holds, from now on; None for one that does not end."""

    document_id: Id
    valid_until: Day | None


class RemovePaper(Command):
    document_id: Id


class SetPhoto(Command):
    attachment_id: FileId | None


@dataclass(frozen=True)
class Papers:
    """Of one kind of thing: the rows of its documents, and what is done to them and to its photo."""

    row: type[PaperRow]
    add: type[AddPaper]
    date: type[DatePaper]
    remove: type[RemovePaper]
    photo: type[SetPhoto]

    @property
    def owner(self) -> type[EntityRow]:
        assert self.add.on is not None
        return self.add.on[0]

    @property
    def key(self) -> str:
        """The field that names the owner."""
        assert self.add.on is not None
        return self.add.on[1]


def with_photo(row: R, cmd: SetPhoto, _: By) -> R:
    """A version counts what a form replaces: a new photo makes nobody's edit stale."""
    return row.model_copy(update={"photo_id": cmd.attachment_id})
