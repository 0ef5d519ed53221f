"""The one way to show a dialog from a component: what lies under another dialog stays alive."""

from typing import Final

import flet as ft

_HELD: Final = ("content", "title", "actions")


def use_dialog(dialog: ft.DialogControl | None) -> None:
    """Show `dialog` while it is not None. A hook: call it on every render.

    Its `actions` hold no component of their own: put those in `content`.
    """
    if dialog is not None:
        _hold(dialog)
    ft.use_dialog(dialog)


def _hold(dialog: ft.DialogControl) -> None:
    """Mark what it holds as a component's output is marked.

    Whenever a dialog comes or goes (a toast too), Flet goes again through every dialog of the page.
    It would render the components it meets anew without sending them: the client keeps showing
    the old ones, which nothing updates any more.
    """
    for name in _HELD:
        held = getattr(dialog, name, None)
        for item in held if isinstance(held, list) else [held]:
            if isinstance(item, ft.BaseControl):
                object.__setattr__(item, "_frozen", True)
