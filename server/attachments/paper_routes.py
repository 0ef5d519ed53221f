"""The addresses of a thing's photo and documents, the same under each.

papers(router, "/equipment/{equipment_id}", "/documents", service.PAPERS, listing.DOCUMENTS, EquipmentReader, photo=row_of(MACHINE, …))
"""

from typing import Any

from fastapi import APIRouter, status

from server.attachments.papers import Papers
from server.core.command_routes import Answer, command, row_of
from server.core.held import HELD
from server.core.list_routes import lists
from server.core.lists import List


def papers(router: APIRouter, owner: str, by_id: str, of: Papers, listed: List, reader: Any, *, photo: Answer) -> None:
    """`photo`: what is answered to a new one. A document is dated and removed by its own id, below `by_id`."""
    added = row_of(HELD[of.shared.row.entity], "document_id")
    lists(router, f"{owner}/documents", listed, reader)
    command(router, "POST", f"{owner}/documents", of.shared.add, added, status_code=status.HTTP_201_CREATED)
    command(router, "PUT", f"{owner}/photo", of.shared.photo, photo)
    command(router, "PUT", by_id + "/{document_id}/validity", of.shared.date, added)
    command(router, "DELETE", by_id + "/{document_id}", of.shared.remove)
