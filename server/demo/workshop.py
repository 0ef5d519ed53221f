"""From a need to a finished sheet: who goes, how long it waits, what is found, done and written, who validates it."""

from uuid import UUID

from server.catalogue.failures import CAUSES
from server.demo import courses, failures, words
from server.demo.calendars import DAY, HOUR, MINUTE, SHIFTS, Calendar, weekday
from server.demo.catalogue import Fault
from server.demo.chance import Dice, instant
from server.demo.codes import Codes
from server.demo.jobs import Jobs
from server.demo.needs import Need, is_by_hand
from server.demo.people import Staff, User
from server.demo.plans import Plan
from server.demo.plant import Machine, Plant
from server.demo.sheets import Action, Note, Request, Sheet, StatusChange, Trace
from shared_models.plans.recurrence import FrequencyType

PRIORITY = {"critical": "urgent", "high": "high", "medium": "medium", "low": "low"}
WAIT_MINUTES = {"critical": 8, "high": 13, "medium": 25, "low": 45}
CALL_OUT = 50 * MINUTE
RECENT = 14 * DAY  # for which there is an audit log
QUIET = 50 * HOUR  # before now: from then on, failures are written by hand
LONG = 60  # minutes of work from which a planned job may stop the machine
LATEST = 35 * MINUTE  # before now: what ends later has not ended
ROOM = 3 * HOUR  # that a job may take before one that is written by hand
DAYTIME = (5 * HOUR, 20 * HOUR)


