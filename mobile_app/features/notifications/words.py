"""How what people are told looks: an icon for each kind, a tone for how much it presses; and in which groups kinds are shown."""

from typing import Final

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.ui.theme import Tone
from shared_models.interventions.rows import Priority
from shared_models.notices.kinds import NoticeKind

_I = ft.Icons
ICONS: Final = {
    NoticeKind.due_soon: _I.EVENT_ROUNDED,
    NoticeKind.due: _I.TODAY_ROUNDED,
    NoticeKind.overdue: _I.EVENT_BUSY_ROUNDED,
    NoticeKind.job_assigned: _I.ASSIGNMENT_IND_ROUNDED,
    NoticeKind.job_returned: _I.UNDO_ROUNDED,
    NoticeKind.job_to_validate: _I.FACT_CHECK_ROUNDED,
    NoticeKind.unacknowledged: _I.NOTIFICATION_IMPORTANT_ROUNDED,
    NoticeKind.machine_down: _I.ERROR_ROUNDED,
    NoticeKind.request_received: _I.MARK_EMAIL_UNREAD_ROUNDED,
    NoticeKind.low_stock: _I.TRENDING_DOWN_ROUNDED,
    NoticeKind.out_of_stock: _I.PRODUCTION_QUANTITY_LIMITS_ROUNDED,
    NoticeKind.count_shelf: _I.SHELVES,
    NoticeKind.order_overdue: _I.LOCAL_SHIPPING_ROUNDED,
    NoticeKind.repair_expiring: _I.HOURGLASS_BOTTOM_ROUNDED,
    NoticeKind.warranty_ending: _I.VERIFIED_USER_ROUNDED,
    NoticeKind.document_ending: _I.ASSIGNMENT_LATE_ROUNDED,
    NoticeKind.plan_unanswered: _I.EVENT_REPEAT_ROUNDED,
    NoticeKind.repeated_failure: _I.REPLAY_ROUNDED,
    NoticeKind.push_lost: _I.CLOUD_OFF_ROUNDED,
    NoticeKind.push_found: _I.CLOUD_DONE_ROUNDED,
    NoticeKind.shift_handover: _I.HANDSHAKE_OUTLINED,
    NoticeKind.report_ready: _I.PICTURE_AS_PDF_OUTLINED,
}
TONES: Final = {Priority.low: Tone.off, Priority.medium: Tone.info, Priority.high: Tone.warning, Priority.urgent: Tone.bad}
GROUPS: Final = {
    "work": (
        NoticeKind.shift_handover, NoticeKind.job_assigned, NoticeKind.job_returned, NoticeKind.due_soon, NoticeKind.due,
        NoticeKind.overdue, NoticeKind.repair_expiring,
    ),
    "machines": (
        NoticeKind.machine_down, NoticeKind.unacknowledged, NoticeKind.request_received, NoticeKind.repeated_failure,
        NoticeKind.warranty_ending, NoticeKind.document_ending,
    ),
    "stock": (NoticeKind.low_stock, NoticeKind.out_of_stock, NoticeKind.count_shelf, NoticeKind.order_overdue),
    "planning": (NoticeKind.job_to_validate, NoticeKind.plan_unanswered, NoticeKind.report_ready),
    "server": (NoticeKind.push_lost, NoticeKind.push_found),
}  # fmt: skip
"""In the order in which they are shown."""


def kind_word(kind: NoticeKind) -> str:
    return t(f"notice.kind.{kind}")
