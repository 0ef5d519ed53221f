"""Every screen, at every size, in both languages and themes: `python -m tests.e2e.screenshots [--only NAME] [--sizes 390,820,1440]`.

One app is loaded for each size, language and person; within it, screens and themes follow one another without a reload.
"""

import argparse
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product as product_of
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from playwright.sync_api import Browser, Page, Route, sync_playwright
from playwright.sync_api import Error as BrowserError

from shared_models.ids import uuid7
from tests.browser import launched
from tests.e2e.app import DESKTOP, NAVIGATE, PHONE, TABLET, App
from tests.e2e.checklist_stage import STEPS, Stage
from tests.e2e.conftest import film_of
from tests.e2e.product import PASSWORD, PROJECT, Product, User, running
from tests.e2e.waiting import until
from tests.push_service import Browser as Reached
from tests.push_service import edge_of

OUT = PROJECT / "screenshots"
SIDEWAYS = {"width": 1180, "height": 820}
LAPTOP = {"width": 1093, "height": 700}
"""At 150 %."""
SIZES = {"390": PHONE, "820": TABLET, "1180": SIDEWAYS, "1093": LAPTOP, "1440": DESKTOP}
BIG_TEXT = "200%"
LONG_NUMBER = "KIT-VER-63"
LONG_NAME = (
    "Kit d’étanchéité pour vérin pneumatique double effet Ø 63 mm, course 200 mm, tige Ø 20 mm, joints de piston et de tige en"
    " polyuréthane, bague de guidage et graisse"
)


@dataclass
class Things:
    """What the demonstration has to show."""

    broken: dict[str, Any]
    free: dict[str, Any]
    supervisor: User
    technician_id: str
    running_job: str
    waiting_job: str
    done_job: str
    request: str
    reported: dict[str, Any]
    plan: str
    ignored_plan: str
    planned_job: str
    stage: Stage
    part: dict[str, Any]
    lacking: dict[str, Any]

    @classmethod
    def of(cls, technician: User, supervisor: User, stage: Stage) -> "Things":
        def job(title: str) -> dict[str, Any]:
            return dict(supervisor.get("/maintenance/interventions", search=title)["items"][0])

        leak = job("Fuite vérin de poussée")
        waiting = supervisor.get("/maintenance/interventions", search="Bruit chaîne", status="completed", is_validated=False)["items"][0]
        done = supervisor.get("/maintenance/interventions", status="completed", is_validated=True)["items"][0]
        request = supervisor.get("/requests", status="new")["items"][0]
        machine = supervisor.get(f"/equipment/{leak['equipment_id']}")
        free = technician.free_machines()[0]
        plans = supervisor.get("/maintenance/scheduled", size=200)["items"]
        metered = (plan for plan in plans if plan["frequency_type"] == "hours" and plan["judged"])
        by_meter = next(plan for plan in metered if supervisor.get(f"/equipment/{plan['equipment_id']}")["status"] != "inactive")
        ignored = next(plan for plan in plans if plan["ignored_since"])
        planned = supervisor.get("/maintenance/interventions", status="pending", intervention_type="preventive")["items"][0]
        jobs = (leak["id"], waiting["id"], done["id"], request["id"], request)
        part = used_part(supervisor, machine, leak["id"])
        planned_ids = (by_meter["id"], ignored["id"], planned["id"])
        [lacking, *_] = [row for asked in (True, False) for row in supervisor.get("/inventory/reservations", is_lacking=asked)["items"]]
        return cls(machine, free, supervisor, technician.id, *jobs, *planned_ids, stage, part, lacking)


def used_part(keeper: User, machine: dict[str, Any], job: str) -> dict[str, Any]:
    """One that fits the machine, of which the job has taken two; and another of a very long name, that is to be taken."""
    fitting = keeper.get("/inventory/parts", equipment_id=machine["id"], size=100)["items"]

    def is_there(part: dict[str, Any]) -> bool:
        here = keeper.get("/inventory/stock", part_id=part["id"], site_id=machine["site_id"])["items"]
        return bool(here) and float(here[0]["on_hand"]) > 2

    part = next(filter(is_there, fitting))
    place = next(row for row in keeper.get("/inventory/places") if row["site_id"] == machine["site_id"])
    moved = {"movement_id": str(uuid7()), "place_id": place["id"], "quantity": 2, "intervention_id": job, "is_taken": True}
    keeper.post(f"/inventory/parts/{part['id']}/take", {**moved, "part_id": part["id"], "occurred_at": told()})
    long = {
        "part_id": str(uuid7()),
        "part_number": LONG_NUMBER,
        "name": LONG_NAME,
        "unit_price": "58.40",
        "class_ids": [machine["class_id"]],
    }
    keeper.post("/inventory/parts", {**long, "occurred_at": told()})
    arrived = {"part_id": long["part_id"], "movement_id": str(uuid7()), "place_id": place["id"], "quantity": 3}
    keeper.post(f"/inventory/parts/{long['part_id']}/receive", {**arrived, "occurred_at": told()})
    return dict(keeper.get(f"/inventory/parts/{part['id']}"))


