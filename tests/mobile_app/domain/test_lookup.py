import re

from hypothesis import example, given
from hypothesis import strategies as st

from mobile_app.core.folding import fold
from mobile_app.domain.lookup import natural

NAMES = st.text("aB 012-é.ß9٣٠²", max_size=8)


def in_parts(name: str) -> list[tuple[bool, int, str]]:
    """Words, and numbers by their value, before words."""
    parts = re.split(r"(\d+)", fold(name))
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts if part]


@given(NAMES, NAMES)
@example("0a", "00")
def test_numbers_in_names_are_put_in_order_by_their_value(one: str, other: str) -> None:
    assert (natural(one) < natural(other)) == (in_parts(one) < in_parts(other))
    assert (natural(one) == natural(other)) == (in_parts(one) == in_parts(other))


def test_as_people_expect() -> None:
    found = ["Ligne 10", "ligne 2", "Étau", "2 t", "", "Ligne 02", "Ligne"]
    assert sorted(found, key=natural) == ["", "2 t", "Étau", "Ligne", "Ligne 02", "ligne 2", "Ligne 10"]
