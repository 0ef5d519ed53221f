"""Plans of maintenance: all of them, one of them, and the form."""

from mobile_app.features.plans.detail import PlanScreen
from mobile_app.features.plans.editor import PlanFormScreen
from mobile_app.features.plans.list import PlanListScreen

__all__ = ["PlanFormScreen", "PlanListScreen", "PlanScreen"]