@dataclass(frozen=True)
class Shot:
    """`come` brings the app to the screen, and `leave` away from what covers it; `who` is signed in."""

    name: str
    who: str
    come: Callable[[App, Things], object]
    leave: Callable[[App], object] = lambda app: None
    is_main: bool = True


def at(path: str, *words: str) -> Callable[[App, Things], object]:
    """A screen by its address, in which `{names}` are of `Things`."""
    return lambda app, things: app.go(path.format(**vars(things))).see(*words)


def second_step(app: App, things: Things) -> None:
    """Behind what was wrong, which has to be said first."""
    at(JOB + "/close", "close.what")(app, things)
    app.tap("close.unknown").tap("close.continue").see("close.finish")


def then(path: str, tap: str, *words: str) -> Callable[[App, Things], object]:
    return lambda app, things: app.go(path.format(**vars(things))).tap(tap).see(*words)


def kinds(sheet: str, *words: str) -> Callable[[App, Things], object]:
    """A sheet of the plans' menu."""
    return lambda app, _: app.go("/plans").tap("plans.more").tap(sheet).see(*words)


def handover(*words: str, of: bool) -> Callable[[App, Things], object]:
    """The last that nobody has taken over, or that somebody has."""

    def come(app: App, things: Things) -> None:
        found = things.supervisor.get("/handovers", is_open=of)["items"][0]
        app.go(f"/handovers/{found['id']}").see(*words)

    return come


def kept_reports(app: App, things: Things) -> None:
    """What their schedule has brought."""
    until(lambda: any(row["state"] == "done" for row in things.supervisor.get("/reports")), "a report")
    app.go("/reports").see("reports_app.new", "report.kind.letter")


def reports_of_all_states(app: App, things: Things) -> None:
    """None fails here, and none stays in hand for as long as a picture takes."""
    done = things.supervisor.get("/reports")[0]
    states = {"running": {"progress": 62}, "queued": {}, "failed": {"error": "not_printed"}, "done": {}}
    rows = [{**done, "id": str(uuid7()), "kind": "maintenance", "state": state} | more for state, more in states.items()]
    app.context.route("**/api/v1/reports", lambda route: route.fulfill(json=rows))
    app.go("/me").go("/reports").see("reports_app.failed", "reports_app.running")


def answering_again(app: App) -> None:
    app.context.unroute("**/api/v1/reports")


def where_time_went(app: App, things: Things) -> None:
    """Scrolled to it, on the job that took longest."""
    longest = things.supervisor.get("/dashboard/waiting", period="year")["breakdowns"][0]
    app.go(f"/jobs/{longest['id']}").see("kpis.where_time_went")
    app.page.get_by_text(app.words("kpis.where_time_went")).scroll_into_view_if_needed()


def labour_rate(app: App, things: Things) -> None:
    at("/people/{technician_id}", "people.devices", "labour.rate")(app, things)
    app.field("machine_form.currency").scroll_into_view_if_needed()


def without_network(app: App, _: Things) -> None:
    app.context.set_offline(True)
    app.go("/kpis?period=custom&since=2024-01-01&until=2024-01-31").see("kpis.never_seen")


def with_network(app: App) -> None:
    app.context.set_offline(False)
    app.go("/kpis").see("kpis.group.machines")


def order(status: str, *taps: str) -> Callable[[App, Things], object]:
    """One under way; then what is tapped on its page."""

    def come(app: App, things: Things) -> None:
        found = things.supervisor.get("/inventory/orders", status=status)["items"][0]
        app.go(f"/orders/{found['id']}").see(found["number"])
        for tap in taps:
            app.tap(tap)

    return come


def stocktake(status: str, page: str, *taps: str, of_place: bool = False) -> Callable[[App, Things], object]:
    """Of that state; `of_place` for the first of its places."""

    def come(app: App, things: Things) -> None:
        found = things.supervisor.get("/inventory/stocktakes", status=status)["items"][0]
        lines = things.supervisor.get("/inventory/stocktake-lines", stocktake_id=found["id"])["items"]
        app.go(f"/stocktakes/{found['id']}{page}" + (lines[0]["place_id"] if of_place else "")).see(found["number"])
        for tap in taps:
            app.tap(tap)

    return come


def labels(app: App, things: Things) -> None:
    """Once the machine is there: until then “Étiquette” would be found in the scan button's words."""
    at(FREE, "machine.start")(app, things)
    app.tap("machine.print_label").see("labels_form.print")


def escape(app: App) -> None:
    app.press("Escape")


def scan(app: App, _: Things) -> None:
    """The film shows a blank wall: the overlay stays open."""
    app.go("/today").tap("common.scan_label")
    app.page.get_by_role("dialog").wait_for()
    until(lambda: app.page.evaluate("document.querySelector('dialog video')?.readyState > 2"), "the camera's picture")


def be_refused(app: App, things: Things) -> None:
    """Begin without a network a job that the supervisor cancels meanwhile."""
    ask, path = things.supervisor, "/maintenance/interventions"
    job = {"occurred_at": told(), "intervention_id": str(uuid7()), "equipment_id": things.free["id"], "title": "Graissage paliers"}
    ask.post(path, {**job, "intervention_type": "preventive", "assigned_technician_id": things.technician_id})
    app.go(f"/jobs/{job['intervention_id']}").see("job.start")
    app.context.set_offline(True)
    app.tap("job.start").see("job.pause")
    reason = app.words("job.cancel_reason.not_needed")
    ask.post(
        f"{path}/{job['intervention_id']}/cancel", {"occurred_at": told(), "intervention_id": job["intervention_id"], "reason": reason}
    )
    app.context.set_offline(False)
    app.go("/needs-you").see("needs_you.retry")


