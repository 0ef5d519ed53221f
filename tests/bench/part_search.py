"""Finding parts on a device, without a network, among twenty thousand: `python -m tests.bench.part_search`.

In CPython, by the processor's time; Pyodide takes several times as long.
"""

import statistics
import sys
import time

from mobile_app.domain.search import search_parts
from server.demo.codes import Codes
from server.demo.plant import SCALES
from server.demo.spares.parts import Catalogue
from shared_models.inventory.rows import PartRow
from tests.bench.verdicts import at_most

QUERIES = (
    "r",
    "roulement",
    "joint 30",
    "6205",
    "capteur inductif m12",
    "courroie xpz 1250",
    "roulemant",
    "jiont torique",
    "vreins",
    "zzzz",
)
SHOWN = 50


def milliseconds(rows: list[PartRow], query: str) -> float:
    began = time.process_time()
    search_parts(rows, query, SHOWN)
    return (time.process_time() - began) * 1000


def main() -> int:
    rows = [part.row for part in Catalogue(1, SCALES["bench"].parts, Codes(1).classes).parts]
    print(f"     {len(rows)} parts; the first search, which reads them all: {milliseconds(rows, QUERIES[0]):.0f} ms")
    met = [
        at_most(f"a search for “{query}”", statistics.median(milliseconds(rows, query) for _ in range(5)), 100, "ms") for query in QUERIES
    ]
    rows[0] = rows[0].model_copy(update={"location": "A-1"})
    met.append(at_most("the first one after a part has changed", milliseconds(rows, QUERIES[1]), 100, "ms"))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
