"""What is said where a row is not on the device."""

import flet as ft

from mobile_app.domain.context import use_client
from mobile_app.ui.component import component
from mobile_app.ui.feedback import SkeletonList
from mobile_app.ui.hooks import use_live
from mobile_app.ui.shell import Page


@component
def Missing(words: ft.Control) -> ft.Control:
    """`words`, once the first load has come through: before, the row may be on its way."""
    return Page(SkeletonList(3)) if use_live(use_client().sync).status.is_first else words
