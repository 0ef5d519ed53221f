"""All jobs: cards on a phone, a dense table on a desk; what ended long ago is read on from the server."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import flet as ft

from mobile_app.core.errors import ClientError, Offline
from mobile_app.core.folding import fold
from mobile_app.core.i18n import format_date, n, t
from mobile_app.core.rows import InOrder
from mobile_app.domain import marks
from mobile_app.domain.agenda import NOBODY
from mobile_app.domain.cards import JobCard
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.due import DueState, job_due_state, local_day
from mobile_app.domain.lookup import by_name, by_name_and_site, dotted, has_several_sites
from mobile_app.domain.people import workers_at
from mobile_app.domain.readiness import OF_PLAN
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.domain.views import AWAITED, OF_CLOSED, OF_OPEN, is_free
from mobile_app.features.jobs.desk import JobsDesk, Listed
from mobile_app.ui.address import Asked, Key, Place, use_place
from mobile_app.ui.buttons import TextLink
from mobile_app.ui.cards import LineItem, in_twos
from mobile_app.ui.choices import Choice, FilterBar, FilterChip, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, more_of, toast
from mobile_app.ui.fields import SearchField
from mobile_app.ui.hooks import State, use_clock, use_state
from mobile_app.ui.shell import ListPane, Page, PageHeader
from mobile_app.ui.table import is_tabular, table_head
from mobile_app.ui.text import Meta
from shared_models.interventions.lifecycle import OPEN, InterventionStatus
from shared_models.interventions.rows import DEVICE_WINDOW, InterventionListItem, InterventionRow, InterventionType

MOST = 60
OLDER = 50
STATES = ("open", "mine", "to_validate", "over")
DATES = (DueState.late, DueState.due, DueState.soon)
OVER = frozenset(InterventionStatus) - OPEN
SORTED_BY = tuple(dict.fromkeys([*OF_OPEN, *OF_CLOSED, "site_id", "intervention_type"]))
"""What the orders of the table ask of a job."""
OF_MACHINE = ("name", "code", "site_id", "production_line_id")


class Filters(Asked):
    """`technician` may be `NOBODY`; `due` is of open jobs."""

    state: Literal["open", "mine", "to_validate", "over"] = "open"
    due: Literal["late", "due", "soon"] | None = None
    site: Key | None = None
    line: Key | None = None
    type: InterventionType | None = None
    technician: Key | None = None

    @property
    def wanted(self) -> dict[str, Collection[Any]]:
        """By the row's fields, as far as these tell."""
        wanted: dict[str, Collection[Any]] = {"status": OVER if self.state == "over" else OPEN}
        if self.state == "to_validate":
            wanted = {**AWAITED}
        return {**wanted, **({"intervention_type": [self.type]} if self.type else {})}


def matching(client: Client, filters: Filters, today: date) -> InOrder[InterventionRow]:
    """The jobs that pass, the next due first; of those that are over, the last first."""
    rows, passes = client.interventions.rows, _Passing(client, filters, today)
    jobs = [job for job in rows.parts(*SORTED_BY, **filters.wanted) if passes(job)]
    return InOrder(rows, sorted(jobs, key=_moment, reverse=filters.state in {"to_validate", "over"}))


def _moment(job: Any) -> datetime:
    found: datetime = job.actual_end or job.scheduled_start or job.created_at
    return found


class _Passing:
    """Whether a job, or its part, is among what is asked for. What it asks about machines and plans is looked up where it is asked."""

    def __init__(self, client: Client, filters: Filters, today: date) -> None:
        self._client, self._filters, self._today = client, filters, today
        self._words = fold(filters.query).split()
        self._asks_machine = bool(self._words or filters.site or filters.line)

    def __call__(self, job: Any) -> bool:
        return self._is_in(job) and self._is_for(job) and self._is_due(job) and (not self._asks_machine or self._is_there(job))

    def _is_in(self, job: Any) -> bool:
        state = self._filters.state
        if state == "mine":
            return bool(job.assigned_technician_id == self._client.user.id)
        return state == "open" or bool(job.awaits_validation) == (state == "to_validate")

    def _is_for(self, job: Any) -> bool:
        who = self._filters.technician
        if who is None:
            return True
        return is_free(job) if who == str(NOBODY) else str(job.assigned_technician_id) == who

    def _is_due(self, job: Any) -> bool:
        if not self._filters.due:
            return True
        plan = self._client.tables.plans.rows.part_of(job.scheduled_maintenance_id, *OF_PLAN)
        return job.status in OPEN and job_due_state(job, self._today, plan) == self._filters.due

    def _is_there(self, job: Any) -> bool:
        machine = self._client.equipment.rows.part_of(job.equipment_id, *OF_MACHINE)
        places = ((self._filters.site, machine and machine.site_id), (self._filters.line, machine and machine.production_line_id))
        if not all(wish is None or wish == str(place) for wish, place in places):
            return False
        named = fold(f"{job.title} {job.number or ''} {machine.name if machine else ''} {machine.code if machine else ''}")
        return all(word in named for word in self._words)


def _use_matching(client: Client, filters: Filters) -> InOrder[InterventionRow]:
    """A hook: found again only when what it looks at has changed."""
    tables, today = client.tables, local_day(client.now())
    seen = [table.revision for table in (tables.interventions, tables.equipment, tables.plans)]
    found: InOrder[InterventionRow] = ft.use_memo(lambda: matching(client, filters, today), [filters.sought, today, *seen])
    return found


