import pytest

from mobile_app.domain.search import search_equipment
from shared_models.labels.codes import check_character
from tests.mobile_app.core.rows import machine

LABEL = "ABCD234" + check_character("ABCD234")
PARK = [
    machine("Convoyeur à bande", code="CV-12", manufacturer="Siemens", label_codes=[LABEL]),
    machine("Compresseur à vis", code="CP-03", model="GA-37", manufacturer="Atlas Copco", serial_number="AX 4471/B"),
    machine("Presse hydraulique", code="PR-12", manufacturer="Schuler"),
    machine("Œilleton de contrôle", code="OE-1"),
]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("convoyeur", ["CV-12"]), ("BANDE convoyeur", ["CV-12"]), ("a vis", ["CP-03"]), ("ga37", ["CP-03"]), ("GA 37", ["CP-03"]),
        ("ax4471", ["CP-03"]), ("atl", ["CP-03"]), ("oeill", ["OE-1"]), ("12", ["CV-12", "PR-12"]), ("pr12", ["PR-12"]),
        ("conveyeur", ["CV-12"]), ("presce", ["PR-12"]), ("hydarulique", ["PR-12"]), ("compreseur atls", ["CP-03"]),
        (LABEL.lower(), ["CV-12"]), ("chaudière", []), ("xy", []),
    ],
)  # fmt: skip
def test_finds(query: str, found: list[str]):
    assert [row.code for row in search_equipment(PARK, query)] == found


def test_an_empty_query_gives_the_first_by_name():
    assert [row.name[:2] for row in search_equipment(PARK, " ", limit=2)] == ["Co", "Co"]


def test_one_slip_is_forgiven_among_ten_thousand():
    park = [machine(f"Pompe {number} atelier {number % 40}", code=f"PM-{number:05}") for number in range(10_000)]
    assert len(search_equipment(park, "pompe 77")) == 50
    assert [row.code for row in search_equipment(park, "pompr 9999")] == ["PM-09999"]
