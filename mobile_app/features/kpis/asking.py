"""What figures are asked of: a period and part of the plant, as the address says."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import flet as ft
from pydantic import AfterValidator

from mobile_app.core.i18n import language, t
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import by_name, by_name_and_site, dotted, has_several_sites, machines_to_choose, natural, site_name
from mobile_app.ui import address
from mobile_app.ui.address import Key, Place
from mobile_app.ui.choices import Choice, FilterBar, FilterChip, FilterMenu
from mobile_app.ui.dates import DateInput
from mobile_app.ui.pickers import PickList
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Columns, Stack
from shared_models.equipment.rows import EquipmentClassRow, EquipmentRow, in_language
from shared_models.kpis.periods import Period
from shared_models.kpis.rows import MOST_DAYS

_SCOPE = {"site": "site_id", "line": "production_line_id", "kind": "class_id", "machine": "equipment_id"}


class Asked(address.Asked):
    """This month, of all that the reader may see, unless it says otherwise."""

    period: Period | None = None
    since: date | None = None
    until: date | None = None
    site: Key | None = None
    line: Key | None = None
    kind: Key | None = None
    machine: Key | None = None

    @property
    def span(self) -> Period:
        """The period that can be asked about: one of one's own needs both its days."""
        period = self.period or Period.month
        return period if period is not Period.custom or self.has_days else Period.month

    @property
    def has_days(self) -> bool:
        return self.since is not None and self.until is not None and 0 <= (self.until - self.since).days < MOST_DAYS

    @property
    def question(self) -> str:
        """As the server is asked."""
        days = {"since": self.since, "until": self.until} if self.span is Period.custom else {}
        scope = {name: getattr(self, field) for field, name in _SCOPE.items()}
        return urlencode({name: str(value) for name, value in {"period": self.span, **days, **scope}.items() if value})

    @property
    def scope(self) -> list[str]:
        return [field for field in _SCOPE if getattr(self, field)]


class Opened(Asked):
    """One figure: in which of its ways and currencies."""

    variant: Annotated[str | None, AfterValidator(lambda text: text and text[:20])] = None
    currency: Annotated[str | None, AfterValidator(lambda text: text and text[:3])] = None

    @property
    def question(self) -> str:
        ways = {name: value for name, value in (("variant", self.variant), ("currency", self.currency)) if value}
        return "&".join(filter(None, [super().question, urlencode(ways)]))


def filters(client: Client, place: Place[Any], on_machine: Callable[[], None], shown: tuple[date, date] | None) -> list[ft.Control]:
    """The period, then part of the plant; the days of a period of one's own below, which begins as the one that was `shown`."""
    asked: Asked = place.asked
    periods = [Choice(period, t(f"kpis.period.{period}")) for period in Period]
    chips = [FilterMenu(t("kpis.period"), periods, asked.period or asked.span, _period(place, shown), droppable=False)]
    for name, choices in _scopes(client, asked).items():
        if choices or getattr(asked, name):
            chips.append(FilterMenu(t(f"kpis.{name}"), choices, getattr(asked, name), place.pick(name)))
    chips.append(FilterChip(_machine(client, asked), on_machine, active=asked.machine is not None))
    return [FilterBar(chips), *_days(place)]


def _period(place: Place[Any], shown: tuple[date, date] | None) -> Callable[[str | None], None]:
    def pick(key: str | None) -> None:
        since, until = shown if shown and key == Period.custom else (None, None)
        place.ask(period=key, since=since, until=until)

    return pick


def _days(place: Place[Any]) -> list[ft.Control]:
    asked: Asked = place.asked
    if asked.period is not Period.custom:
        return []
    wrong = t("kpis.days_wrong") if asked.since and asked.until and not asked.has_days else ""
    since = DateInput(t("kpis.since"), asked.since, lambda day: place.ask(since=day))
    until = DateInput(t("kpis.until"), asked.until, lambda day: place.ask(until=day), error=wrong)
    return [Columns([since], [until])]


def _scopes(client: Client, asked: Asked) -> dict[str, list[Choice]]:
    lines = [row for row in client.lines.rows.values() if asked.site in {None, str(row.site_id)}]
    kinds = sorted(client.classes.rows.values(), key=lambda row: natural(_class_name(row)))
    return {
        "site": by_name(client.sites.rows.values()) if has_several_sites(client) else [],
        "line": by_name_and_site(client, lines),
        "kind": [Choice(str(row.id), _class_name(row)) for row in kinds],
    }


def _class_name(row: EquipmentClassRow) -> str:
    return in_language(row.names, language())


def _machine(client: Client, asked: Asked) -> str:
    row = client.equipment.get(UUID(asked.machine)) if asked.machine else None
    if asked.machine and row is None:
        return t("common.not_offered", what=t("kpis.machine"))
    return dotted(row.name, site_name(client, row.site_id)) if row else t("kpis.machine")


def machine_sheet(client: Client, place: Place[Any], on_done: Callable[[], None]) -> Sheet:
    asked: Asked = place.asked

    def pick(key: str) -> None:
        on_done()
        place.ask(machine=key or None)

    def fits(row: EquipmentRow) -> bool:
        asking = (asked.site, row.site_id), (asked.line, row.production_line_id), (asked.kind, row.class_id)
        return all(wanted in {None, str(own)} for wanted, own in asking)

    rows = filter(fits, client.equipment.rows.values())
    choices = [Choice("", t("common.all")), *machines_to_choose(client, rows)]
    return Sheet(t("kpis.machine"), Stack(PickList(choices, asked.machine or "", pick)), tall=True)


def scope_words(client: Client, asked: Asked) -> str:
    """Of which part of the plant the figures are."""
    found = {
        "site": client.sites.get(UUID(asked.site)) if asked.site else None,
        "line": client.lines.get(UUID(asked.line)) if asked.line else None,
        "machine": client.equipment.get(UUID(asked.machine)) if asked.machine else None,
    }
    kind = client.classes.get(UUID(asked.kind)) if asked.kind else None
    names = [row.name for row in found.values() if row] + ([_class_name(kind)] if kind else [])
    return dotted(*names) if names else t("kpis.everything")
