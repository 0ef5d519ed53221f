"""What a plan has found and what failed between its visits, in words, and what that suggests."""

from typing import Final

from mobile_app.core.i18n import format_number, format_percent, n, t
from mobile_app.domain.figures import amount, money
from mobile_app.domain.lookup import dotted
from mobile_app.ui.theme import Tone
from shared_models.kpis.registry import Unit
from shared_models.kpis.worth import FEWEST, PlanWorth, Suggestion

TONES: Final = {
    Suggestion.longer: Tone.info, Suggestion.shorter: Tone.warning, Suggestion.drop: Tone.warning, Suggestion.keep: Tone.ok,
    Suggestion.unsure: Tone.off,
}  # fmt: skip


def worth_figures(worth: PlanWorth) -> list[tuple[str, str]]:
    """Each with its bound, where there is one."""
    found = [(t("kpis.visits"), format_number(worth.visits))]
    if worth.finding_at_most is not None:
        found.append(
            (t("kpis.finding"), t("kpis.at_most", count=format_number(worth.finding), share=format_percent(worth.finding_at_most)))
        )
    if worth.failed_at_least is not None and worth.failed_at_most is not None:
        bounds = {"least": format_percent(worth.failed_at_least), "most": format_percent(worth.failed_at_most)}
        of = {"count": format_number(worth.failed), "of": format_number(worth.judged)}
        found.append((t("kpis.failed_after"), t("kpis.between", **of, **bounds)))
    costs = " + ".join(money(each.value, each.currency) for each in worth.costs)
    return [*found, (t("kpis.taken"), dotted(amount(Unit.hours, worth.hours), costs))]


def worth_words(worth: PlanWorth) -> str:
    return dotted(
        n("kpis.visits_count", worth.visits), t("kpis.found_in", count=format_number(worth.finding)),
        t("kpis.failed_in", count=format_number(worth.failed), of=format_number(worth.judged)),
    )  # fmt: skip


def why_suggested(suggestion: Suggestion) -> str:
    return t(f"kpis.suggestion.{suggestion}", fewest=format_number(FEWEST))
