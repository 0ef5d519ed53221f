"""Whether a plan is worth what it takes, on its page: what it suggests is for whoever keeps the plan to do."""

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.answers import use_answer
from mobile_app.domain.plan_worth import TONES, why_suggested, worth_figures
from mobile_app.ui.cards import Card, CardHeader, KeyValues
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.component import component
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from shared_models.kpis.worth import PlansWorth
from shared_models.plans.rows import PlanRow


@component
def WorthCard(plan: PlanRow) -> ft.Control:
    """Nothing before its first visit, nor where it was never asked for."""
    found = use_answer(PlansWorth, f"/dashboard/plans?plan_id={plan.id}").data
    if found is None or not found.plans:
        return ft.Container(visible=False)
    worth = found.plans[0]
    chip = StatusChip(t(f"kpi.suggestion.{worth.suggestion}"), TONES[worth.suggestion])
    lines = [Meta(why_suggested(worth.suggestion), max_lines=6), KeyValues(list(worth_figures(worth)))]
    return Card(Stack(CardHeader(t("kpis.worth")), ft.Row([chip]), *lines, spacing=8))
