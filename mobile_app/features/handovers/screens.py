"""Handovers of shifts: those of late, and each as its reader takes over."""

from mobile_app.features.handovers.list import HandoversScreen
from mobile_app.features.handovers.page import HandoverScreen

__all__ = ["HandoverScreen", "HandoversScreen"]
