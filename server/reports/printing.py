"""A report of a period is set, in a process of its own."""

from typing import IO, Final

from server.reports.compliance import Compliance
from server.reports.letter import Letter
from server.reports.maintenance import Maintenance
from server.reports.periodical import Setter, Told
from server.reports.stock import Stock
from server.reports.typeset import typeset
from shared_models.reports.rows import ReportKind

SETTERS: Final[dict[ReportKind, type[Setter]]] = {
    ReportKind.maintenance: Maintenance,
    ReportKind.letter: Letter,
    ReportKind.compliance: Compliance,
    ReportKind.stock: Stock,
}


def printed(lines: IO[bytes]) -> bytes:
    """The number of pages in a line of its own, then the document."""
    told = Told(lines)
    setter = SETTERS[ReportKind(told.head["kind"])](told)
    document = typeset(list(setter.story()), setter.running())
    return b"%d\n%s" % (document.pages, document.content)
