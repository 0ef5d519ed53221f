"""How much is suggested of what is low, whatever the use, the pack and the way to come."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.core.i18n import translator
from shared_models.buying.suggesting import Situation, months_known, offer_of, suggested, suggestion, why
from shared_models.equipment.rows import Criticality
from shared_models.ids import uuid7
from shared_models.inventory.rows import Offer, PartRow

ROULEX, COURROIES, GONE = uuid7(), uuid7(), uuid7()
FR, EN = translator("fr"), translator("en")


def part(decimals: int = 0, **fields: Any) -> PartRow:
    plain: dict[str, Any] = {
        "id": uuid7(), "part_number": "R-6204", "name": "Roulement 6204", "description": "", "category_id": None, "supplier_id": None,
        "unit_price": Decimal(10), "currency": "EUR", "minimum_stock": Decimal(2), "location": "", "unit": "", "decimals": decimals,
        "manufacturer": "", "manufacturer_reference": "", "criticality": Criticality.medium, "specifications": {}, "class_ids": [],
        "equipment_ids": [], "equivalent_ids": [], "offers": [], "barcodes": [], "is_active": True, "version": 1,
    }  # fmt: skip
    return PartRow(**plain | fields)


def situation(on_hand: Any = 2, minimum: Any = 2, used: Any = 0, on_order: Any = 0, **fields: Any) -> Situation:
    known = part(fields.pop("decimals", 0))
    return Situation(known, Decimal(on_hand), Decimal(on_order), Decimal(minimum), Decimal(used), **fields)


def quantities(most: int, least: int = 0) -> st.SearchStrategy[Decimal]:
    return st.integers(least * 1000, most * 1000).map(lambda thousandths: Decimal(thousandths).scaleb(-3))


SITUATIONS = st.builds(
    situation, on_hand=quantities(50, -5), minimum=quantities(40), used=quantities(2_000, -3), on_order=quantities(40),
    decimals=st.integers(0, 3), months=st.integers(1, 365).map(months_known),
)  # fmt: skip
OFFERS = st.none() | st.builds(
    Offer, supplier_id=st.just(ROULEX), pack_size=st.none() | quantities(30).filter(bool), lead_days=st.none() | st.integers(0, 400)
)


@given(SITUATIONS, OFFERS)
def test_what_is_suggested_ends_the_want_in_whole_packs_and_no_more_of_them_than_that_takes(found: Situation, offer: Offer | None):
    quantity = suggested(found, offer)
    if found.on_hand + found.on_order > found.minimum:
        assert quantity == 0
        return
    days = 14 if offer is None or offer.lead_days is None else offer.lead_days
    left = found.on_hand + found.on_order - found.per_month * days / 30
    assert quantity > 0
    assert left + quantity > found.minimum
    assert quantity == round(quantity, found.part.decimals)
    pack = offer.pack_size if offer and offer.pack_size else Decimal(1).scaleb(-found.part.decimals)
    assert quantity % pack == 0
    one = next(pack * many for many in range(1, 1001) if pack * many == round(pack * many, found.part.decimals))
    assert left + quantity - one <= found.minimum + found.per_month


def test_twelve_a_month_three_weeks_to_come_by_tens():
    found = situation(on_hand=4, minimum=5, used=144)
    offer = Offer(supplier_id=ROULEX, pack_size=Decimal(10), lead_days=21)
    assert suggested(found, offer) == 30  # 5 kept, 12 for a month, 8.4 until it comes, less 4
    assert why(found, offer, EN) == "12 used a month, 3 weeks to come, packs of 10."
    assert why(found, offer, FR) == "12 par mois, 3 semaines de délai, par 10."


def test_what_nobody_takes_is_brought_above_its_minimum():
    assert suggested(situation(on_hand=2, minimum=2), None) == 1
    assert why(situation(), None, EN) == "none taken in a year, unknown time to come, taken as 2 weeks."


def test_a_part_that_is_new_is_averaged_over_the_months_that_there_are():
    assert situation(used=12, months=months_known(60)).per_month == 6
    assert (months_known(None), months_known(3), months_known(5_000)) == (1, 1, 12)


def test_the_preferred_offer_wins_then_the_parts_own_supplier_then_the_price():
    dear, cheap, preferred = (
        Offer(supplier_id=ROULEX, price=Decimal(9)), Offer(supplier_id=COURROIES, price=Decimal(8)),
        Offer(supplier_id=GONE, price=Decimal(20), is_preferred=True),
    )  # fmt: skip
    offers, everybody = [dear, cheap, preferred], {ROULEX, COURROIES, GONE}
    assert offer_of(part(offers=offers), everybody) == preferred
    assert offer_of(part(offers=offers, supplier_id=ROULEX), everybody - {GONE}) == dear
    assert offer_of(part(offers=offers), everybody - {GONE}) == cheap
    assert offer_of(part(supplier_id=ROULEX), everybody) == Offer(supplier_id=ROULEX)
    assert offer_of(part(supplier_id=GONE), {ROULEX}) is None
    assert suggestion(situation(), {ROULEX}, EN).supplier_id is None
