"""Status as icon, word and tone: never colour alone, and the same everywhere."""

from typing import Final, NamedTuple

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.theme import Tone
from shared_models.equipment.rows import Criticality, EquipmentStatus
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionType, Priority
from shared_models.requests.rows import RequestStatus, Symptom


class Mark(NamedTuple):
    """`key` is the word's key in the catalogue."""

    key: str
    tone: Tone
    icon: ft.IconData

    @property
    def word(self) -> str:
        return t(self.key)

    def chip(self, word: str | None = None) -> ft.Control:
        return StatusChip(word or self.word, self.tone, icon=self.icon)


EQUIPMENT: Final = {
    EquipmentStatus.active: Mark("domain.equipment.active", Tone.ok, ft.Icons.CHECK_CIRCLE_ROUNDED),
    EquipmentStatus.inactive: Mark("domain.equipment.inactive", Tone.off, ft.Icons.PAUSE_CIRCLE_ROUNDED),
    EquipmentStatus.maintenance: Mark("domain.equipment.maintenance", Tone.info, ft.Icons.BUILD_ROUNDED),
    EquipmentStatus.broken: Mark("domain.equipment.broken", Tone.bad, ft.Icons.ERROR_ROUNDED),
}
CRITICALITY: Final = {
    Criticality.low: Mark("domain.criticality.low", Tone.off, ft.Icons.KEYBOARD_ARROW_DOWN_ROUNDED),
    Criticality.medium: Mark("domain.criticality.medium", Tone.off, ft.Icons.REMOVE_ROUNDED),
    Criticality.high: Mark("domain.criticality.high", Tone.warning, ft.Icons.KEYBOARD_ARROW_UP_ROUNDED),
    Criticality.critical: Mark("domain.criticality.critical", Tone.bad, ft.Icons.PRIORITY_HIGH_ROUNDED),
}
JOB: Final = {
    InterventionStatus.pending: Mark("domain.job.pending", Tone.off, ft.Icons.SCHEDULE_ROUNDED),
    InterventionStatus.in_progress: Mark("domain.job.in_progress", Tone.info, ft.Icons.TIMER_ROUNDED),
    InterventionStatus.on_hold: Mark("domain.job.on_hold", Tone.warning, ft.Icons.PAUSE_CIRCLE_ROUNDED),
    InterventionStatus.completed: Mark("domain.job.completed", Tone.primary, ft.Icons.TASK_ALT_ROUNDED),
    InterventionStatus.cancelled: Mark("domain.job.cancelled", Tone.off, ft.Icons.BLOCK_ROUNDED),
}
VALIDATED: Final = Mark("domain.job.validated", Tone.ok, ft.Icons.VERIFIED_ROUNDED)
RETURNED: Final = Mark("domain.job.returned", Tone.warning, ft.Icons.UNDO_ROUNDED)
TYPE: Final = {
    InterventionType.preventive: Mark("domain.type.preventive", Tone.info, ft.Icons.EVENT_REPEAT_ROUNDED),
    InterventionType.corrective: Mark("domain.type.corrective", Tone.warning, ft.Icons.BUILD_ROUNDED),
    InterventionType.predictive: Mark("domain.type.predictive", Tone.info, ft.Icons.MONITOR_HEART_ROUNDED),
}
PRIORITY: Final = {
    Priority.low: Mark("domain.priority.low", Tone.off, ft.Icons.KEYBOARD_ARROW_DOWN_ROUNDED),
    Priority.medium: Mark("domain.priority.medium", Tone.off, ft.Icons.REMOVE_ROUNDED),
    Priority.high: Mark("domain.priority.high", Tone.warning, ft.Icons.KEYBOARD_ARROW_UP_ROUNDED),
    Priority.urgent: Mark("domain.priority.urgent", Tone.bad, ft.Icons.KEYBOARD_DOUBLE_ARROW_UP_ROUNDED),
}
REQUEST: Final = {
    RequestStatus.new: Mark("domain.request.new", Tone.info, ft.Icons.MARK_EMAIL_UNREAD_ROUNDED),
    RequestStatus.accepted: Mark("domain.request.accepted", Tone.ok, ft.Icons.CHECK_CIRCLE_ROUNDED),
    RequestStatus.declined: Mark("domain.request.declined", Tone.off, ft.Icons.BLOCK_ROUNDED),
}
SYMPTOM: Final = {
    Symptom.stopped: Mark("domain.symptom.stopped", Tone.bad, ft.Icons.FRONT_HAND_ROUNDED),
    Symptom.leak: Mark("domain.symptom.leak", Tone.info, ft.Icons.WATER_DROP_ROUNDED),
    Symptom.noise: Mark("domain.symptom.noise", Tone.warning, ft.Icons.GRAPHIC_EQ_ROUNDED),
    Symptom.heat: Mark("domain.symptom.heat", Tone.bad, ft.Icons.THERMOSTAT_ROUNDED),
    Symptom.jam: Mark("domain.symptom.jam", Tone.warning, ft.Icons.BLOCK_ROUNDED),
    Symptom.quality: Mark("domain.symptom.quality", Tone.warning, ft.Icons.RULE_ROUNDED),
    Symptom.safety: Mark("domain.symptom.safety", Tone.bad, ft.Icons.HEALTH_AND_SAFETY_ROUNDED),
    Symptom.other: Mark("domain.symptom.other", Tone.off, ft.Icons.MORE_HORIZ_ROUNDED),
}


def alarm(count: int, tone: Tone) -> Tone:
    """Of a figure that ought to be nought: as bad as what it counts, whatever else is said of it."""
    return tone if count else Tone.ok


def icon_named(name: str, otherwise: ft.IconData = ft.Icons.PRECISION_MANUFACTURING_ROUNDED) -> ft.IconData:
    """The Material icon that a class or a failure mode names, such as `water_drop`."""
    key = name.upper().replace("-", "_")
    found = getattr(ft.Icons, f"{key}_ROUNDED", None) or getattr(ft.Icons, key, None)
    return found if isinstance(found, ft.IconData) else otherwise
