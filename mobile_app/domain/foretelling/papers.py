"""What becomes of documents, of whatever they are."""

from functools import partial

from mobile_app.core.projection import Rows, foretells
from shared_models.equipment import commands as eq
from shared_models.inventory import commands as inv
from shared_models.papers import AddPaper, DatePaper, Papers, RemovePaper
from shared_models.rules import By


def _add(papers: Papers, rows: Rows, cmd: AddPaper, _: By) -> None:
    """What kind of file it is, the server says."""
    owner = rows.get(papers.owner, cmd.subject_id)
    if owner:
        rows.put(papers.row.model_validate({
            "id": cmd.document_id, papers.key: owner.id, papers.row.site: owner.of_site, "attachment_id": cmd.attachment_id,
            "title": cmd.title, "mime_type": "", "size_bytes": 0, "valid_until": cmd.valid_until,
        }))  # fmt: skip


def _date(papers: Papers, rows: Rows, cmd: DatePaper, _: By) -> None:
    rows.change(papers.row, cmd.document_id, valid_until=cmd.valid_until)


def _remove(papers: Papers, rows: Rows, cmd: RemovePaper, _: By) -> None:
    rows.drop(papers.row, cmd.document_id)


for _papers in (eq.PAPERS, inv.PAPERS):
    foretells(_papers.add)(partial(_add, _papers))
    foretells(_papers.date)(partial(_date, _papers))
    foretells(_papers.remove)(partial(_remove, _papers))