class Workshop:
    """`by_hand` are the sheets written by hand, whose people are not to be had meanwhile."""

    def __init__(self, seed: int, plant: Plant, staff: Staff, codes: Codes, jobs: Jobs, *, by_hand: list[Sheet], now: float) -> None:
        self.dice = Dice(seed, "workshop")
        self.now, self.jobs = now, jobs
        self.quiet_from = now - QUIET
        self.busy = _busy(by_hand, now)
        self.calendars = [site.calendar for site in plant.sites]
        self.staff = staff
        self.codes = codes
        self.latest = now - 30 * MINUTE
        self.recent_from = now - RECENT

    def sheet(self, need: Need) -> Sheet | None:
        """The finished sheet of a need; None when it would still be under way."""
        made = self.repair(need, need.fault) if need.fault else self.round(need)
        until = self.quiet_from + 2 * HOUR if need.fault else self.now - LATEST
        if made is None or made.actual_end is None or made.actual_end.timestamp() >= until:
            return None
        end = (made.restarted_at or made.actual_end).timestamp()
        need.machine.free_at = max(end, made.actual_end.timestamp())
        if need.plan:
            self._end(need.plan, made)
        if made.status == "completed" and made.needs_validation:
            self._review(made)
        return made

    def _end(self, plan: Plan, sheet: Sheet) -> None:
        """The plan goes on, and what was found on the way is written down."""
        assert sheet.actual_end is not None
        end = sheet.actual_end.timestamp()
        if sheet.status == "cancelled":
            sheet.occurrences = courses.skip(plan, sheet.id, end, sheet.status_reason)
        else:
            sheet.occurrences = courses.complete(plan, sheet.id, end)
            self.jobs.answer(plan, sheet)

    # ------------------------------------------------------------ failures

    def repair(self, need: Need, fault: Fault) -> Sheet | None:
        dice, machine = self.dice, need.machine
        reported = max(need.at, machine.free_at + 35 * MINUTE)
        stops = dice.happens(failures.STOPS[fault.mode])
        wait = dice.around(WAIT_MINUTES[machine.criticality], 0.7) * MINUTE
        user, start = self._take(machine.site.index, reported + wait, urgent=stops and machine.criticality != "low")
        sheet = self._new(machine, reported + dice.randint(1, 6) * MINUTE, fault.title, "corrective")
        sheet.description, sheet.reported_at = words.asked(fault, dice), instant(reported)
        sheet.priority = PRIORITY[machine.criticality] if stops else "medium"
        end = self._work(sheet, user, start, dice.around(fault.minutes))
        if stops:
            stopped = max(reported - dice.randint(0, 9) * MINUTE, machine.free_at + MINUTE)
            self._stop(sheet, stopped, end - 2 * MINUTE, "failure", "broken")
        self._found(sheet, fault, machine.site.calendar.clock(end))
        if dice.happens(0.1):
            sheet.request = self._asked_by_operator(sheet, fault, reported)
        return self._completed(sheet, user, end)

    def _found(self, sheet: Sheet, fault: Fault, clock: str) -> None:
        dice, kind = self.dice, sheet.machine.kind
        assert kind is not None
        code, text = dice.pick(fault.remedies) if dice.happens(0.4) else fault.remedies[0]
        if dice.happens(0.03):
            sheet.mode_unknown = True
        else:
            sheet.mode_id = self.codes.item(kind, "mode", fault.mode)
            sheet.mechanism_id = self.codes.item(kind, "mechanism", fault.mechanism) if dice.happens(0.6) else None
        if dice.happens(0.5):
            cause = dice.pick(failures.CAUSES_OF_MECHANISM[fault.mechanism])
            sheet.cause_id = self.codes.item(kind, "cause", cause)
            sheet.failure_cause = f"{CAUSES[cause].fr}." if dice.happens(0.5) else ""
        sheet.remedy_id = self.codes.item(kind, "remedy", code)
        sheet.work_performed = words.done(text, clock, dice)
        sheet.observations = words.seen(fault, dice) if dice.happens(0.25) else ""

    def _asked_by_operator(self, sheet: Sheet, fault: Fault, reported: float) -> Request:
        dice, supervisor = self.dice, self.staff.supervisors[sheet.machine.site.index]
        request = Request(
            dice.id_at(reported), instant(reported), words.SYMPTOM_OF_MODE.get(fault.mode, "other"), words.capital(fault.said) + ".",
            dice.pick(words.OPERATORS), sheet.stopped_at is not None, None, "accepted", "", supervisor.id, sheet.created_at,
        )  # fmt: skip
        sheet.request_id, sheet.created_by = request.id, supervisor.id
        return request

    # ------------------------------------------------------------ rounds

    def round(self, need: Need) -> Sheet | None:
        dice, machine, plan = self.dice, need.machine, need.plan
        assert plan is not None
        wanted = max(need.at, machine.free_at + 20 * MINUTE if need.at < self.quiet_from else 0)
        sheet = self.jobs.new(plan)
        if dice.happens(0.02):
            return self._cancelled(sheet, wanted)
        minutes = dice.around(plan.round.minutes, 0.25)
        taken: tuple[User, float] | None = None
        if wanted < self.quiet_from:
            taken = self._take(machine.site.index, wanted, urgent=plan.frequency is FrequencyType.daily)
        if taken is None or taken[1] + minutes * MINUTE > self.quiet_from:
            taken = self._gap(machine.site.index, max(wanted, self.quiet_from), minutes)
        if taken is None:
            return None
        user, start = taken
        end = self._work(sheet, user, start, minutes)
        if plan.round.minutes >= LONG and end < self.quiet_from and not is_by_hand(machine, start, self.now) and dice.happens(0.7):
            self._stop(sheet, start, end - MINUTE, "planned", "maintenance")
        sheet.work_performed = plan.round.report
        sheet.observations = dice.pick(words.ROUNDS_SEEN) if dice.happens(0.12) else ""
        return self._completed(sheet, user, end)

    def _gap(self, site: int, at: float, minutes: float) -> tuple[User, float] | None:
        """Somebody between the jobs that are written by hand, in daytime; None when nobody gets to it before now."""
        calendar = self.calendars[site]
        span = max(4.0, minutes) * MINUTE + 5 * MINUTE
        while at + span < self.now - LATEST:
            crew = self.staff.crews[site]
            turn = int(at // HOUR) % len(crew)
            for user in crew[turn:] + crew[:turn] if DAYTIME[0] <= calendar.time_of_day(at) < DAYTIME[1] else []:
                if user.free_at <= at and all(at + span <= began or at >= ended for began, ended in self.busy.get(user.id, [])):
                    return user, at
            at += 10 * MINUTE
        return None

    def _cancelled(self, sheet: Sheet, at: float) -> Sheet:
        sheet.status, sheet.status_reason = "cancelled", self.dice.pick(words.CANCELLED)
        sheet.actual_end = sheet.updated_at = instant(at)
        sheet.version = 2
        self._trace(
            sheet, at, self.staff.supervisors[sheet.machine.site.index].id, "intervention.cancelled", status=["pending", "cancelled"]
        )
        return sheet

    # ------------------------------------------------------------ people and time

    def _take(self, site: int, at: float, *, urgent: bool) -> tuple[User, float]:
        """Somebody of the site and when they can be there: on shift and free first, else whoever is soonest."""
        crew = self.staff.crews[site]
        calendar = self.calendars[site]
        day = calendar.day_of(at)
        best: tuple[float, User] | None = None
        turn = day // 7
        for rank, user in enumerate(crew):
            start = self._there(calendar, max(at, user.free_at), SHIFTS[(rank + turn) % 3], urgent=urgent)
            for began, ended in self.busy.get(user.id, []):
                if began - ROOM < start < ended:
                    start = ended + 5 * MINUTE
            if best is None or start < best[0]:
                best = start, user
            if start <= at:
                break
        assert best is not None
        return best[1], best[0]

    def _there(self, calendar: Calendar, at: float, shift: tuple[float, float], *, urgent: bool) -> float:
        day = calendar.day_of(at)
        time = at - calendar.midnight(day)
        if shift[0] <= time < shift[1] - 20 * MINUTE and weekday(day) < 5:
            return at
        if urgent:
            return at + CALL_OUT
        day += 1 if time >= shift[0] else 0
        while weekday(day) >= 5:
            day += 1
        return calendar.at(day, shift[0] + self.dice.randint(3, 25) * MINUTE)

    def _work(self, sheet: Sheet, user: User, start: float, minutes: float) -> float:
        """Adds the actions; answers when the work ends."""
        dice = self.dice
        minutes = max(4.0, min(minutes, 420.0))
        end = start + int(minutes) * MINUTE
        if sheet.intervention_type == "corrective" and dice.happens(0.05):
            return self._interrupted(sheet, user, start, end)
        self._act(sheet, user, start, end)
        if minutes > 55 and end < self.quiet_from and dice.happens(0.4):
            self._joined(sheet, user, start, end)
        return end

    def _interrupted(self, sheet: Sheet, user: User, start: float, end: float) -> float:
        seen = start + self.dice.randint(8, 25) * MINUTE
        self._act(sheet, user, start, seen, words.capital(self.dice.pick(words.WAITED)) + ".")
        mate, again = self._take(sheet.machine.site.index, seen + self.dice.around(7, 0.8) * HOUR, urgent=False)
        again = max(again, seen + MINUTE)
        finished = again + (end - start)
        self._act(sheet, mate, again, finished)
        sheet.version += 2
        return finished

    def _joined(self, sheet: Sheet, user: User, start: float, end: float) -> None:
        joins = start + 10 * MINUTE
        mates = [mate for mate in self.staff.crews[sheet.machine.site.index] if mate is not user and mate.free_at <= joins]
        if mates:
            self._act(sheet, self.dice.pick(mates), joins, end - 5 * MINUTE)

    def _act(self, sheet: Sheet, user: User, start: float, end: float, note: str = "") -> None:
        sheet.actions.append(Action(self.dice.id_at(start), user.id, instant(start), instant(end), note))
        user.free_at = max(user.free_at, end + 5 * MINUTE)

    # ------------------------------------------------------------ the sheet

    def _new(self, machine: Machine, at: float, title: str, kind: str) -> Sheet:
        created = instant(at)
        return Sheet(
            self.dice.id_at(at), created, created, machine, machine.site.id, machine.id, title, kind,
            supervisor_id=self.staff.supervisors[machine.site.index].id,
        )  # fmt: skip

    def _stop(self, sheet: Sheet, stopped: float, restarted: float, kind: str, status: str) -> None:
        machine, dice = sheet.machine, self.dice
        stopped = max(stopped, machine.status_at + MINUTE)
        restarted = max(restarted, stopped + MINUTE)
        sheet.stop_kind, sheet.stopped_at, sheet.restarted_at = kind, instant(stopped), instant(restarted)
        by = sheet.actions[0].user_id
        sheet.statuses.append(StatusChange(dice.id_at(stopped), "active", status, instant(stopped), by, sheet.title))
        sheet.statuses.append(StatusChange(dice.id_at(restarted), status, "active", instant(restarted), sheet.actions[-1].user_id, ""))
        machine.status_at = restarted

    def _completed(self, sheet: Sheet, user: User, end: float) -> Sheet:
        dice = self.dice
        sheet.status, sheet.actual_start, sheet.actual_end = "completed", sheet.actions[0].started_at, instant(end)
        sheet.completed_by, sheet.assigned_technician_id = sheet.actions[-1].user_id, user.id
        if sheet.scheduled_maintenance_id is None:
            sheet.created_by = sheet.created_by or sheet.actions[0].user_id
        sheet.version += 2
        if sheet.intervention_type == "corrective" and dice.happens(0.12):
            sheet.notes.append(Note(dice.id_at(end), user.id, instant(end - 2 * MINUTE), dice.pick(words.NOTED)))
        if end >= self.recent_from:
            if sheet.created_by:
                self._trace(sheet, sheet.created_at.timestamp(), sheet.created_by, "intervention.created", status=[None, "pending"])
            self._trace(sheet, sheet.actual_start.timestamp(), user.id, "intervention.started", status=["pending", "in_progress"])
            self._trace(sheet, end, user.id, "intervention.completed", status=["in_progress", "completed"])
        return sheet

    def _review(self, sheet: Sheet) -> None:
        """The supervisor looks at it in the morning or the same afternoon; some go back first."""
        assert sheet.actual_end is not None
        dice, site = self.dice, sheet.machine.site
        end, supervisor = sheet.actual_end.timestamp(), self.staff.supervisors[site.index]
        day = site.calendar.day_of(end)
        at: float = site.calendar.at(day, dice.uniform(13, 17) * HOUR)
        while at < end + 30 * MINUTE or weekday(day) >= 5:
            day += 1
            at = site.calendar.at(day, dice.uniform(7.5, 16) * HOUR)
        if dice.happens(0.03) and at + DAY < self.latest:
            at = self._sent_back(sheet, at, supervisor)
        at = min(at, self.latest)
        sheet.is_validated, sheet.validated_by, sheet.validated_at = True, supervisor.id, instant(at)
        sheet.updated_at = sheet.validated_at
        sheet.version += 1
        self._trace(sheet, at, supervisor.id, "intervention.validated", is_validated=[False, True])

    def _sent_back(self, sheet: Sheet, at: float, supervisor: User) -> float:
        """Returned and completed again; answers when it is looked at once more."""
        again = at + self.dice.around(90, 0.5) * MINUTE
        sheet.returned_by, sheet.returned_at, sheet.return_reason = supervisor.id, instant(at), self.dice.pick(words.RETURNED)
        sheet.actual_end = instant(again)
        sheet.version += 3
        changes: dict[str, list[object]] = {"status": ["completed", "in_progress"], "return_reason": ["", sheet.return_reason]}
        self._trace(sheet, at, supervisor.id, "intervention.returned", **changes)
        return min(again + 2 * HOUR, self.latest)

    def _trace(self, sheet: Sheet, at: float, by: UUID, action: str, **changes: list[object]) -> None:
        if at >= self.recent_from:
            sheet.trail.append(Trace(instant(at), by, action, changes))


def _busy(by_hand: list[Sheet], now: float) -> dict[UUID, list[tuple[float, float]]]:
    found: dict[UUID, list[tuple[float, float]]] = {}
    for sheet in by_hand:
        for action in sheet.actions:
            ended = action.ended_at.timestamp() if action.ended_at else now
            found.setdefault(action.user_id, []).append((action.started_at.timestamp(), ended))
    return found