def give_up(app: App) -> None:
    app.tap("needs_you.discard").see("common.close")
    app.touch(app.page.get_by_role("button", name=app.words("needs_you.discard"), exact=True).last)
    app.see("needs_you.none")


def told() -> str:
    return datetime.now(UTC).isoformat()


def calendar(view: str, *, opened: bool = False) -> Callable[[App, Things], object]:
    """A view of the calendar; `opened`: with the sheet of its first entry."""

    def come(app: App, _: Things) -> None:
        app.go("/calendar").tap(f"calendar.view.{view}").see("calendar.title" if app.page.viewport_size == PHONE else "calendar.today")
        app.page.wait_for_timeout(800)
        if opened:
            app.touch(app.page.get_by_role("button", name=re.compile(r"^(\d+\S* \S+\s)?\d\d:\d\d")).first)
            app.see("calendar.machine")

    return come


def at_step(name: str, *taps: str) -> Callable[[App, Things], object]:
    """A job's checklist where it stands, then `taps` one by one; figures that an earlier picture has typed are not typed again."""

    def come(app: App, things: Things) -> None:
        app.go(f"/jobs/{things.stage.job(name, is_touched=bool(taps))}/checklist").see(STEPS[name]["title"] if name else "checklist.done")
        for tap in taps:
            if not tap.isdigit():
                app.tap(tap)
            elif not app.shows("checklist.save"):
                enter(app, tap, STEPS[name]["unit"])

    return come


def enter(app: App, figure: str, unit: str) -> None:
    if app.page.viewport_size == DESKTOP:
        app.fill(app.words("checklist.value_in").format(unit=unit), figure)
    else:
        app.tap(figure)


def failed_step(*taps: str) -> Callable[[App, Things], object]:
    """One step back from the first that is open."""

    def come(app: App, things: Things) -> None:
        app.go(f"/jobs/{things.stage.job('long', is_touched=True)}/checklist").see("Graissage et contrôle mensuel")
        app.page.wait_for_timeout(800)
        if not app.shows("checklist.corrective_ask"):
            app.tap("checklist.previous")
        app.see("checklist.corrective_ask")
        for tap in taps:
            app.tap(tap)

    return come


def meter(*taps: str) -> Callable[[App, Things], object]:
    """The meters of a machine, and what is opened from them."""

    def come(app: App, things: Things) -> None:
        app.go(f"/equipment/{things.stage.machine}").see("Heures de marche")
        for tap in taps:
            app.tap(app.words(tap).format(meter="Heures de marche"))

    return come


def template(*taps: str) -> Callable[[App, Things], object]:
    def come(app: App, things: Things) -> None:
        assert things.stage.machine
        app.go(f"/checklists/{things.stage.checklist}").see("checklists.save")
        for tap in taps:
            app.tap(tap)

    return come


def exporting(app: App, things: Things) -> None:
    """On a desk; smaller screens have no such menu."""
    at("/equipment", "equipment_list.title")(app, things)
    if app.page.viewport_size == DESKTOP:
        app.tap("common.more").see("domain.export.csv")


def just_made(app: App, things: Things) -> None:
    app.page.evaluate(NAVIGATE, f"/equipment/{things.free['id']}?made=1")
    app.see("machine.label_first")


def refused_site(app: App, things: Things) -> None:
    at("/sites/{broken[site_id]}", "sites.save")(app, things)
    app.tap("sites.delete").see("sites.delete_body")
    app.touch(app.page.get_by_role("button", name=app.words("sites.delete"), exact=True).last)
    app.see({"fr": "garde encore", "en": "still holds"}[app.lang])


def opened_item(app: App, things: Things) -> None:
    at("/classes/{broken[class_id]}", "classes.save")(app, things)
    app.tap({"fr": "Fuite externe", "en": "External leak"}[app.lang]).see("classes.code_hint")


def taking(app: App, _: Things) -> None:
    """Two classes that the demonstration does not have."""
    app.go("/classes/ready").see("classes.take_none")
    for name in {"fr": ("Moteur électrique", "Vanne"), "en": ("Electric motor", "Valve")}[app.lang]:
        app.tap(name)


def somebody_waits(app: App, things: Things) -> None:
    """Asked for by the person; asking again with the same address changes nothing."""
    person = {"username": "lea.martin", "email": "lea.martin@example.org", "first_name": "Léa", "last_name": "Martin"}
    things.supervisor.post("/auth/register", {**person, "password": "dix lettres ou plus"})
    app.go("/organisation").see("organisation.people_body").go("/people").tap("Léa Martin").see("people.waits")


def invited(app: App, _: Things) -> None:
    app.go("/people/invite").fill("people.for_whom", "Noé Blanc").tap("Usine d’Issoire").tap("people.make_link").see("people.link_once")


