"""What a figure says: its value, honestly, and how it has moved."""

from typing import Any

import pytest

from mobile_app.core.i18n import set_language
from mobile_app.domain.figures import DASH, Move, brought, moved, sure_of, value_of
from mobile_app.ui.theme import Tone
from shared_models.ids import uuid7
from shared_models.kpis.registry import KPIS, Because, KpiKey
from shared_models.kpis.rows import Figure, KpiEvent

UP, DOWN = "ARROW_UPWARD_ROUNDED", "ARROW_DOWNWARD_ROUNDED"


@pytest.fixture(autouse=True)
def _french() -> None:
    set_language("fr")


def figure(key: KpiKey, value: float | None, **more: Any) -> Figure:
    kpi = KPIS[key]
    because = None if value is not None else Because.nothing_done
    told: dict[str, Any] = {"variant": kpi.variants[0], "unit": kpi.unit, "better": kpi.better, "n": 12, "because": because}
    return Figure(key=key, value=value, **told | more)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (figure(KpiKey.pm_compliance, None), DASH),
        (figure(KpiKey.pm_compliance, 0.7777), "77,8 %"),
        (figure(KpiKey.availability, 0.99984), "99,98 %"),
        (figure(KpiKey.availability, 1.0), "100,0 %"),
        (figure(KpiKey.mtbf, None, n=0, bound=868.3), "> 868 h (90 %)"),
        (figure(KpiKey.mtbf, 4344.0, n=2), "4 344 h"),
        (figure(KpiKey.mttr, 65 / 60), "1 h 05"),
        (figure(KpiKey.mrt, 0.5), "30 min"),
        (figure(KpiKey.lateness, 1.96), "2,0 j"),
        (figure(KpiKey.backlog_weeks, 0.4), "0,4 sem."),
        (figure(KpiKey.cost, 12.4, currency="EUR"), "12,40 €"),
        (figure(KpiKey.cost, 129012.71, currency="EUR"), "129 013 €"),
        (figure(KpiKey.cost, 1500.0, currency="CHF"), "1 500 CHF"),
        (figure(KpiKey.cost, 0.0, currency="EUR"), "0,00 €"),
        (figure(KpiKey.stock_turns, 0.31, currency="EUR"), "0,3 par an"),
    ],
)
def test_each_kind_of_value_has_its_words(made: Figure, said: str) -> None:
    assert plain(value_of(made, 0.9)) == said


def test_a_bound_stands_beside_a_value_and_in_the_place_of_none() -> None:
    assert plain(sure_of(figure(KpiKey.mtbf, 4344.0, n=2, bound=1632.2), 0.9)) == "> 1 632 h (90 %)"
    assert sure_of(figure(KpiKey.mtbf, None, n=0, bound=868.3), 0.9) == ""


def move(made: Figure) -> tuple[str, str, Tone, str] | None:
    found: Move | None = moved(made)
    return found and (plain(found.by), plain(found.before), found.tone, found.icon.name if found.icon else "")


def test_which_way_is_good_depends_on_the_figure() -> None:
    assert move(figure(KpiKey.pm_compliance, 0.8, before=0.75)) == ("+5,0 pts", "avant : 75,0 %", Tone.ok, UP)
    assert move(figure(KpiKey.mttr, 3.0, before=2.0)) == ("+50 %", "avant : 2 h", Tone.bad, UP)
    assert move(figure(KpiKey.cost, 50.0, before=100.0, currency="EUR")) == ("−50 %", "avant : 100,00 €", Tone.ok, DOWN)
    assert move(figure(KpiKey.utilisation, 0.6, before=0.5)) == ("+10,0 pts", "avant : 50,0 %", Tone.off, UP)
    assert move(figure(KpiKey.mttr, 2.0, before=2.0)) == ("inchangé", "avant : 2 h", Tone.off, "")
    assert move(figure(KpiKey.cost, 20.0, before=0.0, currency="EUR")) == ("+20,00 €", "avant : 0,00 €", Tone.bad, UP)


def test_few_events_and_what_has_no_value_point_nowhere() -> None:
    assert move(figure(KpiKey.mttr, 3.0, before=2.0, n=2)) == ("+50 %", "avant : 2 h", Tone.off, "")
    assert move(figure(KpiKey.mttr, 3.0)) is None
    assert move(figure(KpiKey.mttr, None, before=2.0)) is None


def event(kind: str, numerator: float, denominator: float, **more: Any) -> KpiEvent:
    told: dict[str, Any] = {"equipment_id": None, "equipment_code": "", "equipment_name": "", "label": "", "began": None, "ended": None}
    return KpiEvent(kind=kind, id=uuid7(), job_id=None, numerator=numerator, denominator=denominator, left_out=None, **told | more)


@pytest.mark.parametrize(
    ("made", "brings", "said"),
    [
        (figure(KpiKey.availability, 0.9), event("down", -3.5, 0), "−3 h 30"),
        (figure(KpiKey.availability, 0.9), event("machine", 720, 720), "720 h"),
        (figure(KpiKey.mtbf, 100.0), event("failure", 0, 1), "1"),
        (figure(KpiKey.availability_inherent, 0.9), event("failure", 1.5, 1, part="mrt"), "1 h 30"),
        (figure(KpiKey.pm_compliance, 0.9), event("date", 0, 1), "0 sur 1"),
        (figure(KpiKey.preventive_share, 0.9, variant="hours"), event("work", 2, 2), "2 h"),
        (figure(KpiKey.cost, 90.0, currency="EUR"), event("part", 28.86, 0, currency="EUR"), "28,86 €"),
        (figure(KpiKey.stock_turns, 2.0, currency="EUR"), event("opening", 0, 1200, currency="EUR"), "1 200 €"),
        (figure(KpiKey.lateness, 1.0), event("date", 1.5, 1), "1,5 j"),
    ],
)
def test_an_event_says_what_it_brings(made: Figure, brings: KpiEvent, said: str) -> None:
    assert plain(brought(made, brings)) == said
