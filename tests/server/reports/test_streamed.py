"""Tables whose rows come one by one: all of them, in their order, under their heads, and none left alone."""

import io

import pypdfium2
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.platypus import Flowable

from server.labels import lettering
from server.labels.lettering import BOLD
from server.reports.streamed import Rows
from server.reports.typeset import SMALL, Running, Words, typeset

ROW = st.integers(1, 6) | st.just(90)
"""Lines; more than a page has room for."""


@settings(max_examples=30)
@given(st.lists(ROW, max_size=130), st.booleans(), st.integers(0, 55))
def test_every_row_stands_once_under_a_head_and_none_alone(lines: list[int], has_last: bool, above: int):
    rows = ([f"r{number}." + "\nx" * (count - 1), f"{number}"] for number, count in enumerate(lines))
    last = ("whole.", "0") if has_last else None
    story = [Words("\n".join(["a"] * above)), Rows(("Head", "Nr"), rows, (3, 1), (1,), last=last)]
    document = typeset(story, Running("t", "l", "{page} of {pages}"))
    with pypdfium2.PdfDocument(io.BytesIO(document.content)) as read:
        pages = [page.get_textpage().get_text_range() for page in read]
    assert len(pages) == document.pages
    found = [word for page in pages for word in page.split() if word.endswith(".")]
    assert found == [f"r{number}." for number in range(len(lines))] + ["whole."] * has_last
    assert sum(page.count("x") for page in pages) == sum(lines) - len(lines)
    tables = [page for page in pages if "x" in page or any(word.endswith(".") for word in page.split())]
    assert all("Head" in page for page in tables)
    begun = [[word for word in page.split() if word.endswith(".")] for page in tables]
    assert all(len(words) > 1 for words in begun[1:]) or max(lines) > 50


def test_every_character_is_read_as_it_is_where_words_say_it():
    """Our font has more of them than one part of it in a document; others come from elsewhere."""
    texts = [f"{char} q{char}q {char}" for char in [*sorted(lettering._own_text()), *"Ωж漢ع"] if char.isprintable() and not char.isspace()]
    assert len(texts) > 256
    assert _said([Rows(("q",), [(text,) for text in texts], (1,))]) == _said([Words("q", BOLD, SMALL), *map(Words, texts)])


def _said(story: list[Flowable]) -> list[str]:
    document = typeset(story, Running("", "", ""))
    with pypdfium2.PdfDocument(io.BytesIO(document.content)) as read:
        pages = [page.get_textpage().get_text_range().split("\r\n") for page in read]
    return sorted(line for page in pages for line in page if line not in {"", "q", str(document.pages)})
