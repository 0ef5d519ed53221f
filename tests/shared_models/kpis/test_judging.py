"""What is said of plans, machines and breakdowns, and with how few events nothing is."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import comb

from hypothesis import given
from hypothesis import strategies as st

from shared_models.kpis.statistics import share_at_least, share_at_most
from shared_models.kpis.waiting import Moment, phases, timed
from shared_models.kpis.worst import Knife, knife
from shared_models.kpis.worth import FEWEST, Suggestion, suggested

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
COUNTS = st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS)
def test_bounds_are_where_what_was_seen_would_be_that_rare(counts):
    k, n = counts
    most, least = share_at_most(k, n), share_at_least(k, n)
    assert 0 <= least <= k / n <= most <= 1
    if k < n:
        assert abs(sum(comb(n, i) * most**i * (1 - most) ** (n - i) for i in range(k + 1)) - 0.1) < 1e-9


@given(COUNTS, COUNTS)
def test_failures_never_speak_for_longer_intervals_nor_findings_against_a_plan(found, failed):
    """Failures never speak for longer intervals, findings never against a plan, and few visits for nothing."""
    (finding, visits), (bad, judged) = found, failed
    said = suggested(visits, finding, judged, bad)
    if min(visits, judged) < FEWEST:
        assert said is Suggestion.unsure
    if said is Suggestion.longer:
        assert finding / visits < 0.2
        assert bad / judged < 0.2
        assert suggested(visits, finding, judged, judged) is not Suggestion.longer
    if said is Suggestion.drop:
        assert bad / judged > 0.2
        assert suggested(visits, visits, judged, bad) is Suggestion.shorter


def test_what_few_visits_say():
    assert suggested(10, 0, 10, 0) is Suggestion.keep
    assert suggested(11, 0, 11, 0) is Suggestion.longer
    assert suggested(12, 6, 12, 6) is Suggestion.shorter
    assert suggested(24, 0, 24, 12) is Suggestion.drop
    assert suggested(5, 0, 5, 5) is Suggestion.unsure


MOMENTS = st.dictionaries(st.sampled_from(Moment), st.none() | st.integers(0, 10_000).map(lambda m: BEGAN + timedelta(minutes=m)))


@given(MOMENTS)
def test_phases_follow_each_other_without_a_gap_and_invent_nothing(known):
    found = list(phases(known))
    told = [at for at in known.values() if at is not None]
    assert all(one.ends == other.begins for one, other in pairwise(found))
    assert all(phase.begins <= phase.ends for phase in found)
    assert all({phase.begins, phase.ends} <= set(told) for phase in found)
    assert not {moment for phase in found for moment in phase.unknown} & {moment for moment, at in known.items() if at is not None}
    assert len(found) == max(0, len(told) - 1)


def test_what_nobody_told_is_named_and_its_time_is_in_the_next():
    hours = {Moment.stopped: 0, Moment.reported: 1, Moment.arrived: 3, Moment.repaired: 7, Moment.restarted: 6}
    known = {moment: BEGAN + timedelta(hours=at) for moment, at in hours.items()} | {Moment.seen: None, Moment.validated: None}
    assert [(phase.until, phase.hours, phase.unknown) for phase in timed(known)] == [
        ("reported", 1, []), ("arrived", 2, ["seen"]), ("repaired", 4, []), ("restarted", 0, []),
    ]  # fmt: skip


def test_a_machine_lies_on_one_side_of_each_mean():
    assert [knife(n, hours, 3, 5) for n, hours in ((9, 9), (1, 9), (9, 1), (1, 1))] == list(Knife)
    assert knife(0, None, 3, 5) is None
