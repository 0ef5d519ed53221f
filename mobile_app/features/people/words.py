"""How a person's state, role and sites are said."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.domain.client import Client
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.theme import Tone
from shared_models.permissions import Role
from shared_models.users import UserRead, UserState

FEW: Final = 3
ROLE_ICONS: Final = {
    Role.admin: ft.Icons.ADMIN_PANEL_SETTINGS_ROUNDED,
    Role.supervisor: ft.Icons.SUPERVISOR_ACCOUNT_ROUNDED,
    Role.technician: ft.Icons.ENGINEERING_ROUNDED,
}


class StateMark:
    """Its word is read when it is shown: the language may have changed since."""

    def __init__(self, state: UserState, tone: Tone, icon: ft.IconData) -> None:
        self.state, self.tone, self.icon = state, tone, icon

    @property
    def word(self) -> str:
        return t(f"people.state.{self.state}")

    def chip(self) -> ft.Control:
        return StatusChip(self.word, self.tone, icon=self.icon)


STATES: Final = {
    UserState.active: StateMark(UserState.active, Tone.ok, ft.Icons.CHECK_CIRCLE_ROUNDED),
    UserState.waiting: StateMark(UserState.waiting, Tone.warning, ft.Icons.HOURGLASS_TOP_ROUNDED),
    UserState.inactive: StateMark(UserState.inactive, Tone.off, ft.Icons.LOCK_ROUNDED),
}


def state_of(user: UserRead) -> UserState:
    return UserState.active if user.is_active else UserState.waiting if user.is_waiting else UserState.inactive


def reach(client: Client, *, all_sites: bool, site_ids: Iterable[UUID]) -> str:
    """`Lyon, Roissy`; how many where there are more."""
    if all_sites:
        return t("account.all_sites")
    names = sorted(site.name for site_id in site_ids if (site := client.sites.get(site_id)))
    if not names:
        return t("people.no_site")
    return ", ".join(names) if len(names) <= FEW else n("people.sites_count", len(names))
