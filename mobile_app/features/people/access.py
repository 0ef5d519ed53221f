"""Which role, and where: the same choices for an invitation and for somebody who is in."""

from typing import Any

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import by_name
from mobile_app.features.people.words import ROLE_ICONS
from mobile_app.ui.choices import Choice, ChoiceChips, ChoiceGrid
from mobile_app.ui.fields import Field, Toggle
from mobile_app.ui.forms import Form
from mobile_app.ui.stack import Stack
from mobile_app.ui.theme import Space
from shared_models.permissions import Role


def default_access(client: Client) -> dict[str, Any]:
    """A technician of the only site, where there is one."""
    sites = list(client.sites.rows)
    return {"role": Role.technician.value, "all_sites": False, "site_ids": [str(sites[0])] if len(sites) == 1 else []}


def sees_all(client: Client) -> bool:
    return client.me is not None and client.me.site_ids is None


def AccessFields(client: Client, form: Form, *, locked: bool = False) -> ft.Control:
    """`locked`: shown, not changed, as for oneself."""
    roles = [Choice(role.value, t(f"sign_in.role.{role}"), ROLE_ICONS[role], note=t(f"people.role.{role}")) for role in reversed(Role)]
    picked = form.get("role")
    if locked:
        roles = [choice for choice in roles if choice.key == picked]
    grid = ChoiceGrid(roles, picked, lambda key: None if locked else form.set("role", key), columns=1)
    parts: list[ft.Control] = [Field(t("people.role"), grid, error=form.error("role"))]
    if not locked:
        parts.append(_sites(client, form))
    return Stack(*parts)


def _sites(client: Client, form: Form) -> ft.Control:
    chosen = set(form.get("site_ids") or [])
    choices = by_name(client.sites.rows.values())
    chips = ChoiceChips(choices, list(chosen), lambda key: form.set("site_ids", sorted(chosen ^ {key})))
    is_all = bool(form.get("all_sites"))
    every = Toggle(t("people.every_site"), is_all, lambda on: form.set("all_sites", on), meta=t("people.every_site_body"))
    parts = ([every] if sees_all(client) else []) + ([] if is_all else [chips])
    error = form.error("site_ids") or form.error("all_sites")
    hint = "" if choices else t("people.no_sites_yet")
    return Field(t("people.sites"), ft.Column(parts, spacing=Space.s, tight=True), error=error, hint=hint)
