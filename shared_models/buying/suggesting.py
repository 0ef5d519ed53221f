"""How much of a part that is low should be ordered, and from whom; and why, in a sentence."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from math import ceil, lcm
from uuid import UUID

from shared_models.buying.rows import Suggestion
from shared_models.i18n import Translator
from shared_models.inventory.quantities import FINEST, NONE
from shared_models.inventory.rows import Offer, PartRow

UNKNOWN_LEAD_DAYS = 14
"""Where no offer says how long it takes."""
_DAYS_A_MONTH = Decimal(30)
_YEAR = 12
_WEEK = 7
_FINEST = Decimal(1).scaleb(-FINEST)


@dataclass(frozen=True)
class Situation:
    """What a site has of a part that is low; `used` of it in so many `months`, and `drafted` on orders that wait."""

    part: PartRow
    on_hand: Decimal
    on_order: Decimal
    minimum: Decimal
    used: Decimal = NONE
    months: Decimal = Decimal(_YEAR)
    drafted: Decimal = NONE

    @property
    def per_month(self) -> Decimal:
        return (max(self.used, NONE) / self.months).quantize(_FINEST)


def months_known(days: int | None) -> Decimal:
    """Over how many months use is averaged, by how long ago the first of it was taken: a year, or what there is of one."""
    return min(max(Decimal(days or 0) / _DAYS_A_MONTH, Decimal(1)), Decimal(_YEAR))


def offer_of(part: PartRow, active: Collection[UUID]) -> Offer | None:
    """The preferred offer, else the one of the part's own supplier, else the cheapest, of suppliers that still supply."""
    offers = [offer for offer in part.offers if offer.supplier_id in active]
    own = part.supplier_id if part.supplier_id in active else None
    if not offers:
        return Offer(supplier_id=own) if own else None
    return min(offers, key=lambda each: (not each.is_preferred, each.supplier_id != own, each.price is None, each.price or NONE))


def suggested(found: Situation, offer: Offer | None) -> Decimal:
    """In whole packs: what brings it above the minimum when it arrives, with a month's use beyond; none where it is not low."""
    there = found.on_hand + found.on_order
    if there > found.minimum:
        return NONE
    step = _step(offer.pack_size if offer else None, found.part.decimals)
    at_arrival = there - found.per_month * _lead_days(offer) / _DAYS_A_MONTH
    lacking = found.minimum + found.per_month - at_arrival
    quantity = (lacking / step).to_integral_value(ROUND_CEILING) * step
    return quantity if at_arrival + quantity > found.minimum else quantity + step


def suggestion(found: Situation, active: Collection[UUID], tr: Translator) -> Suggestion:
    part, offer = found.part, offer_of(found.part, active)
    price = offer.price if offer and offer.price is not None else part.unit_price
    return Suggestion(
        part_id=part.id, part_number=part.part_number, part_name=part.name, unit=part.unit,
        supplier_id=offer.supplier_id if offer else None, reference=offer.reference if offer else "",
        quantity=suggested(found, offer), unit_price=price, currency=part.currency,
        pack_size=offer.pack_size if offer else None, lead_days=offer.lead_days if offer else None,
        per_month=found.per_month, on_hand=found.on_hand, on_order=found.on_order, minimum=found.minimum, drafted=found.drafted,
        why=why(found, offer, tr),
    )  # fmt: skip


def why(found: Situation, offer: Offer | None, tr: Translator) -> str:
    """“12 used a month, 3 weeks to come, packs of 10.”"""
    use = tr.t("buying.why.use", quantity=_said(found.per_month, tr)) if found.per_month else tr.t("buying.why.idle")
    said = [use, _lead(offer, tr)]
    if offer and offer.pack_size and offer.pack_size != 1:
        said.append(tr.t("buying.why.pack", quantity=_said(offer.pack_size, tr)))
    return ", ".join(said) + "."


def _lead(offer: Offer | None, tr: Translator) -> str:
    days = _lead_days(offer)
    if offer is None or offer.lead_days is None:
        return tr.n("buying.why.weeks_guessed", ceil(days / _WEEK))
    return tr.n("buying.why.days", days) if days < _WEEK else tr.n("buying.why.weeks", ceil(days / _WEEK))


def _lead_days(offer: Offer | None) -> int:
    return UNKNOWN_LEAD_DAYS if offer is None or offer.lead_days is None else offer.lead_days


def _step(pack: Decimal | None, decimals: int) -> Decimal:
    """The smallest number of packs that can be counted: ten half-metres of what is counted in metres are two halves at a time."""
    finest = 10 ** (FINEST - decimals)
    return Decimal(lcm(int((pack or NONE).scaleb(FINEST)) or finest, finest)).scaleb(-FINEST)


def _said(quantity: Decimal, tr: Translator) -> str:
    text = f"{round(quantity, 1).normalize() if quantity >= 1 else quantity.normalize():f}"
    return text.replace(".", ",") if tr.lang == "fr" else text