def invited_by_mail(app: App, _: Things) -> None:
    app.go("/people/invite").fill("people.for_whom", "Ines Roux").fill("people.invite_email", f"ines.{uuid7().hex[-6:]}@usine.local")
    app.tap("Usine d’Issoire").see("people.mail_language")


def a_kept_mail(app: App, things: Things) -> None:
    """An invitation, whose link somebody has to hand over."""
    invited_by_mail(app, things)
    app.tap("people.send_invitation").see("people.link_once").go("/mails").tap("mails.template.invitation").see("mails.link")


def quiet_hours(app: App, _: Things) -> None:
    """Scrolled to them."""
    app.go("/notifications/settings").tap("notifications.rhythm.each").see("notifications.urgent_passes")


VALIDATE, MACHINE, FREE = "/validate/{waiting_job}", "/equipment/{broken[id]}", "/equipment/{free[id]}"
JOB, DONE = "/jobs/{running_job}", "/jobs/{done_job}"
PART = "/parts/{part[id]}"


def asking(path: str, query: str, *words: str) -> Callable[[App, Things], object]:
    """A list that is asked for something."""

    def come(app: App, _: Things) -> None:
        app.page.evaluate(NAVIGATE, f"{path}?{query}")
        app.see(*words)

    return come


def job_parts(app: App, things: Things) -> None:
    """Scrolled to what the job has taken."""
    at(JOB, "job.pause")(app, things)
    app.see(things.part["part_number"])
    app.page.get_by_role("button", name=app.words("parts.take"), exact=True).scroll_into_view_if_needed()


def reserving(app: App, things: Things) -> None:
    """Of what the job lacks."""
    at("/jobs/{lacking[intervention_id]}", "ready.title")(app, things)
    app.tap(things.lacking["part_number"]).tap("reserved.change").see("reserved.save")


def plan_parts(app: App, things: Things) -> None:
    """Scrolled to what its jobs are to have."""
    at("/plans/{plan}/edit", "plans.save")(app, things)
    app.page.get_by_role("button", name=app.words("plans.add_part"), exact=True).scroll_into_view_if_needed()


def take_long_name(app: App, things: Things) -> None:
    """However long its name is, the quantity is there to be stepped."""
    at(JOB, "job.pause")(app, things)
    app.tap("parts.take").fill("parts.search", LONG_NUMBER).tap(LONG_NUMBER).see("parts.take_do")


def giving_back(app: App, things: Things) -> None:
    at(JOB, "job.pause")(app, things)
    app.tap(things.part["part_number"]).see("parts.give_back_do")


def counting(app: App, things: Things) -> None:
    at(PART, "parts.use")(app, things)
    app.tap(app.words("parts.actions_at").split("{", maxsplit=1)[0]).tap("parts.count").see("parts.count_do")


