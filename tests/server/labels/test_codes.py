import json
import subprocess
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mobile_app.web.vendor import node
from shared_models.labels.codes import (
    ALPHABET,
    LENGTH,
    LOOK_ALIKES,
    RULE,
    check_character,
    grouped,
    is_label_code,
    label_code_in,
    new_label_code,
    normalise,
)

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


LABELS_JS = Path(__file__).parents[3] / "assets" / "web" / "labels.js"
NOISE = st.text(st.characters(categories=["Z", "P", "Cf", "Mn", "S"], exclude_characters="/／"), max_size=4)
SHAPES = {
    char: [char, char.lower(), chr(ord(char) + 0xFEE0), *(other for other, ours in LOOK_ALIKES.items() if ours == char)]
    for char in ALPHABET
}


@st.composite
def pasted(draw, code):
    """A code as it comes out of a mail, a PDF or a phone: other widths, cases and scripts, and noise wherever one can put it."""
    return draw(NOISE) + "".join(draw(st.sampled_from(SHAPES[char])) + draw(NOISE) for char in code)


def read_by_page(texts):
    script = (
        f"{LABELS_JS.read_text()}\nconst read = etabliLabels({json.dumps(RULE)});console.log(JSON.stringify({json.dumps(texts)}.map(read)))"
    )
    return json.loads(subprocess.run([node()], input=script, capture_output=True, text=True, check=True).stdout)


class TestPasted:
    @settings(max_examples=200)
    @given(st.data(), codes)
    def test_code_is_found_in_any_decoration(self, data, code):
        assert label_code_in(data.draw(pasted(code))) == code

    @given(
        st.data(),
        codes,
        st.sampled_from(["https://etabli.usine.fr/e/{}?x=1", "HTTP://10.0.0.5:8000/E/{}/#a", "<https://h/e/{}>.", "voir h/e/{} svp"]),
    )
    def test_code_is_found_in_an_address(self, data, code, address):
        assert label_code_in(data.draw(NOISE) + address.format(grouped(code).lower())) == code
        assert label_code_in(address.format(f"{code[:4]}%E2%80%8B{code[4:]}")) == code

    @given(codes, st.sampled_from(["Étiquette {}, presse 4", "code : « {} ».", "N° {}\n\nCordialement", "({}) {}"]))
    def test_code_is_found_among_words(self, code, words):
        assert label_code_in(words.replace("{}", grouped(code))) == code

    @given(codes, codes)
    def test_two_codes_are_not_one(self, one, other):
        assert label_code_in(f"{one} {other}") == (one if one == other else None)

    @settings(max_examples=5)
    @given(
        st.lists(
            codes.flatmap(pasted) | codes.map("https://h/e/{}?x=1".format) | st.text(max_size=12) | payloads.map(lambda made: made + "2"),
            min_size=100,
        )
    )
    def test_page_reads_as_the_server_does(self, texts):
        assert read_by_page(texts) == [label_code_in(text) for text in texts]
