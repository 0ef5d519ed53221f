"""The plans as they stand now: jobs written by hand, open jobs, machines out of service, and dates that somebody has moved."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from server.demo import courses
from server.demo.calendars import DAY, weekday
from server.demo.chance import Dice, instant
from server.demo.jobs import Jobs
from server.demo.people import CAPACITY, Staff, User
from server.demo.plans import Plan, Workbook
from server.demo.sheets import Occurrence, Sheet
from shared_models.plans import recurrence
from shared_models.plans.planning import ReferenceKind

OVERLOADED, ABOVE = "l.petit", 1.15
NOT_IN_ORDER = "État des dents et des maillons"
NOT_CONFORMING = {"Contrôle courroies": NOT_IN_ORDER, "Contrôle sécurité mensuel": "Voyants et signalisation"}
MOVED = ((20, 2), (35, -1), (50, 5))  # about so many days ahead, a date is moved by so many


class Agenda:
    """`by_hand` are the sheets written by hand."""

    def __init__(self, seed: int, book: Workbook, staff: Staff, jobs: Jobs, by_hand: list[Sheet], now: float) -> None:
        self.dice, self.book, self.staff, self.jobs, self.now = Dice(seed, "agenda"), book, staff, jobs, now
        self.by_hand = {sheet.id: sheet for sheet in by_hand}
        self.rows: list[Occurrence] = []
        self.open: list[tuple[Plan, Sheet]] = []

    def jobs_made(self) -> Iterator[Sheet]:
        """The open jobs of all plans; those written by hand are linked to theirs."""
        for plan in self.book.everything():
            if plan.pin:
                self._pinned(plan, plan.pin.sheet)
            if plan.machine.idle_from:
                self.rows += courses.out_of_service(plan, self.now)
            courses.look_again(plan)
            if plan.job is None and self._is_near(plan):
                plan.job = self.jobs.new(plan)
                self._opened(plan, plan.job)
                yield plan.job
        self._overload()
        for sheet in self.by_hand.values():
            if sheet.found_in:
                sheet.found_at_step = next(answer.step_id for answer in self.by_hand[sheet.found_in].answers if answer.state == "failed")

    def look_ahead(self) -> None:
        """When no more readings come: the rows of the next dates."""
        for meters in self.book.meters.values():
            for meter in meters:
                meter.arrange()
        for plan in self.book.everything():
            self._evaluate(plan)
            if plan.job is None and plan.original_due is not None and plan.due is not None:
                self.rows.append(courses.occurrence(plan, plan.original_due, plan.due))
        self._move()

    # ------------------------------------------------------------ jobs

    def _pinned(self, plan: Plan, sheet: Sheet) -> None:
        assert plan.pin is not None
        assert plan.original_due == plan.pin.due, (plan.machine.name, plan.round.title, plan.original_due, plan.pin.due)
        self.jobs.link(plan, sheet)
        self._made_by_nobody(sheet)
        if sheet.status == "completed" and sheet.actual_end:
            self.jobs.answer(plan, sheet, failing=NOT_CONFORMING.get(sheet.title, ""))
            sheet.occurrences = courses.complete(plan, sheet.id, sheet.actual_end.timestamp())
            return
        if sheet.actions:
            self.jobs.answer(plan, sheet, part=0.5)
        plan.job = sheet
        self._opened(plan, sheet)

    def _made_by_nobody(self, sheet: Sheet) -> None:
        sheet.created_by = None
        for trace in sheet.trail:
            if trace.action == "intervention.created":
                trace.by = None

    def _is_near(self, plan: Plan) -> bool:
        return plan.due is not None and not plan.machine.idle_from and courses.due_at(plan) - plan.horizon_days * DAY <= self.now

    def _opened(self, plan: Plan, sheet: Sheet) -> None:
        assert plan.original_due is not None
        assert plan.due is not None
        row = courses.occurrence(plan, plan.original_due, plan.due)
        row.state, row.intervention_id = "open", sheet.id
        missed = courses.passed_since(plan, plan.original_due, plan.machine.site.calendar.local(self.now))
        row.missed = len(missed)
        plan.ignored_since = missed[0].due_at if missed else self._ignored_since(plan)
        sheet.occurrences = [row, *missed]
        self.open.append((plan, sheet))

    def _ignored_since(self, plan: Plan) -> datetime | None:
        days = None if plan.rule.is_series else plan.rule.interval_days(plan.reason.per_day if plan.reason else None)
        since = instant(courses.due_at(plan)) + timedelta(days=days) if days else None
        return since if since and since <= instant(self.now) else None

    # ------------------------------------------------------------ one week is too full

    def _overload(self) -> None:
        """One person has more than there is room for: this week, or next week when little of this one is left."""
        for week in (0, 1):
            if self._load_up(self.staff.named(OVERLOADED), week):
                return

    def _load_up(self, busy: User, week: int) -> bool:
        load, most = 0, CAPACITY[OVERLOADED] * ABOVE
        found = [(plan, sheet) for plan, sheet in self.open if plan.pin is None and self._is_in_week(plan, week)]
        for plan, sheet in sorted(found, key=lambda pair: (pair[1].assigned_technician_id != busy.id, -pair[0].round.minutes)):
            if load <= most or sheet.assigned_technician_id == busy.id:
                sheet.assigned_technician_id = sheet.occurrences[0].assigned_technician_id = busy.id
                load += round(plan.round.minutes)
        return load > CAPACITY[OVERLOADED]

    def _is_in_week(self, plan: Plan, week: int) -> bool:
        calendar = plan.machine.site.calendar
        today = calendar.day_of(self.now)
        monday = today - weekday(today) + 7 * week
        return plan.machine.site.index == 0 and monday <= calendar.day_of(courses.due_at(plan)) < monday + 7

    # ------------------------------------------------------------ dates to come

    def _evaluate(self, plan: Plan) -> None:
        """By all readings, those taken with jobs too."""
        ref = plan.reference
        if plan.meter and ref and ref.kind is ReferenceKind.done and plan.ended_at > plan.created_at:
            total = courses.outlook(plan).total_at(instant(plan.ended_at))
            plan.reference = ref.model_copy(update={"total": total})
        if plan.job is None:
            courses.look_again(plan)

    def _move(self) -> None:
        """Some later dates of series have been moved or given to somebody."""
        plans = [
            plan for plan in self.book.everything() if plan.rule.is_series and plan.machine.site.index == 0 and not plan.machine.idle_from
        ]
        plans = [plan for plan in plans if plan.rule.calendar and plan.rule.calendar.days > 25]
        for ahead, by in MOVED:
            plan = self.dice.pick(plans)
            wanted = plan.machine.site.calendar.local(self.now + ahead * DAY)
            assert plan.rule.calendar is not None
            date = recurrence.after(plan.rule.calendar, plan.rule.starts_at, max(wanted, plan.original_due or wanted))
            if date is not None:
                row = courses.occurrence(plan, date, date + timedelta(days=by))
                row.assigned_technician_id = self.dice.pick(self.staff.crews[0]).id
                self.rows.append(row)
            plans.remove(plan)