SHOTS = [
    Shot("today", "technician", at("/today", "today.title")),
    Shot("machine", "technician", at(MACHINE, "machine.open_job")),
    Shot("machine-free", "technician", at(FREE, "machine.start"), is_main=False),
    Shot("start-sheet", "technician", then(FREE, "machine.start", "machine.start_hint"), escape),
    Shot("report-sheet", "technician", then(FREE, "machine.report", "machine.send_report"), escape),
    Shot("status-sheet", "technician", then(FREE, "machine.change_status", "machine.status_save"), escape, is_main=False),
    Shot("job", "technician", at(JOB, "job.pause")),
    Shot("hold-sheet", "technician", then(JOB, "job.pause", "job.hold_reason.part"), escape, is_main=False),
    Shot("close-1", "technician", at(JOB + "/close", "close.what")),
    Shot("close-2", "technician", second_step, lambda app: app.tap("common.back")),
    Shot("job-new", "technician", at("/jobs/{planned_job}", "planned.why")),
    Shot("machine-requests", "supervisor", at("/equipment/{reported[equipment_id]}", "machine.requests"), is_main=False),
    Shot("job-closed", "supervisor", at(DONE + "/done", "close.done"), is_main=False),
    Shot("jobs", "technician", at("/jobs", "jobs.title"), is_main=False),
    Shot("equipment", "technician", at("/equipment", "equipment_list.title")),
    Shot("scan", "technician", scan, escape, is_main=False),
    Shot("label-unknown", "technician", at("/e/ABCD2345", "scan.again"), is_main=False),
    Shot("not-found", "technician", at("/nowhere", "app.not_found"), is_main=False),
    Shot("needs-you", "technician", be_refused, give_up),
    Shot("me", "technician", at("/me", "me.sync")),
    Shot("push-on", "technician", then("/me", "push.switch_on", "push.test"), lambda app: app.tap("push.switch_off").see("push.switch_on")),
    Shot("notifications", "supervisor", at("/notifications", "notifications.all")),
    Shot("notifications-mine", "technician", at("/notifications", "notifications.all"), is_main=False),
    Shot("notifications-none", "supervisor", asking("/notifications", "show=later", "notifications.nothing_later"), is_main=False),
    Shot("notifications-settings", "supervisor", at("/notifications/settings", "notifications.save")),
    Shot("notifications-urgent", "supervisor", asking("/notifications", "kind=machine_down", "notice.kind.machine_down"), is_main=False),
    Shot("notifications-quiet", "technician", quiet_hours, is_main=False),
    Shot("notifications-defaults", "admin", at("/organisation/notifications", "notifications.save")),
    Shot("password-sheet", "technician", then("/me", "me.password", "me.password_save"), escape, is_main=False),
    *(Shot(f"step-{name}", "technician", at_step(name), is_main=name in {"verdict", "meter"}) for name in STEPS),
    Shot("step-failed", "technician", failed_step(), is_main=False),
    Shot("step-corrective", "technician", failed_step("checklist.corrective_ask"), escape, is_main=False),
    Shot("step-out", "technician", at_step("number", "8"), is_main=False),
    Shot("step-skip-sheet", "technician", at_step("photo", "checklist.skip"), escape, is_main=False),
    Shot("step-backwards", "technician", at_step("meter", "1"), is_main=False),
    Shot("step-which-meter", "technician", at_step("meter", "checklist.which_meter"), escape, is_main=False),
    Shot("checklist-summary", "technician", at_step("")),
    Shot("reading", "technician", meter("Heures de marche"), escape),
    Shot("meter-history", "technician", meter("meters.more", "meters.history"), escape, is_main=False),
    Shot("meter-reset", "technician", meter("meters.more", "meters.reset"), escape, is_main=False),
    Shot("meter-form", "admin", meter("meters.more", "meters.edit"), escape, is_main=False),
    Shot("meter-new", "admin", meter("meters.new"), escape, is_main=False),
    Shot("board", "supervisor", at("/board", "board.title")),
    Shot("validate", "supervisor", at(VALIDATE, "validation.work")),
    Shot("return-sheet", "supervisor", then(VALIDATE, "validation.return", "validation.return_send"), escape, is_main=False),
    Shot("job-done", "supervisor", then(DONE, "job.history_show", "job.history"), is_main=False),
    Shot("revise-sheet", "supervisor", then(DONE, "job.revise", "job.revise_send"), escape, is_main=False),
    Shot("assign-sheet", "supervisor", then(JOB, "job.assign", "domain.unassigned"), escape, is_main=False),
    Shot("requests", "supervisor", at("/requests/{request}", "requests.accept")),
    Shot("accept-sheet", "supervisor", then("/requests/{request}", "requests.accept", "requests.make_job"), escape, is_main=False),
    Shot("equipment-desk", "supervisor", at("/equipment", "equipment_list.title"), is_main=False),
    Shot("equipment-export", "supervisor", exporting, escape, is_main=False),
    Shot("labels-sheet", "supervisor", labels, escape, is_main=False),
    Shot("machine-history", "supervisor", then(FREE, "machine.history_show", "machine.history"), is_main=False),
    Shot("calendar-month", "supervisor", calendar("month")),
    Shot("calendar-week", "supervisor", calendar("week")),
    Shot("calendar-agenda", "supervisor", calendar("agenda")),
    Shot("calendar-detail", "supervisor", calendar("agenda", opened=True), escape),
    Shot("calendar-subscribe", "supervisor", then("/calendar", "calendar.subscribe", "calendar.feed_create"), escape, is_main=False),
    Shot("purchase-list", "supervisor", at("/purchase-list", "purchase_list.meta")),
    Shot("orders", "supervisor", at("/orders", "orders.show.open")),
    Shot("order", "supervisor", order("partly_received")),
    Shot("order-menu", "supervisor", order("ordered", "common.more"), escape, is_main=False),
    Shot("stocktakes", "supervisor", at("/stocktakes", "stocktakes.title")),
    Shot("stocktake", "technician", stocktake("open", "")),
    Shot("stocktake-place", "technician", stocktake("open", "/places/", of_place=True)),
    Shot("stocktake-found", "technician", stocktake("open", "/places/", "stocktakes.found", of_place=True), escape, is_main=False),
    Shot("stocktake-review", "supervisor", stocktake("open", "/review")),
    Shot("stocktake-approved", "supervisor", stocktake("approved", "/review"), is_main=False),
    Shot("stocktake-new", "supervisor", at("/stocktakes/new", "stocktakes.new_body")),
    Shot("stocktake-again", "supervisor", stocktake("open", "/review", "stocktakes.again_beyond"), escape, is_main=False),
    Shot("plan-teams", "supervisor", kinds("plans.teams", "plans.new_team"), escape, is_main=False),
    Shot("checklists", "supervisor", at("/checklists", "checklists.new"), is_main=False),
    Shot("checklist-form", "supervisor", template(), is_main=False),
    Shot("checklist-step", "supervisor", template("Heures de marche"), is_main=False),
    Shot("checklist-versions", "supervisor", template("Version 2"), escape, is_main=False),
    Shot("job-checklist", "supervisor", at("/jobs/{planned_job}/checklist", "checklist.state.open"), is_main=False),
    Shot("plans", "supervisor", at("/plans", "plans.search")),
    Shot("plan", "supervisor", at("/plans/{plan}", "plans.why")),
    Shot("plan-ignored", "supervisor", at("/plans/{ignored_plan}", "plans.ignored_title"), is_main=False),
    Shot("plan-new", "supervisor", at("/plans/new", "plans.create")),
    Shot("plan-edit", "supervisor", at("/plans/{plan}/edit", "plans.save"), is_main=False),
    Shot("plan-move-sheet", "supervisor", then("/plans/{plan}", "plans.move", "plans.move_send"), escape, is_main=False),
    Shot("plan-skip-sheet", "supervisor", then("/plans/{plan}", "plans.skip", "domain.reason_own"), escape, is_main=False),
    Shot("job-planned", "supervisor", at("/jobs/{planned_job}", "planned.why")),
    Shot("today-supervisor", "supervisor", at("/today", "due.soon"), is_main=False),
    Shot("organisation", "admin", at("/organisation", "organisation.people"), is_main=False),
    Shot("people", "admin", at("/people", "people.invite", "people.search")),
    Shot("people-waiting", "admin", somebody_waits, is_main=False),
    Shot("people-invite", "admin", at("/people/invite", "people.make_link")),
    Shot("people-link", "admin", invited, lambda app: app.go("/people"), is_main=False),
    Shot("people-invite-mail", "admin", invited_by_mail, is_main=False),
    Shot("mails", "admin", at("/mails", "mails.stay")),
    Shot("webhooks-none", "admin", at("/webhooks", "webhooks.none"), is_main=False),
    Shot("webhook-new", "admin", at("/webhooks/new", "webhooks.save")),
    Shot("mail", "admin", a_kept_mail, is_main=False),
    Shot("person", "admin", at("/people/{technician_id}", "people.devices")),
    Shot("person-password", "admin", then("/people/{technician_id}", "people.password_make", "people.link_once"), escape, is_main=False),
    Shot("sites", "admin", at("/sites", "sites.new"), is_main=False),
    Shot("site", "admin", at("/sites/{broken[site_id]}", "sites.save", "sites.lines")),
    Shot("site-new", "admin", at("/sites/new", "sites.create"), is_main=False),
    Shot("site-line-sheet", "admin", then("/sites/{broken[site_id]}", "sites.add_line", "sites.save_line"), escape, is_main=False),
    Shot("site-hours", "admin", at("/sites/{broken[site_id]}/hours", "sites.save", "sites.add_holiday")),
    Shot("handovers", "supervisor", at("/handovers", "handovers.title", "handovers.open")),
    Shot("handover", "supervisor", handover("handovers.take", "handovers.part.degraded", of=True)),
    Shot("handover-taken", "technician", handover("handovers.part.closed", of=False), is_main=False),
    Shot("reports", "supervisor", kept_reports),
    Shot("reports-states", "supervisor", reports_of_all_states, answering_again, is_main=False),
    Shot("job-times", "supervisor", where_time_went, is_main=False),
    Shot("person-rate", "admin", labour_rate, is_main=False),
    Shot("kpis-offline", "admin", without_network, with_network, is_main=False),
    Shot("report-schedule", "supervisor", at("/reports/schedules/new", "reports_app.to", "reports_app.schedule_save")),
    Shot("report-new", "supervisor", at("/reports/new", "reports_app.ask", "reports_app.period")),
    Shot("site-in-use", "admin", refused_site, is_main=False),
    Shot("classes", "admin", at("/classes", "classes.from_nothing"), is_main=False),
    Shot("classes-ready", "admin", at("/classes/ready", "classes.take_none")),
    Shot("classes-taking", "admin", taking, is_main=False),
    Shot("class", "admin", at("/classes/{broken[class_id]}", "classes.save", "classes.add_mode")),
    Shot("class-item", "admin", opened_item, is_main=False),
    Shot("class-new", "admin", at("/classes/new", "classes.save"), is_main=False),
    Shot("machine-new", "admin", at("/equipment/new", "machine_form.save"), is_main=False),
    Shot("machine-made", "admin", just_made, is_main=False),
    Shot("job-parts", "technician", job_parts),
    Shot("part-choice", "technician", then(JOB, "parts.take", "parts.likely"), escape),
    Shot("part-take", "technician", take_long_name, escape),
    Shot("part-give-back", "technician", giving_back, escape, is_main=False),
    Shot("parts", "technician", at("/parts", "domain.stock.low")),
    Shot("part", "technician", at(PART, "parts.movements")),
    Shot("part-for-whom", "technician", then(PART, "parts.take", "parts.for_whom"), escape, is_main=False),
    Shot("parts-desk", "supervisor", at("/parts", "domain.stock.low")),
    Shot("parts-low", "supervisor", asking("/parts", "show=low", "domain.stock.low"), is_main=False),
    Shot("part-keeper", "supervisor", at(PART, "parts.use")),
    Shot("picking", "supervisor", asking("/picking", "when=week", "picking.week")),
    Shot("job-lacking", "supervisor", at("/jobs/{lacking[intervention_id]}", "ready.title")),
    Shot("part-reserved", "supervisor", at("/parts/{lacking[part_id]}", "reserved.for_jobs")),
    Shot("reserve-sheet", "supervisor", reserving, escape, is_main=False),
    Shot("plan-parts", "supervisor", plan_parts, is_main=False),
    Shot("part-receive", "supervisor", then(PART, "parts.goods_in", "parts.receive_do"), escape),
    Shot("part-count", "supervisor", counting, escape, is_main=False),
    Shot("part-form", "supervisor", at(PART + "/edit", "parts.save")),
    Shot("part-new", "supervisor", at("/parts/new", "parts.create"), is_main=False),
    Shot("goods-in", "supervisor", at("/parts/receive", "parts.goods_in_body")),
    Shot("part-link", "supervisor", asking("/parts/link", "code=4006381333931", "parts.link_body"), is_main=False),
    Shot("stores", "supervisor", at("/stores", "parts.stores"), is_main=False),
    Shot("store-sheet", "supervisor", then("/stores", "parts.stores_new", "parts.place_name"), escape, is_main=False),
    Shot("suppliers", "supervisor", at("/suppliers", "parts.suppliers_new"), is_main=False),
    Shot("supplier-sheet", "supervisor", then("/suppliers", "parts.suppliers_new", "parts.supplier_lang"), escape, is_main=False),
    Shot("part-categories", "supervisor", at("/part-categories", "parts.categories"), is_main=False),
    Shot("kpis", "admin", asking("/kpis", "period=quarter", "kpis.group.machines")),
    Shot("kpis-supervisor", "supervisor", at("/kpis", "kpis.group.work"), is_main=False),
    Shot("kpis-technician", "technician", asking("/kpis", "period=week", "kpis.week.title")),
    Shot("kpi", "admin", asking("/kpis/mtbf", "period=quarter", "kpis.counted")),
    Shot("kpi-cost", "admin", asking("/kpis/cost", "period=quarter", "kpis.counted"), is_main=False),
    Shot("kpis-worst", "admin", asking("/kpis/worst", "period=year", "kpis.jack_knife")),
    Shot("kpis-waiting", "admin", asking("/kpis/waiting", "period=year", "kpis.where_time_goes"), is_main=False),
    Shot("kpis-plans", "supervisor", at("/kpis/plans", "kpis.plans_judged"), is_main=False),
    Shot("machine-form", "admin", at(MACHINE + "/edit", "common.save"), is_main=False),
    Shot("machine-papers", "admin", at(MACHINE + "/edit", "papers.add"), is_main=False),
    Shot("machine-photo", "technician", then(FREE, "papers.photo", "papers.photo_change"), escape, is_main=False),
]  # fmt: skip


