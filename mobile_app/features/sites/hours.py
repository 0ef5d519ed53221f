"""When a site works: its shifts and its holidays."""

from collections.abc import Callable
from datetime import date, time
from functools import partial
from typing import Any

import flet as ft

from mobile_app.core.i18n import capital, format_date_long, n, t
from mobile_app.core.limits import text_limit
from mobile_app.domain.client import Client
from mobile_app.domain.context import arrived, go, opener
from mobile_app.domain.lookup import dotted
from mobile_app.domain.submit import sender, submit
from mobile_app.features.sites import hour_values as v
from mobile_app.features.sites.hour_values import Entry
from mobile_app.ui.buttons import IconAction, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import Card, CardHeader, Divider, NoticeCard, RowCard, SectionHeader
from mobile_app.ui.choices import Choice, ChoiceChips, Strip
from mobile_app.ui.component import component
from mobile_app.ui.dates import DateInput, TimeInput
from mobile_app.ui.feedback import DraftNotice, SkeletonList
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Meta
from mobile_app.ui.theme import Tone
from shared_models.shifts import Holiday, Shift
from shared_models.sites import SiteRead


def hours_card(site: SiteRead) -> ft.Control:
    """The way to them, and how many there are."""
    counted = dotted(n("sites.shifts_count", len(site.shifts)), n("sites.holidays_count", len(site.holidays)) if site.holidays else "")
    meta = counted if site.shifts else t("sites.no_shift")
    return RowCard(t("sites.hours"), meta=meta, icon=ft.Icons.SCHEDULE_ROUNDED, on_click=opener(f"/sites/{site.id}/hours"))


@component
def HoursForm(client: Client, site: SiteRead, reload: Callable[[], None]) -> ft.Control:
    initial = ft.use_memo(lambda: v.initial(site), [site.version])
    form = use_form(f"hours:{site.id}", initial, site.version)
    back = f"/sites/{site.id}"

    async def save() -> None:
        if form.busy:
            return
        wanted = v.fields(form.values)
        sending = client.api.save("/sites", str(site.id), wanted, form.get("version"))
        if await submit(client, sending, form, newest=reload, said="sites.saved"):
            sites = client.sites
            await arrived(client, sites, lambda: (row := sites.get(site.id)) is not None and v.fields(v.initial(row)) == wanted)
            go(back)

    title = PageHeader(t("sites.hours"), site.name, on_back=opener(back))
    if not form.ready:
        return Page(title, SkeletonList(3))
    button = PrimaryButton(t("sites.save"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)
    return Page(
        title,
        *([DraftNotice(form.start_over)] if form.draft.restored else []),
        *_shifts(form),
        *_holidays(form),
        footer=sender(form, button),
        max_width=640,
    )


def _shifts(form: Form) -> list[ft.Control]:
    shifts: list[Entry] = form.get("shifts")

    def add() -> None:
        form.set("shifts", [*shifts, v.next_shift(shifts)])

    def begin(key: str) -> None:
        names = t(f"sites.usual.{key}").split(",")
        form.set("shifts", v.usual(key, names))

    head = SectionHeader(t("sites.shifts"), str(len(shifts)) if shifts else "")
    button = SecondaryButton(t("sites.add_shift"), add, icon=ft.Icons.ADD_ROUNDED)
    if not shifts:
        offers = ChoiceChips([Choice(key, t(f"sites.usual_name.{key}")) for key in v.USUAL], None, begin)
        return [head, Card(Stack(Meta(t("sites.shifts_why"), max_lines=6), offers, button, spacing=12))]
    both = v.overlap(shifts)
    notice = [] if both is None else [
        NoticeCard(t("sites.overlap"), t("sites.overlap_body", one=both[0], other=both[1]), tone=Tone.warning)
    ]  # fmt: skip
    wrong = form.error("shifts") and both is None
    cards = [_shift(form, shifts, number) for number in range(len(shifts))]
    return [head, *cards, *notice, *([Meta(form.error("shifts"))] if wrong else []), button]


def _shift(form: Form, shifts: list[Entry], number: int) -> ft.Control:
    shift = shifts[number]

    def change(name: str, value: Any) -> None:
        form.set("shifts", [*shifts[:number], {**shift, name: value}, *shifts[number + 1 :]])

    def at(name: str, hour: time) -> None:
        change(name, f"{hour:%H:%M}")

    def toggle(key: str) -> None:
        change("weekdays", sorted({*shift["weekdays"]} ^ {int(key)}))

    def remove() -> None:
        form.set("shifts", [*shifts[:number], *shifts[number + 1 :]])

    days = [Choice(str(day), capital(name)) for day, name in enumerate(t("sites.days").split(","))]
    inputs = [TimeInput(t(f"sites.shift_{name}"), time.fromisoformat(shift[name]), partial(at, name)) for name in ("begins", "ends")]
    ends = v.ends_how(shift)
    name = TextInput(
        t("sites.shift_name"), shift["name"], partial(change, "name"), error=form.error(f"shifts.{number}.name"),
        max_length=text_limit(Shift, "name"), placeholder=t("sites.shift_example"),
    )  # fmt: skip
    remover = IconAction(ft.Icons.DELETE_OUTLINE_ROUNDED, t("sites.remove_shift", shift=shift["name"]), remove)
    wrong = form.error(f"shifts.{number}.weekdays")
    return Card(
        Stack(
            ft.Row([ft.Container(name, expand=True), remover], spacing=8, vertical_alignment=ft.CrossAxisAlignment.END),
            Strip(days, [str(day) for day in shift["weekdays"]], toggle),
            *([Meta(wrong)] if wrong else []),
            ft.Row([ft.Container(each, expand=True) for each in inputs], spacing=12),
            *([Meta(t(f"sites.ends.{ends}"))] if ends else []),
            spacing=12,
        ),
        key=shift["key"],
    )


def _holidays(form: Form) -> list[ft.Control]:
    holidays: list[Entry] = form.get("holidays")

    def remove(day: str) -> None:
        form.set("holidays", [each for each in holidays if each["day"] != day])

    def add() -> None:
        if form.require("new_day", "new_name"):
            form.set("holidays", v.with_holiday(holidays, form.get("new_day"), form.get("new_name").strip()))
            form.set("new_day", None)
            form.set("new_name", "")

    def pick(day: date) -> None:
        form.set("new_day", day.isoformat())

    rows: list[ft.Control] = []
    for each in holidays:
        words = ft.Column([Body(each["name"]), Meta(format_date_long(date.fromisoformat(each["day"])))], spacing=0, tight=True, expand=True)
        remover = IconAction(ft.Icons.DELETE_OUTLINE_ROUNDED, t("sites.remove_holiday", holiday=each["name"]), partial(remove, each["day"]))
        rows += [ft.Row([words, remover], spacing=8), Divider()]
    chosen = date.fromisoformat(form.get("new_day")) if form.get("new_day") else None
    return [
        SectionHeader(t("sites.holidays"), str(len(holidays)) if holidays else ""),
        Card(
            Stack(
                *(rows or [Meta(t("sites.holidays_why"), max_lines=4)]),
                CardHeader(t("sites.new_holiday")),
                DateInput(t("sites.holiday_day"), chosen, pick, error=form.error("new_day")),
                TextInput(
                    t("sites.holiday_name"), **form.field("new_name"), on_submit=add, max_length=text_limit(Holiday, "name"),
                    placeholder=t("sites.holiday_example"),
                ),
                SecondaryButton(t("sites.add_holiday"), add, icon=ft.Icons.ADD_ROUNDED),
                spacing=12,
            )
        ),
    ]  # fmt: skip
