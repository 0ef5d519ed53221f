"""What devices hold of handovers: those of late."""

from server.core.held import SINCE, hold
from server.handovers.models import Handover, HandoverPage
from shared_models.handovers.rows import HandoverPageRow, HandoverRow

HANDOVER = hold(HandoverRow, Handover, fresh=(f"t.ends_at >= {SINCE}",))
HANDOVER_PAGE = hold(
    HandoverPageRow, HandoverPage, fresh=(f"exists (select from handover h where h.id = t.id and h.ends_at >= {SINCE})",)
)  # fmt: skip
