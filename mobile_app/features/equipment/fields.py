"""What is asked of a machine: where it stands, what it is, its plate."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import language, t
from mobile_app.core.limits import text_limit
from mobile_app.domain import marks
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener
from mobile_app.domain.lookup import machines_to_choose, natural
from mobile_app.domain.papers import PapersOf
from mobile_app.ui.cards import SectionHeader
from mobile_app.ui.choices import Choice, Segments
from mobile_app.ui.dates import DateInput
from mobile_app.ui.fields import TextInput, Toggle
from mobile_app.ui.forms import Form
from mobile_app.ui.numbers import NumberInput
from mobile_app.ui.pickers import Maker, Picker
from shared_models.equipment.commands import PAPERS, CreateEquipment
from shared_models.equipment.rows import Criticality, EquipmentRow, SpecField, in_language
from shared_models.permissions import Permission

TEXTS = ("model", "manufacturer")
DATES = ("purchase_date", "installation_date", "warranty_expiry")
AMOUNTS = ("hourly_downtime_cost", "replacement_value")


def fields(client: Client, form: Form, machine: EquipmentRow | None, add_line: Callable[[], None]) -> list[ft.Control]:
    site = form.get("site_id")
    lines = [Choice(str(line.id), line.name) for line in client.lines.rows.values() if str(line.site_id) == site]
    ranks = [Choice(c.value, marks.CRITICALITY[c].word) for c in Criticality]
    may_line = client.may(Permission.sites_write) and bool(site)
    no_line = t("machine_form.no_line" if site else "machine_form.site_first")
    return [
        TextInput(
            t("equipment_list.name"), **form.field("name"), autofocus=machine is None, max_length=text_limit(CreateEquipment, "name")
        ),
        _site_picker(client, form, machine),
        _class_picker(client, form, machine),
        _picker(
            form, "production_line_id", t("equipment_list.line"), lines, optional=True,
            maker=Maker(t("machine_form.make_line"), add_line) if may_line else None, none=no_line,
        ),
        SectionHeader(t("equipment_list.criticality")),
        Segments(ranks, form.get("criticality", "medium"), lambda value: form.set("criticality", value)),
        *_specifications(client, form),
        PapersOf(client, form, PAPERS, machine),
        SectionHeader(t("machine_form.plate")),
        TextInput(
            t("equipment_list.code"),
            **form.field("code"),
            max_length=text_limit(CreateEquipment, "code"),
            hint=t("machine_form.code_hint"),
            optional=True,
        ),
        *(
            TextInput(t(f"machine_form.{name}"), **form.field(name), max_length=text_limit(CreateEquipment, name), optional=True)
            for name in TEXTS
        ),
        TextInput(
            t("machine.serial"), **_nullable(form, "serial_number"), max_length=text_limit(CreateEquipment, "serial_number"), optional=True
        ),
        *_belonging(client, form, machine),
        *(_date(form, name) for name in DATES),
        SectionHeader(t("machine_form.money")),
        *(_money(form, name) for name in AMOUNTS),
        TextInput(t("machine_form.currency"), **form.field("currency", "EUR"), max_length=3, optional=True),
        NumberInput(
            t("machine_form.expected_lifespan"),
            form.get("expected_lifespan"),
            lambda years: form.set("expected_lifespan", None if years is None else int(years)),
            unit=t("machine_form.years"),
            error=form.error("expected_lifespan"),
            decimals=False,
            optional=True,
        ),
        TextInput(t("machine_form.notes"), **form.field("notes"), lines=3, max_length=text_limit(CreateEquipment, "notes"), optional=True),
    ]  # fmt: skip


def _belonging(client: Client, form: Form, machine: EquipmentRow | None) -> list[ft.Control]:
    """Of which machine this one is a part: of the same site, and none of its own parts."""
    own = {machine.id} if machine else set()
    rows = client.equipment.having(site_id=[UUID(form.get("site_id"))]) if form.get("site_id") else []
    while more := {row.id for row in rows if row.parent_id in own} - own:
        own |= more
    choices = machines_to_choose(client, [row for row in rows if row.id not in own])
    if not choices:
        return []
    none = Choice("", t("machine_form.no_parent"))
    value = form.get("parent_id") or ""
    pick = lambda key: form.set("parent_id", key or None)  # noqa: E731 - one line, used once
    picker = Picker(t("machine_form.parent"), [none, *choices], value, pick, error=form.error("parent_id"), optional=True)
    if not value:
        return [picker]
    stops = Toggle(
        t("machine_form.stops_parent"), bool(form.get("stops_parent")), lambda is_on: form.set("stops_parent", is_on),
        meta=t("machine_form.stops_parent_body"),
    )  # fmt: skip
    return [picker, stops]


def _money(form: Form, name: str) -> ft.Control:
    """Kept as it was told, to the cent."""
    told = form.get(name)
    return NumberInput(
        t(f"machine_form.{name}"), float(told) if told not in {None, ""} else None,
        lambda amount: form.set(name, None if amount is None else f"{amount:.2f}"),
        unit=form.get("currency") or "EUR", error=form.error(name), optional=True,
    )  # fmt: skip


def _here(machine: EquipmentRow | None) -> str:
    """Where what is made elsewhere comes back to."""
    return f"/equipment/{machine.id}/edit" if machine else "/equipment/new"


def _site_picker(client: Client, form: Form, machine: EquipmentRow | None) -> ft.Control:
    sites = [Choice(str(site.id), site.name, note=site.location) for site in client.sites.rows.values()]
    may_make = client.may(Permission.sites_write)
    maker = Maker(t("machine_form.make_site"), opener(f"/sites/new?next={_here(machine)}")) if may_make else None

    def pick(key: str) -> None:
        """A line is of one site: it is not taken along."""
        if key != form.get("site_id"):
            form.set("production_line_id", None)
        form.set("site_id", key)

    return _picker(
        form,
        "site_id",
        t("equipment_list.site"),
        sites,
        pick=pick,
        maker=maker,
        none=t("machine_form.no_site" if may_make else "machine_form.no_site_ask"),
    )


def _class_picker(client: Client, form: Form, machine: EquipmentRow | None) -> ft.Control:
    own = str(machine.class_id) if machine and machine.class_id else ""
    classes = [
        Choice(str(c.id), in_language(c.names, language()), marks.icon_named(c.icon))
        for c in client.classes.rows.values()
        if c.is_active or str(c.id) == own
    ]
    maker = Maker(t("machine_form.make_class"), opener(f"/classes/ready?next={_here(machine)}"))
    return _picker(form, "class_id", t("machine.class"), classes, optional=True, maker=maker, none=t("machine_form.no_class"))


def _specifications(client: Client, form: Form) -> list[ft.Control]:
    """What machines of the chosen class are described by."""
    chosen = form.get("class_id")
    of_class = client.classes.get(UUID(chosen)) if chosen else None
    if of_class is None or not of_class.spec_fields:
        return []
    entered: dict[str, Any] = form.get("specifications") or {}

    def field(spec: SpecField) -> ft.Control:
        name = in_language(spec.names, language())
        label = f"{name} ({spec.unit})" if spec.unit else name
        value = entered.get(spec.key)
        text = "" if value is None else str(value)
        return TextInput(label, text, lambda typed: form.set("specifications", {**entered, spec.key: typed}), optional=True, max_length=100)

    return [SectionHeader(t("machine_form.specifications")), *(field(spec) for spec in of_class.spec_fields)]


def _nullable(form: Form, name: str) -> Any:
    return {**form.field(name), "value": form.get(name) or "", "on_change": lambda text: form.set(name, text or None)}


def _picker(
    form: Form, name: str, label: str, choices: list[Choice], *, pick: Callable[[str], None] | None = None, optional: bool = False,
    maker: Maker | None = None, none: str = "",
) -> ft.Control:  # fmt: skip
    ordered = sorted(choices, key=lambda choice: natural(choice.label))
    error, put = form.error(name), pick or partial(form.set, name)
    return Picker(label, ordered, form.get(name), put, error=error, optional=optional, maker=maker, none=none)


def _date(form: Form, name: str) -> ft.Control:
    chosen = form.get(name)
    day = date.fromisoformat(chosen) if chosen else None
    return DateInput(
        t(f"machine_form.{name}"), day, lambda d: form.set(name, d.isoformat()), error=form.error(name), optional=True,
        on_clear=lambda: form.set(name, None),
    )  # fmt: skip
