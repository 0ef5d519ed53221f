"""The figures of maintenance: the page of all of them, and one with what it was made of."""

from mobile_app.features.kpis.board import KpisScreen
from mobile_app.features.kpis.proof import KpiScreen

__all__ = ["KpiScreen", "KpisScreen"]
