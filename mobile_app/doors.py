"""The way in: what whoever is not signed in may see, where one is led from there, and which rows a start reads first."""

import re
from collections.abc import Callable, Collection, Mapping
from urllib.parse import parse_qs, urlsplit

import flet as ft

from mobile_app.features.sign_in.account import ForgottenScreen, JoinScreen, NewPasswordScreen, RegisterScreen, SetupScreen
from mobile_app.features.sign_in.screens import SignInScreen
from shared_models.base import EntityRow
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory.rows import PartRow, StockRow
from shared_models.permissions import Permission, Role, may
from shared_models.plans.rows import PlanRow

LABEL = re.compile(r"/e/[A-Za-z0-9-]+")
SHOW_NO_JOBS = frozenset({"/equipment", "/parts", "/people", "/sites", "/classes", "/suppliers", "/organisation", "/reports", "/me"})


def later_at(address: str) -> frozenset[str]:
    """The rows, of those that most screens begin with, that the one at `address` can do without at first."""
    return frozenset({InterventionRow.entity}) if urlsplit(address).path in SHOW_NO_JOBS else frozenset()


SHOWN_AT: Mapping[str, Collection[type[EntityRow]]] = {"/plans": {PlanRow}, "/calendar": {PlanRow}, "/parts": {PartRow, StockRow}}
"""Lists of what is otherwise read behind the first screen."""


def first_at(address: str) -> frozenset[str]:
    """The rows, of those that most screens can do without at first, that the one at `address` is about."""
    return frozenset(row.entity for row in SHOWN_AT.get(urlsplit(address).path, ()))


def home_of(role: Role) -> str:
    return "/board" if may(role, Permission.maintenance_validate) else "/today"


def after_sign_in(route: str, role: Role) -> str:
    """The label whose public page asked to sign in (`/sign-in?next=/e/…`), else the role's own start."""
    asked = parse_qs(urlsplit(route).query).get("next", [""])[0]
    return asked if LABEL.fullmatch(asked) else home_of(role)


def outside() -> dict[str, Callable[..., ft.Control]]:
    """What whoever is not signed in may see."""
    return {
        "sign-in": SignInScreen,
        "setup": SetupScreen,
        "register": RegisterScreen,
        "join": JoinScreen,
        "new-password": NewPasswordScreen,
        "forgot-password": ForgottenScreen,
    }
