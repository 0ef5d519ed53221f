"""What commands do to orders: the server's rules, on what the device holds."""

from mobile_app.core.projection import Rows, foretells
from shared_models.buying import commands as buying
from shared_models.buying import rules
from shared_models.buying.rows import PurchaseOrderRow
from shared_models.inventory.rows import PartRow, SupplierRow
from shared_models.refusals import NotFound
from shared_models.rules import By


@foretells(buying.WriteOrder)
def _write(rows: Rows, cmd: buying.WriteOrder, by: By) -> None:
    supplier = rows.get(SupplierRow, cmd.supplier_id)
    found = {line.part_id: rows.get(PartRow, line.part_id) for line in cmd.lines}
    parts = {part.id: part for part in found.values() if part is not None}
    if supplier is None or len(parts) < len(found):
        raise NotFound
    rows.put(rules.write(rules.Asked(rows.get(PurchaseOrderRow, cmd.order_id), supplier, parts), cmd, by))
