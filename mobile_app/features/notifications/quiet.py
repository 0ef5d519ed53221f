"""Quiet hours: none, the same every day, on weekdays, or each day its own; in whose time zone."""

from collections.abc import Callable
from datetime import time
from functools import partial
from typing import Any

import flet as ft

from mobile_app.core.i18n import capital, t
from mobile_app.features.notifications import values as v
from mobile_app.features.notifications.values import Entry, Rhythm
from mobile_app.ui.buttons import TextLink
from mobile_app.ui.cards import Card, CardHeader
from mobile_app.ui.choices import Choice, ChoiceChips
from mobile_app.ui.dates import TimeInput
from mobile_app.ui.fields import Toggle
from mobile_app.ui.forms import Form
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta


def quiet_card(form: Form, zone: str) -> ft.Control:
    hours: list[Entry] = form.get("quiet_hours")
    chosen = v.rhythm(form.values)

    def pick(name: str) -> None:
        form.set("rhythm", name)
        form.set("quiet_hours", v.in_rhythm(Rhythm(name), hours))

    choices = [Choice(name, t(f"notifications.rhythm.{name}")) for name in Rhythm]
    urgent = Toggle(
        t("notifications.urgent_passes"), bool(form.get("urgent_passes")), partial(form.set, "urgent_passes"),
        meta=t("notifications.urgent_passes_body"),
    )  # fmt: skip
    after = [urgent, *_zone(form, zone)] if chosen is not Rhythm.never else []
    return Card(
        Stack(
            CardHeader(t("notifications.quiet")),
            Meta(t("notifications.quiet_body"), max_lines=4),
            ChoiceChips(choices, chosen, pick),
            *_hours(form, hours, chosen),
            *after,
            spacing=12,
        )
    )


def _hours(form: Form, hours: list[Entry], rhythm: Rhythm) -> list[ft.Control]:
    if rhythm is Rhythm.never:
        return []
    if rhythm is not Rhythm.each:
        return [_between(form, hours, None, hours[0])]
    lines: list[ft.Control] = []
    for day, name in enumerate(t("common.weekdays").split(",")):
        own = [entry for entry in hours if entry["weekday"] == day]
        lines.append(Toggle(capital(name), bool(own), _switch(form, hours, day)))
        lines += [_between(form, hours, entry, entry) for entry in own]
    return lines


def _switch(form: Form, hours: list[Entry], day: int) -> Callable[[bool], None]:
    return lambda on: form.set("quiet_hours", v.with_day(hours, day, is_quiet=on))


def _between(form: Form, hours: list[Entry], which: Entry | None, shown: Entry) -> ft.Control:
    """From when to when; the same hour twice is the whole day. That a night ends on the next day is said once."""

    def change(name: str, at: time) -> None:
        form.set("quiet_hours", v.with_hour(hours, which, name, at))

    inputs: list[Any] = [TimeInput(t(f"notifications.{name}"), v.hour_of(shown[name]), partial(change, name)) for name in v.USUAL]
    row = ft.Row([ft.Container(each, expand=True) for each in inputs], spacing=12)
    if shown["begins"] == shown["ends"]:
        return Stack(row, Meta(t("notifications.whole_day")), spacing=6)
    is_said = which is None and shown["ends"] < shown["begins"]
    return Stack(row, *([Meta(t("notifications.next_day"))] if is_said else []), spacing=6)


def _zone(form: Form, here: str) -> list[ft.Control]:
    """In whose time the hours are; another device may be elsewhere."""
    zone = form.get("time_zone") or here
    if not zone:
        return []
    lines: list[ft.Control] = [Meta(t("notifications.zone", zone=zone.replace("_", " ")))]
    if here and here != zone:
        lines.append(ft.Row([TextLink(t("notifications.zone_here", zone=here.replace("_", " ")), partial(form.set, "time_zone", here))]))
    return lines