class Studio:
    """Takes the pictures that were asked for."""

    def __init__(self, product: Product, browser: Browser, only: Sequence[str], themes: Sequence[str]) -> None:
        self._product, self._browser, self._only, self._themes = product, browser, only, themes
        self.missing = 0
        stage = Stage(product)
        if any(self._is_wanted(shot.name) for shot in SHOTS if shot.name.startswith(("step-", "checklist", "meter-", "reading"))):
            stage.prepare()  # all of it before the first device looks: half a job would be shown where it then stood
        wanted = {"name": "Noé Blanc", "role": "technician", "all_sites": True}
        self._join = urlsplit(product.as_user("admin").post("/invitations", wanted)["url"])._replace(scheme="", netloc="").geturl()
        self._things = Things.of(product.as_user("technician"), product.as_user("supervisor"), stage)

    def shoot(self, size: str, lang: str) -> None:
        for who in dict.fromkeys(shot.who for shot in SHOTS):
            wanted = [shot for shot in SHOTS if shot.who == who and self._is_wanted(shot.name)]
            if wanted:
                self._as(who, size, lang, wanted)
        self._signed_out(size, lang)
        self._operator(size, lang)

    def shoot_big(self, size: str) -> None:
        """At twice the text size: the main screens, and those that were asked for by name."""
        for who in dict.fromkeys(shot.who for shot in SHOTS):
            wanted = [shot for shot in SHOTS if shot.who == who and (shot.is_main or self._only) and self._is_wanted(shot.name)]
            if wanted:
                self._as(who, size, "fr", wanted, big=True)

    def _is_wanted(self, name: str) -> bool:
        return not self._only or name in self._only

    @contextmanager
    def _app(self, size: str, lang: str, *, big: bool = False) -> Iterator[App]:
        locale = {"fr": "fr-FR", "en": "en-GB"}[lang]
        context = self._browser.new_context(viewport=SIZES[size], locale=locale, permissions=["camera", "notifications"])
        context.add_init_script(edge_of([Reached(uuid7().hex, "https://fcm.googleapis.com", []) for _ in self._themes]))
        if big:
            context.add_init_script("addEventListener('DOMContentLoaded', () => (document.documentElement.style.fontSize = '200%'));")
        try:
            yield App(context, self._product.url, lang)
        finally:
            context.close()

    def _as(self, who: str, size: str, lang: str, shots: Sequence[Shot], *, big: bool = False) -> None:
        with self._app(size, lang, big=big) as app:
            app.open()
            if who == "technician" and self._is_wanted("first-load"):
                self._first_load(app, folder_of(size, "light", lang))
            else:
                app.sign_in_as_demo(who)
            for theme in self._themes[:1] if big else self._themes:
                app.go("/me").tap(f"me.theme.{theme}")
                for shot in shots:
                    self._take(app, shot, folder_of(f"{size}{'-' + BIG_TEXT if big else ''}", theme, lang))

    def _first_load(self, app: App, target: Path) -> None:
        """Held still before its first page, and after it."""
        held: list[Route] = []
        app.context.route("**/api/v1/sync/pull*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks its handlers
        app.sign_in("technician").see("app.welcome")
        picture(app.page, target / "first-load.png")
        held.pop(0).continue_()
        app.at("/today").see("app.first_load")
        picture(app.page, target / "first-load-under-way.png")
        for route in held:
            route.continue_()
        app.context.unroute("**/api/v1/sync/pull*")
        app.at("/today").synced()

    def _take(self, app: App, shot: Shot, folder: Path) -> None:
        try:
            shot.come(app, self._things)
            picture(app.page, folder / f"{shot.name}.png")
            shot.leave(app)
        except (AssertionError, TimeoutError, BrowserError) as error:
            self.missing += 1
            print(f"{folder.name}/{shot.name}: {str(error).splitlines()[0]}")  # noqa: T201 - a command's own words
            app.open("/")

    def _signed_out(self, size: str, lang: str) -> None:
        if self._is_wanted("sign-in"):
            for theme in self._themes:
                with self._app(size, lang) as app:
                    app.page.emulate_media(color_scheme=theme)
                    app.open().see("sign_in.demo")
                    picture(app.page, folder_of(size, theme, lang) / "sign-in.png")
                    app.tap("sign_in.register").see("account.register_send")
                    picture(app.page, folder_of(size, theme, lang) / "register.png")
                    app.open("/forgot-password").see("account.forgotten_send")
                    picture(app.page, folder_of(size, theme, lang) / "forgot-password.png")
                    app.open(self._join).see("account.join_send")
                    picture(app.page, folder_of(size, theme, lang) / "join.png")

    def _operator(self, size: str, lang: str) -> None:
        if self._is_wanted("operator"):
            with self._app(size, lang) as app:
                for theme in self._themes:
                    app.page.emulate_media(color_scheme=theme)
                    app.page.goto(f"{self._product.url}/e/{self._things.free['label_codes'][0]}")
                    picture(app.page, folder_of(size, theme, lang) / "operator.png")


EMPTY = {
    "/kpis": "kpis.none", "/kpis/mtbf": "kpis.no_events", "/kpis/worst": "kpis.worst_none", "/kpis/waiting": "kpis.waiting_none",
    "/kpis/plans": "kpis.plans_none", "/reports": "reports_app.none",
}  # fmt: skip
"""Pages on which figures are to come."""


def shoot_empty(browser: Browser, size: str, lang: str, product: Product) -> None:
    """An empty server as its new administrator meets it."""
    context = browser.new_context(viewport=SIZES[size], locale={"fr": "fr-FR", "en": "en-GB"}[lang])
    app = App(context, product.url, lang).open()
    app.sign_in("ada").at("/board").see("start.step.colleague")
    for theme in ("light", "dark"):
        app.go("/me").tap(f"me.theme.{theme}").go("/board").see("start.step.colleague")
        picture(app.page, folder_of(size, theme, lang) / "first-steps.png")
        picture(app.go("/equipment").see("sites.none").page, folder_of(size, theme, lang) / "no-machine.png")
        for path, words in EMPTY.items():
            picture(app.go(path).see(words).page, folder_of(size, theme, lang) / f"no-{path[1:].replace('/', '-')}.png")
    context.close()


@contextmanager
def empty_product() -> Iterator[Product]:
    with running(demo=False) as product:
        token = product.setup_link().partition("token=")[2]
        ada = {"username": "ada", "email": "ada@usine.local", "password": PASSWORD, "first_name": "Ada", "last_name": "Martin"}
        httpx2.post(f"{product.url}/api/v1/auth/setup", json={**ada, "token": token}, trust_env=False).raise_for_status()
        yield product


def folder_of(size: str, theme: str, lang: str) -> Path:
    return OUT / size / f"{theme}-{lang}"


def picture(page: Page, target: Path) -> None:
    """Once two pictures in a row are the same: what moves has settled, but for a running clock."""
    target.parent.mkdir(parents=True, exist_ok=True)
    before = b""
    for _ in range(12):
        page.wait_for_timeout(120)
        now = page.screenshot()
        if now == before:
            break
        before = now
    target.write_bytes(now)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.screenshots", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="names of screens")
    parser.add_argument("--sizes", default=",".join([*SIZES, BIG_TEXT]), help="widths, and 200%% for large text (820-200%% on a tablet)")
    parser.add_argument("--langs", default="fr,en")
    parser.add_argument("--themes", default="light,dark")
    asked = parser.parse_args()
    with running() as product, tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        film = film_of(None, Path(folder))
        with launched(playwright, camera=film) as browser:
            studio = Studio(product, browser, asked.only, asked.themes.split(","))
            for size in asked.sizes.split(","):
                if size.endswith(BIG_TEXT):
                    studio.shoot_big(size.removesuffix(BIG_TEXT).rstrip("-") or "390")
                else:
                    for lang in asked.langs.split(","):
                        studio.shoot(size, lang)
            if not asked.only or "first-steps" in asked.only:
                with empty_product() as empty:
                    for size, lang in product_of(SIZES, asked.langs.split(",")):
                        shoot_empty(browser, size, lang, empty)
    print(f"{OUT}: {sum(1 for _ in OUT.rglob('*.png'))} pictures, {studio.missing} missing")  # noqa: T201 - a command's own words
    return 1 if studio.missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
