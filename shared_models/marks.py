"""What the ids in a command stand for; `shared_models.commands` derives from it what depends on what.

Written where the field is: `NewId`, `Id`, `FileId`, or any of them `| None`. A test finds the UUID without a mark.
"""

from typing import Annotated
from uuid import UUID


class Made:
    """Marks the id of what a command makes: a device makes it, and REST does where the caller says nothing."""


class Named:
    """Marks the id of a row that is there already, or that a command before this one makes."""


class File:
    """Marks the id of an attachment, which a device uploads before the command."""


NewId = Annotated[UUID, Made()]
Id = Annotated[UUID, Named()]
FileId = Annotated[UUID, File()]
