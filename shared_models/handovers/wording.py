"""What is said of a line of a handover, beside its name: in the app and in a mail alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from shared_models.equipment.rows import EquipmentStatus
from shared_models.handovers.rows import HandoverItem, Part
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.inventory.quantities import plain


@dataclass(frozen=True)
class Tongue:
    """How its reader reads: words, instants, days, and what a site's clock shows."""

    t: Callable[..., str]
    moment: Callable[[datetime], str]
    day: Callable[[date], str]
    wall: Callable[[datetime], str]


def told(item: HandoverItem, tongue: Tongue) -> str:
    return " · ".join(filter(None, _TOLD[item.part](item, tongue)))


def _degraded(item: HandoverItem, tongue: Tongue) -> list[str | None]:
    since = tongue.t("handovers.since", when=tongue.moment(item.at)) if item.at else None
    runs = item.status == EquipmentStatus.active
    return [tongue.t("handovers.with_fault" if runs else f"domain.equipment.{item.status}"), item.reason, since]


def _stuck(item: HandoverItem, tongue: Tongue) -> list[str | None]:
    return [item.reason or tongue.t("handovers.no_reason"), item.who]


def _at(item: HandoverItem, tongue: Tongue) -> list[str | None]:
    return [tongue.moment(item.at) if item.at else None, item.who]


def _temporary(item: HandoverItem, tongue: Tongue) -> list[str | None]:
    return [tongue.t("handovers.until", day=tongue.day(item.until)) if item.until else None, item.who]


def _low(item: HandoverItem, tongue: Tongue) -> list[str | None]:
    on_hand, minimum = (plain(figure or Decimal(0)) for figure in (item.on_hand, item.minimum))
    return [tongue.t("handovers.left", figure=f"{on_hand}\N{NO-BREAK SPACE}{item.unit or ''}".strip(), minimum=minimum)]


def _ahead(item: HandoverItem, tongue: Tongue) -> list[str | None]:
    return [_when(item, tongue), item.who or tongue.t("handovers.nobody")]


def _when(item: HandoverItem, tongue: Tongue) -> str:
    if item.status == InterventionStatus.in_progress:
        return tongue.t("handovers.begun")
    if item.at:
        return tongue.moment(item.at)
    return tongue.wall(item.due) if item.due else ""


_TOLD: dict[Part, Callable[[HandoverItem, Tongue], list[str | None]]] = {
    Part.degraded: _degraded, Part.stuck: _stuck, Part.opened: _at, Part.temporary: _temporary, Part.low: _low, Part.ahead: _ahead,
    Part.closed: _at,
}  # fmt: skip
