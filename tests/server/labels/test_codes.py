from hypothesis import given
from hypothesis import strategies as st

from shared_models.labels import ALPHABET, LENGTH, check_character, grouped, is_label_code, label_code_in, new_label_code, normalise

payloads = st.text(alphabet=ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)
codes = payloads.map(lambda payload: payload + check_character(payload))


@given(codes, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_detected(code, place, char):
    damaged = code[:place] + char + code[place + 1 :]
    assert is_label_code(damaged) == (damaged == code)


@given(codes, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_two_characters_swapped_are_always_detected(code, one, two):
    chars = list(code)
    chars[one], chars[two] = chars[two], chars[one]
    assert is_label_code("".join(chars)) == ("".join(chars) == code)


@given(codes)
def test_what_is_printed_or_scanned_is_read_back(code):
    assert normalise(grouped(code).lower()) == code
    assert label_code_in(f"https://etabli.example/e/{code}?from=camera") == code


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text):
    found = label_code_in(text)
    assert found is None or is_label_code(found)


def test_new_codes_are_valid_and_different():
    made = {new_label_code() for _ in range(500)}
    assert len(made) == 500
    assert all(map(is_label_code, made))
