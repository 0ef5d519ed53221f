"""The figures of maintenance: the page of all of them, one with what it was made of, and what they lead to."""

from mobile_app.features.kpis.board import KpisScreen
from mobile_app.features.kpis.proof import KpiScreen
from mobile_app.features.kpis.waiting import WaitingScreen
from mobile_app.features.kpis.worst import WorstScreen
from mobile_app.features.kpis.worth import WorthScreen

__all__ = ["KpiScreen", "KpisScreen", "WaitingScreen", "WorstScreen", "WorthScreen"]
