"""What people do on jobs, in a few words."""

from typing import Any

from tests.e2e.app import App
from tests.e2e.waiting import until

BREAKDOWN = "machine.kind.breakdown"


def start_breakdown(app: App, title: str) -> str:
    """From the machine's page: say what it is, and the clock runs. The job's id."""
    app.tap("machine.start").fill("machine.what", title).tap(BREAKDOWN)
    app.at("/jobs/[^/]+").see(title, "job.pause")
    return app.job_id


def close(app: App, machine: dict[str, Any], classes: list[dict[str, Any]]) -> None:
    """From the job's page: the failure mode, the remedy, it runs again."""
    items = next(row for row in classes if row["id"] == machine["class_id"])["failure_items"]
    app.tap("job.close").at("/jobs/[^/]+/close").see("close.what")
    app.tap("close.unknown")
    app.tap(next(item["names"][app.lang] for item in items if item["kind"] == "remedy"))
    app.tap("close.continue").see("close.runs").tap("close.runs.active").tap("close.finish")
    see_sheet(app)


def see_sheet(app: App) -> None:
    """From “all done” to the sheet of what was done."""
    app.at("/jobs/[^/]+/done").see("close.done").tap("close.see").at("/jobs/[^/]+")


def to_judge(app: App, job: str, title: str) -> App:
    """The sheet of a job that waits for approval; not one of another job, which has the same buttons, nor the page before it."""
    app.go(f"/validate/{job}")
    until(lambda: title in app.page.title(), lambda: f"“{title}” in the tab's name; shown:\n{app.shown()}")
    return app.see(title, "validation.return")