@component
def JobListScreen() -> ft.Control:
    client = use_tables("interventions", "equipment", "lines", "sites", "users", "teams", "plans")
    place = use_place(Filters)
    filters = place.asked
    use_clock(600)
    jobs = _use_matching(client, filters)
    title = PageHeader(t("jobs.title"), n("today.count", len(jobs)), trailing=[] if is_tabular() else [SyncBadge()])
    search = SearchField(filters.query, place.pick("query"), placeholder=t("jobs.search"))
    bar = _filter_bar(client, place)
    older, further = use_older(client, filters)
    is_over = filters.state == "over"
    if is_tabular():
        held = set(jobs.keys())
        rest = [item for item in older.items if str(item.id) not in held] if is_over else []
        rows: Sequence[Listed] = [*jobs, *rest] if rest else jobs
        return JobsDesk(client, place, rows, table_head(title, search, SyncBadge()), bar, further if is_over else None)
    most = filters.page * MOST
    cards = [JobCard(client, job, on_open=opener(f"/jobs/{job.id}")) for job in jobs[:most]]
    past = [*map(_line, older.items), further] if is_over and len(jobs) <= most else []
    nothing = EmptyState(ft.Icons.ASSIGNMENT_TURNED_IN_OUTLINED, t("jobs.none"), t("jobs.none_body"))
    return Page(title, search, bar, *(in_twos(cards) or [nothing]), *more_of(place, len(jobs) > most), *past)


@component
def Pane(client: Client, chosen: UUID) -> ft.Control:
    """Beside the job that was opened; it goes on asking what the list asked."""
    place = use_place(Filters)
    filters, most = place.asked, place.asked.page * MOST
    jobs = _use_matching(client, filters)
    search = SearchField(filters.query, place.pick("query"), placeholder=t("jobs.search"))
    cards = [JobCard(client, job, on_open=opener(place.to(f"/jobs/{job.id}")), selected=job.id == chosen, flat=True) for job in jobs[:most]]
    nothing = EmptyState(ft.Icons.ASSIGNMENT_TURNED_IN_OUTLINED, t("jobs.none"), t("jobs.none_body"))
    return ListPane(t("jobs.title"), search, [*(cards or [nothing]), *more_of(place, len(jobs) > most)])


def _filter_bar(client: Client, place: Place[Filters]) -> ft.Control:
    filters, pick = place.asked, place.pick

    def show(state: str) -> Callable[[], None]:
        return lambda: place.ask(state=state, due=None)

    site = UUID(filters.site) if filters.site else None
    lines = by_name_and_site(client, (line for line in client.lines.rows.values() if site in {None, line.site_id}))
    kinds = [Choice(kind.value, marks.TYPE[kind].word) for kind in InterventionType]
    people = [Choice(str(NOBODY), t("domain.unassigned")), *workers_at(client, site)]
    chips = [FilterChip(t(f"jobs.{name}"), show(name), active=filters.state == name) for name in STATES]
    sites = by_name(client.sites.rows.values()) if has_several_sites(client) else []
    is_open, of_all = filters.state in {"open", "mine"}, filters.state != "mine"
    dates = [Choice(state.value, t(f"due.{state}")) for state in DATES]
    menus = [
        *([FilterMenu(t("jobs.due"), dates, filters.due, pick("due"))] if is_open or filters.due else []),
        *([FilterMenu(t("equipment_list.site"), sites, filters.site, pick("site"))] if sites or filters.site else []),
        FilterMenu(t("equipment_list.line"), lines, filters.line, pick("line")),
        FilterMenu(t("jobs.type"), kinds, filters.type, pick("type")),
        *([FilterMenu(t("jobs.technician"), people, filters.technician, pick("technician"))] if of_all or filters.technician else []),
    ]
    return FilterBar([*chips, *menus])


# What ended before


def older_than(client: Client, filters: Filters, page: int) -> dict[str, Any]:
    """What the server is asked for: what this device lets go of."""
    technician = filters.technician if filters.technician != str(NOBODY) else None
    return {
        "ended_before": (client.now() - DEVICE_WINDOW).isoformat(), "sort": "-actual_end", "size": OLDER, "page": page,
        "search": filters.query.strip() or None, "site_id": filters.site, "production_line_id": filters.line,
        "intervention_type": filters.type, "assigned_technician_id": technician,
    }  # fmt: skip


@dataclass(frozen=True)
class Older:
    """What was read of it for one question; `total` is not known before."""

    asked: str = ""
    items: tuple[InterventionListItem, ...] = ()
    total: int | None = None

    @property
    def is_more(self) -> bool:
        return self.total is None or len(self.items) < self.total


def use_older(client: Client, filters: Filters) -> tuple[Older, ft.Control]:
    """A hook: what was read, and the line that says how far back this device looks, with the way further back."""
    state: State[Older] = use_state(Older())
    known, set_known = state
    asked = filters.but(sort="").told
    older = known if known.asked == asked else Older(asked)

    async def read_on() -> None:
        try:
            page = await client.api.get("/maintenance/interventions", **older_than(client, filters, len(older.items) // OLDER + 1))
        except ClientError as error:
            toast(t("machine.history_offline" if isinstance(error, Offline) else "machine.history_failed"))
            return
        set_known(Older(asked, (*older.items, *map(InterventionListItem.model_validate, page["items"])), page["total"]))

    words = Meta(t("jobs.since", day=format_date(client.now() - DEVICE_WINDOW)) if older.is_more else t("jobs.all_read"))
    return older, ft.Row([words, *([TextLink(t("jobs.older"), read_on)] if older.is_more else [])], spacing=8, wrap=True)


def _line(item: InterventionListItem) -> ft.Control:
    ended = format_date(item.actual_end) if item.actual_end else ""
    return LineItem(
        item.title, meta=dotted(item.number or "", item.equipment_name, ended, item.technician or ""),
        icon=marks.TYPE[item.intervention_type].icon, on_click=opener(f"/jobs/{item.id}"),
    )  # fmt: skip
