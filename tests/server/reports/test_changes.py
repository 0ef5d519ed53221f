from hypothesis import given
from hypothesis import strategies as st

from server.reports.changes import changed

AMOUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 1_000).map(float), max_size=8)


@given(AMOUNTS, AMOUNTS)
def test_whose_share_moved_the_whole_is_named_and_nobody_elses(before: dict[str, float], now: dict[str, float]):
    found = changed(before, now)
    assert found.change == sum(now.values()) - sum(before.values())
    assert [share.change for share in found.shares] == sorted((share.change for share in found.shares), key=abs, reverse=True)
    assert all(share.change * found.change > 0 for share in found.shares)
    assert all(share.change == now.get(share.of, 0) - before.get(share.of, 0) for share in found.shares)
    along = [now.get(each, 0) - before.get(each, 0) for each in before.keys() | now.keys()]
    largest = max((change for change in along if change * found.change > 0), key=abs, default=0)
    assert [share.change for share in found.shares][:1] == [largest] * bool(found.change)
    if found.part is not None:
        assert 0 < found.part <= 1.000_001
