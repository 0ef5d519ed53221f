"""Text as it is kept: what nearly all texts are is told at once, and kept as the long way round would keep it."""

import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared_models.text import cleaned, one_line, written

_latin = st.characters(max_codepoint=0x250, exclude_categories=["Cc"])
_letters = _latin | st.sampled_from("\u2019\u2013\u2026\u202f\u20ac\u200b\u0301\t\n ")


@settings(max_examples=400)
@example("\xa0 l\u2019été \u2026\xa0").via("edges that are blanks of another kind")
@example("e\u0301").via("two characters that are one")
@example("\xad").via("a hyphen that nobody sees")
@given(st.text(_letters))
def test_what_is_plain_is_kept_as_the_long_way_round_keeps_it(text: str) -> None:
    kept = written(text)
    assert kept == cleaned(text)
    assert written(kept) == kept == unicodedata.normalize("NFC", kept)
    assert {"\n", "\t"} & set(kept) or one_line(text) == kept
