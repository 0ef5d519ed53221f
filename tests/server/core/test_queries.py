"""What somebody has sent is never a part of a statement's text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.queries import containing, expression, joined, plain, sql, words_of

SENT = st.text() | st.sampled_from(["'; drop table users --", "{}", "{0}", "$1", "${}", ":p0", "\\", "%"]) | st.integers() | st.none()


@given(st.lists(SENT, min_size=1, max_size=6))
def test_values_are_bound_in_the_order_in_which_they_stand(sent):
    conditions = joined([sql("x = {}", value) for value in sent], " and ")
    text, *args = sql("select {columns} from t where {} limit {}", conditions, 7, columns=plain("a, '{}'::jsonb")).rendered()
    asked = " and ".join(f"x = ${rank}" for rank in range(1, len(sent) + 1))
    assert text == f"select a, '{{}}'::jsonb from t where {asked} limit ${len(sent) + 1}"
    assert args == [*sent, 7]


@given(SENT)
def test_a_piece_that_is_used_twice_binds_its_value_once(sent):
    piece = sql("(a = {} or b = {word})", 1, word=sent)
    text, *args = sql("select {rows} union all select {rows}", rows=piece).rendered()
    assert text == "select (a = $1 or b = $2) union all select (a = $1 or b = $2)"
    assert args == [1, sent]


@given(SENT)
def test_a_session_binds_the_same(sent):
    clause = sql("select {}::text, {}", sent, 2).clause()
    assert re.findall(r":(\w+)\)", str(clause)) == ["p0", "p1"]
    assert clause.compile().params == {"p0": sent, "p1": 2}


def test_what_is_declared_binds_nothing():
    assert expression("(select {} from {} where a = '{{}}')", "b", "t") == "(select b from t where a = '{}')"
    with pytest.raises(TypeError):
        str(sql("a = {}", "b"))


@given(st.text(alphabet="a%_\\"))
def test_no_letter_of_a_pattern_is_a_wildcard(text):
    pattern = re.sub(r"\\(.)", lambda found: re.escape(found[1]), containing(text)[1:-1])
    assert re.fullmatch(pattern, text)


async def test_no_word_becomes_a_wildcard_when_it_is_folded(database):
    statement = (
        "select chr(n), etabli_fold(chr(n)) from generate_series(1, 65535) n"
        r" where n not between 55296 and 57343 and etabli_fold(chr(n)) ~ '[%_\\]'"
    )
    folded = dict(map(tuple, await database.pool.fetch(statement)))
    assert {letter: words_of(letter) for letter in folded} == {letter: [wildcard] for letter, wildcard in folded.items()}
