"""Today of a large site is told by parts of its jobs, and says what whole jobs would."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mobile_app.core.i18n import n, t
from mobile_app.core.rows import Rows
from mobile_app.domain.client import Client
from mobile_app.domain.due import local_day
from mobile_app.domain.today import next_job
from mobile_app.domain.views import OF_OPEN, Reader, today_view
from mobile_app.features.today.screens import MOST, TodayScreen
from shared_models.ids import uuid7
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import ActionRow, InterventionRow, Priority
from tests.mobile_app.core.rows import ANNE, AT, PAUL, job
from tests.mobile_app.features.test_plan_screens import PRESS, client
from tests.mobile_app.roots import inside
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["client", "screen"]  # fixtures
TEAM = uuid7()
READER = Reader(PAUL.id, local_day(AT), frozenset({TEAM}))
PEOPLE = st.sampled_from([None, PAUL.id, ANNE.id])
DATES = st.none() | st.integers(-3, 12).map(lambda days: AT + timedelta(days=days))


def worked(user_id: Any, ended_at: Any) -> list[ActionRow]:
    return [ActionRow(id=uuid7(), user_id=user_id, started_at=AT, ended_at=ended_at)] if user_id else []


@st.composite
def jobs(draw: Callable[..., Any]) -> InterventionRow:
    return job(
        PRESS,
        status=draw(st.sampled_from(InterventionStatus)),
        priority=draw(st.sampled_from(Priority)),
        scheduled_start=draw(DATES),
        scheduled_end=draw(DATES),
        assigned_technician_id=draw(PEOPLE),
        assigned_team_id=draw(st.sampled_from([None, TEAM, uuid7()])),
        completed_by=draw(PEOPLE),
        is_validated=draw(st.booleans()),
        actions=worked(draw(PEOPLE), draw(st.sampled_from([None, AT]))),
    )


@given(st.lists(jobs(), max_size=12), st.data())
def test_parts_of_jobs_are_put_in_order_as_whole_ones_are(found: list[InterventionRow], data: st.DataObject) -> None:
    rows = Rows(InterventionRow, lambda *_: None)
    rows.put({str(row.id): row.model_dump_json().encode() for row in found})
    for row in data.draw(st.sets(st.sampled_from(range(len(found))))) if found else ():
        rows.get(found[row].id)  # somebody has looked at it
    shown = today_view(rows.parts(*OF_OPEN), READER)
    assert {name: [row.id for row in some] for name, some in vars(shown).items()} == {
        name: [row.id for row in some] for name, some in vars(today_view(found, READER)).items()
    }


async def test_of_many_jobs_those_are_read_that_are_shown(screen: Screen, client: Client) -> None:
    late = [job(PRESS, f"Vidange {number}", assigned_technician_id=PAUL.id, scheduled_end=AT - timedelta(days=1)) for number in range(59)]
    rows = [*late, job(PRESS, "Vidange d'Anne", assigned_technician_id=ANNE.id)]
    client.interventions.put({str(row.id): row.model_dump_json().encode() for row in rows})
    client.drawn.set()
    await screen.show(inside(client, TodayScreen))
    assert n("today.count", 59) in screen.texts
    assert t("today.others") in screen.texts
    assert sum(text.startswith("Vidange") for text in screen.texts) == MOST + 1
    unread = sum(isinstance(row, bytes) for row in client.interventions.rows.held().values())
    assert unread == 60 - MOST - 1


def unheard_of(row: InterventionRow) -> bytes:
    """As a later version of the server writes it: what Today is told by can be read, the whole cannot."""
    return row.model_dump_json().replace(f'"{row.intervention_type}"', '"unheard-of"').encode()


async def test_what_can_be_read_in_part_only_is_not_counted_and_takes_nobody_s_place(screen: Screen, client: Client) -> None:
    mine = {"assigned_technician_id": PAUL.id, "scheduled_end": AT - timedelta(days=1)}
    late = [job(PRESS, f"Vidange {number}", **mine) for number in range(MOST + 2)]
    later, of_anne = job(PRESS, "Vidange un jour"), job(PRESS, "Vidange d'Anne", assigned_technician_id=ANNE.id)
    texts = {str(row.id): row.model_dump_json().encode() for row in late}
    client.drawn.set()
    await screen.show(inside(client, TodayScreen))
    client.interventions.put({**texts, **{str(row.id): unheard_of(row) for row in (late[0], later, of_anne)}})
    client.interventions.notify()
    await screen.settle()
    assert n("today.count", MOST + 1) in screen.texts
    assert [text for text in screen.texts if text.startswith("Vidange")] == [row.title for row in late[1 : MOST + 1]]
    assert not {t("today.later"), t("today.others")} & {*screen.texts}


def test_for_the_next_job_no_more_is_read_than_it_takes(client: Client) -> None:
    late = [job(PRESS, assigned_technician_id=PAUL.id, scheduled_end=AT - timedelta(days=1)) for _ in range(5)]
    texts = {str(row.id): row.model_dump_json().encode() for row in late}
    client.interventions.put({**texts, str(late[1].id): unheard_of(late[1])})
    assert next_job(client, late[0].id) == late[2]
    assert sum(isinstance(row, bytes) for row in client.interventions.rows.held().values()) == 3
