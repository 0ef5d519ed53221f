"""Dates, shares and amounts on paper, in their reader's language."""

from datetime import date

import pytest

from server.reports.speech import Speech

HELD = "\u00a0"


@pytest.mark.parametrize(("since", "until", "french", "english"), [
    (date(2026, 1, 1), date(2026, 12, 31), "2026", "2026"),
    (date(2026, 11, 1), date(2026, 11, 30), "novembre 2026", "November 2026"),
    (date(2026, 11, 1), date(2026, 11, 27), "du 1er au 27 novembre 2026", "1 to 27 November 2026"),
    (date(2026, 9, 28), date(2026, 10, 4), "du 28 septembre au 4 octobre 2026", "28 September to 4 October 2026"),
    (date(2025, 12, 29), date(2026, 1, 1), "du 29 décembre 2025 au 1er janvier 2026", "29 December 2025 to 1 January 2026"),
    (date(2026, 5, 1), date(2026, 5, 1), "1er mai 2026", "1 May 2026"),
])  # fmt: skip
def test_days_are_said_once(since, until, french, english):
    assert [Speech(lang).period(since, until) for lang in ("fr", "en")] == [french, english]


def test_a_share_is_written_as_its_language_does_and_a_minus_is_one():
    french, english = Speech("fr"), Speech("en")
    assert [french.percent(0.854), english.percent(0.854), english.percent(0.9, 0)] == [f"85,4{HELD}%", "85.4%", "90%"]
    assert [french.number(-2.4, "L"), english.counted(-1.26, "h"), english.money(-69.71, "EUR")] == [
        f"\u22122,4{HELD}L", f"\u22121.3{HELD}h", "\u2212€69.71",
    ]  # fmt: skip
