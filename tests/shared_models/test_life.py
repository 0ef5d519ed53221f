"""What is read out of a machine's past."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared_models.equipment.life import OWN_HISTORY_WEIGHT, REPEAT_WINDOW, PastJob, fixes, likeliest_modes, repeat_failure
from shared_models.equipment.rows import FailureItem, FailureItemKind, ModeCount
from shared_models.ids import uuid7

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MODES, REMEDIES = [uuid7() for _ in range(4)], [uuid7() for _ in range(3)]


def past_job(days: float, mode: int | None = 0, remedy: int | None = 0, kind: str = "corrective") -> PastJob:
    return PastJob(
        id=uuid7(), number="INT-2026-000001", title="Leak", intervention_type=kind, completed_at=NOW - timedelta(days=days),
        labour_minutes=30, technician="Ana", mode_id=None if mode is None else MODES[mode],
        remedy_id=None if remedy is None else REMEDIES[remedy], work_performed="",
    )  # fmt: skip


jobs = st.lists(
    st.builds(
        past_job, st.floats(0, 400), st.none() | st.integers(0, 3), st.none() | st.integers(0, 2),
        st.sampled_from(["corrective", "preventive"]),
    )
)  # fmt: skip


class TestRepeat:
    def test_third_time_in_six_months(self) -> None:
        notice = repeat_failure([past_job(11.5), past_job(90), past_job(200)], NOW)
        assert notice
        assert (notice.count, notice.last_fix_held_days) == (3, 11)

    def test_counts_the_same_mode_only_when_asked(self) -> None:
        told = [past_job(5, mode=1), past_job(20, mode=0)]
        assert repeat_failure(told, NOW, MODES[0]).last_fix_held_days == 20  # type: ignore[union-attr]
        assert repeat_failure(told, NOW, MODES[3]) is None

    @given(jobs)
    def test_is_none_exactly_without_a_recent_failure(self, told: list[PastJob]) -> None:
        recent = [job for job in told if job.intervention_type == "corrective" and job.completed_at >= NOW - REPEAT_WINDOW]
        notice = repeat_failure(told, NOW)
        assert (notice is None) is (not recent)
        if notice:
            assert notice.count == len(recent) + 1
            assert notice.last.completed_at == max(job.completed_at for job in recent)
            assert 0 <= notice.last_fix_held_days <= REPEAT_WINDOW.days


class TestFixes:
    @given(jobs, st.integers(1, 8))
    def test_latest_first_one_for_each_mode_and_remedy(self, told: list[PastJob], limit: int) -> None:
        found = fixes(told, limit)
        corrective = [job for job in told if job.intervention_type == "corrective"]
        assert len(found) <= limit
        assert [fix.job.completed_at for fix in found] == sorted((fix.job.completed_at for fix in found), reverse=True)
        coded = [(fix.job.mode_id, fix.job.remedy_id) for fix in found if fix.job.mode_id]
        assert len(coded) == len(set(coded))
        assert sum(fix.count for fix in fixes(told, len(told) + 1)) == len(corrective)


class TestLikeliestModes:
    items = [FailureItem(id=mode, kind=FailureItemKind.mode, code=f"M{n}", names={}) for n, mode in enumerate(MODES)]

    @given(st.lists(st.integers(0, 50), min_size=4, max_size=4), st.lists(st.integers(0, 50), min_size=4, max_size=4))
    def test_every_mode_once_with_shares_that_add_up(self, of_class: list[int], of_machine: list[int]) -> None:
        counts = [[ModeCount(mode_id=m, count=c) for m, c in zip(MODES, each, strict=True)] for each in (of_class, of_machine)]
        found = likeliest_modes([*self.items, FailureItem(id=uuid7(), kind=FailureItemKind.remedy, code="R", names={})], *counts)
        assert {mode.item.id for mode in found} == set(MODES)
        shares = [mode.share for mode in found]
        assert shares == sorted(shares, reverse=True)
        assert abs(sum(shares) - (1 if any(of_class + of_machine) else 0)) < 1e-9

    def test_a_machines_own_history_weighs_more(self) -> None:
        of_class = [ModeCount(mode_id=MODES[0], count=OWN_HISTORY_WEIGHT - 1)]
        found = likeliest_modes(self.items, of_class, [ModeCount(mode_id=MODES[1], count=1)])
        assert found[0].item.id == MODES[1]
