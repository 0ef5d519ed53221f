"""One visit to the calendar: where it stands, what is open, what is being moved."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, cast, get_args

from mobile_app.core.i18n import format_date
from mobile_app.domain.agenda import Agenda, Entry, Filters, Whole, add_months, entries, monday_of, read_ahead, whole
from mobile_app.domain.client import Client
from mobile_app.domain.context import go
from mobile_app.domain.due_marks import local_day
from mobile_app.features.calendar.agenda import DAYS
from mobile_app.features.calendar.entries import SHOWN, Scene, month_name, span_name
from mobile_app.features.calendar.filters import Asked, View, filtered
from mobile_app.features.calendar.move import Moves
from mobile_app.ui import hooks
from mobile_app.ui.address import Place, use_place
from mobile_app.ui.environment import Breakpoint, current
from mobile_app.ui.theme import DARK
from shared_models.permissions import Permission

VIEWS: Final[tuple[View, ...]] = get_args(View)


@dataclass(frozen=True)
class Where:
    """The view and the day it is about, as the address says."""

    view: View
    day: date

    def on(self, day: date) -> "Where":
        return replace(self, day=day)

    def step(self, by: int, today: date) -> "Where":
        if self.view == "month":
            first = add_months(self.day, by)
            return self.on(today if (first.year, first.month) == (today.year, today.month) else first)
        days = 7 if self.view == "week" else DAYS
        return self.on(self.day + timedelta(days=by * days))

    @property
    def title(self) -> str:
        if self.view == "month":
            return month_name(self.day)
        return span_name(*self._span)

    @property
    def short_title(self) -> str:
        """On one line of a phone."""
        return self.title if self.view == "month" else " – ".join(format_date(day) for day in self._span)

    @property
    def _span(self) -> tuple[date, date]:
        since, days = (monday_of(self.day), 7) if self.view == "week" else (self.day, DAYS)
        return since, since + timedelta(days=days - 1)


def use_today(client: Client) -> date:
    """The day where the reader is; renders again when it changes."""
    day, set_day = hooks.use_state(local_day(client.now()))
    hooks.use_interval(lambda: set_day(local_day(client.now())), 30)
    return day


@dataclass
class Visit:
    """`kept` remembers the view for the next visit. `entry` is open in a sheet, at its `part`; `sheet` is any other; `moving` waits
    for a tap on a day.
    """

    client: Client
    today: date
    where: Where
    kept: hooks.Draft
    agenda: Agenda
    place: Place[Asked]
    size: Breakpoint
    dark: bool
    opened: hooks.State[Whole | None]
    parts: hooks.State[str]
    sheets: hooks.State[str]
    moves: hooks.State[Whole | None]
    lifted: hooks.Box[Whole | None]
    asked: hooks.State[tuple[Where, int]]

    @property
    def filters(self) -> Filters:
        return self.place.asked.filters

    def filter_by(self, name: str, key: str | None) -> None:
        self.place.ask(**{name: key})

    @property
    def entry(self) -> Whole | None:
        return refreshed(self.client, self.opened[0]) if self.opened[0] else None

    @property
    def moving(self) -> Whole | None:
        return self.moves[0]

    @property
    def show_part(self) -> hooks.Setter[str]:
        return self.parts[1]

    @property
    def show_sheet(self) -> hooks.Setter[str]:
        return self.sheets[1]

    def scene(self) -> Scene:
        may_plan = self.client.may(Permission.maintenance_write)
        return Scene(
            self.client, self.today, self.where.day, self.dark, may_plan, self.find, self.agenda.between,
            self.open, self.on_day, self.lift, self.drop, self.hand, self.step, self.more, self.moving, self.most, self._stamp,
        )  # fmt: skip

    @property
    def most(self) -> int:
        """Cards of a list: more were asked for, as long as one stays there."""
        where, most = self.asked[0]
        return most if where == self.where else SHOWN

    def more(self) -> None:
        self.asked[1]((self.where, self.most + SHOWN))

    @property
    def _stamp(self) -> tuple[float, ...]:
        tables, layout = self.client.tables, current().layout
        shown = (tables.types, tables.teams, tables.users, tables.equipment, tables.lines)
        return (*(table.revision for table in shown), layout.text_scale, layout.breakpoint)

    def find(self, since: date, until: date) -> list[Entry]:
        found = self.agenda.between(since, until)
        return filtered(self.client, found, self.filters) if self.filters.count else list(found)

    # where

    def to(self, new: Where) -> None:
        if new.view != self.kept.get("view", VIEWS[0]):
            self.kept.set("view", new.view)
        asked = self.place.asked.but(view=new.view, day=new.day)
        if asked != self.place.asked:
            go(asked.at("/calendar"))

    def step(self, by: int) -> None:
        self.to(self.where.step(by, self.today))

    def to_today(self) -> None:
        self.to(self.where.on(self.today))

    def see(self, view: str) -> None:
        self.to(replace(self.where, view=cast("View", view)))

    # what is open

    def _whole(self, entry: Entry) -> Whole | None:
        return whole(entry, self.client.tables.plans, self.client.interventions)

    def close(self) -> None:
        self.opened[1](None)
        self.show_part("")
        self.show_sheet("")

    def open(self, entry: Entry) -> Any:
        """A tap on an entry; while something is being moved, on its day."""
        if self.moving is not None:
            return self.on_day(entry.due.date())
        self.close()
        self.opened[1](self._whole(entry))
        return None

    def on_day(self, day: date) -> Any:
        if self.moving is not None:
            return self._move_to(self.moving, day)
        if self.size == Breakpoint.phone:
            self.to(self.where.on(day))
        else:
            self.show_sheet(f"day:{day.isoformat()}")
        return None

    # moving

    def begin_tap(self) -> None:
        """The next day that is tapped is the new one; what is late moves to a day to come."""
        entry = self.opened[0]
        self.moves[1](entry)
        self.close()
        if self.where.view == "agenda" and entry is not None:
            self.to(Where("month", max(entry.due.date(), self.today)))

    def end_tap(self) -> None:
        self.moves[1](None)

    async def _move_to(self, entry: Whole, day: date) -> None:
        self.end_tap()
        self.to(self.where.on(day))
        await Moves(self.client, entry).to_day(day)

    def lift(self, entry: Entry) -> None:
        self.lifted.current = self._whole(entry)

    async def drop(self, day: date) -> None:
        if (entry := self._dropped()) is not None:
            await Moves(self.client, entry).to_day(day)

    async def hand(self, technician: str | None) -> None:
        if (entry := self._dropped()) is not None:
            await Moves(self.client, entry).hand_to(technician)

    def _dropped(self) -> Whole | None:
        entry, self.lifted.current = self.lifted.current, None
        return refreshed(self.client, entry) if entry else None


def use_visit(client: Client) -> Visit:
    """By the address where it tells, else as it was left."""
    kept, today = hooks.use_draft("calendar", {}), use_today(client)
    agenda = hooks.use_box(lambda: Agenda(client.tables.plans, client.interventions, client.tables.equipment)).current
    hooks.use_async(lambda: read_ahead(client.tables.plans), [])
    size = Breakpoint.phone if hooks.use_environment().has_big_text else hooks.use_breakpoint()  # a grid has no room for large words
    place = use_place(Asked)
    view, remembered = place.asked.view, kept.get("view")
    where = Where(view or (remembered if remembered in VIEWS else VIEWS[0]), place.asked.day or today)
    opened: hooks.State[Whole | None] = hooks.use_state(None)
    moves: hooks.State[Whole | None] = hooks.use_state(None)
    asked: hooks.State[tuple[Where, int]] = hooks.use_state((where, SHOWN))
    lifted: hooks.Box[Whole | None] = hooks.use_box(lambda: None)
    return Visit(
        client, today, where, kept, agenda, place, size, hooks.use_palette() is DARK, opened, hooks.use_state(""),
        hooks.use_state(""), moves, lifted, asked,
    )  # fmt: skip


def refreshed(client: Client, entry: Whole) -> Whole:
    """The entry as the tables have it by now."""
    plan = client.tables.plans.get(entry.plan_id)
    jobs = client.interventions.having(scheduled_maintenance_id=[entry.plan_id]) if plan else []
    if entry.job is not None and not jobs:
        jobs = [client.interventions.get(entry.job.id) or entry.job]
    found = entries([plan] if plan else [], jobs, date(1, 1, 1), date(9000, 1, 1))
    return next((one for one in found if one.key == entry.key), entry)
