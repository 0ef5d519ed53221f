"""What an hour of work costs, as a form asks for it."""

from functools import partial

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import Form
from mobile_app.ui.numbers import NumberInput


def rate_fields(form: Form, currency: str, hint: str) -> list[ft.Control]:
    """`labour_rate`, empty where there is none, and the field `currency` that it is in."""
    kept = form.get("labour_rate")

    def change(typed: float | None) -> None:
        form.set("labour_rate", None if typed is None else f"{typed:.2f}")

    return [
        NumberInput(
            t("labour.rate"), float(kept) if kept else None, change, unit=t("labour.per_hour", currency=form.get(currency) or ""),
            hint=hint, error=form.error("labour_rate"), optional=True,
        ),
        TextInput(
            t("machine_form.currency"), form.get(currency) or "", partial(_set_currency, form, currency), error=form.error(currency),
            max_length=3,
        ),
    ]  # fmt: skip


def _set_currency(form: Form, name: str, typed: str) -> None:
    form.set(name, typed.strip().upper())
