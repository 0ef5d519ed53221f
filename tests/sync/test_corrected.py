"""What was refused is corrected where it was refused, whatever kind of field it is; the words that were typed stay."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mobile_app.core.i18n import LANGUAGES
from mobile_app.core.outbox import Refused
from mobile_app.domain.client import Client
from mobile_app.features.needs_you.editors import can_edit
from mobile_app.features.needs_you.forms import words_of
from mobile_app.features.needs_you.offers import Asked
from server.core.i18n import catalogue
from shared_models.base import Command
from shared_models.commands import COMMANDS, leaves
from shared_models.ids import uuid7
from shared_models.interventions.commands import AssignIntervention, CreateIntervention
from shared_models.marks import File, Made
from shared_models.plans.commands import CreatePlan, WriteTeam
from shared_models.problems import Problem
from tests.mobile_app.features.test_plan_screens import client
from tests.mobile_app.ui.conftest import screen
from tests.sync.test_offers import Plant, plant, who
from tests.sync.test_ways_out import NeedsYou, needs_you

__all__ = ["client", "needs_you", "plant", "screen"]  # fixtures
OF_EVERY = {"type", "command_id", "occurred_at", "version"}
FORMS = {
    "lines", "offers", "parts", "steps", "specifications", "signature", "failure", "week_of_month", "weekdays", "frequency_type",
    "limit_type", "stop_kind",
}  # fmt: skip
"""Whole forms of their own, and choices that mean nothing without the fields around them."""
LINKS = {
    "found_in", "found_at_step", "step_id", "request_id", "intervention_id", "plan_id", "answer_id", "state", "value", "original_due",
    "action_id", "line_ids", "document_id", "photo_id", "reading_id",
}  # fmt: skip
"""What the entry is about: another would be another entry. A reading's value has its pad (`Way.correct`)."""


def item(kind: type[Command]) -> Refused:
    nothing = kind.model_construct(**dict.fromkeys(kind.model_fields))
    problem = Problem(type="", title="", status=422, code="invalid")
    return Refused("1", nothing, {}, problem, datetime.now(UTC), ())


def fields(kind: type[Command]) -> list[str]:
    """All that a person has a say in: not what the device makes up, and not the row that is changed."""
    subject = {kind.on[1]} if kind.on else set()
    found = []
    for name, field in kind.model_fields.items():
        marks = {type(mark) for _, every in leaves(field.annotation, tuple(field.metadata)) for mark in every}
        if not marks & {Made, File} and name not in OF_EVERY | FORMS | LINKS | subject | set(words_of(kind)):
            found.append(name)
    return found


@pytest.mark.parametrize("kind", COMMANDS.values(), ids=COMMANDS.keys())
async def test_every_field_can_be_put_right(client: Client, kind: type[Command]) -> None:
    refused = item(kind)
    assert [name for name in fields(kind) if not can_edit(Asked(client, refused, name, None))] == []
    assert [name for name in fields(kind) for lang in LANGUAGES if f"needs_you.field.{name}" not in catalogue(lang)] == []


async def choose(cards: NeedsYou, label: str) -> None:
    await cards.tap("Corriger")
    await cards.tap("Choisir")
    await cards.tap(label)
    await cards.tap("Renvoyer corrigé")
    await cards.sent()


async def test_work_given_to_somebody_of_elsewhere_is_given_to_who_is_here(plant: Plant, needs_you: Any) -> None:
    await plant.device.do(AssignIntervention, intervention_id=plant.job, technician_id=who(plant, "Ailleurs"))
    await plant.device.round()
    cards = await needs_you(plant.device)
    assert "L. Ailleurs" in cards.screen.texts
    await choose(cards, "Léa Ici")
    assert plant.device.job(plant.job).assigned_technician_id == who(plant, "Ici")


@pytest.mark.parametrize("refused", ["assigned_technician_id", "assigned_team_id"])
async def test_a_new_job_keeps_its_words_and_gets_who_fits(plant: Plant, needs_you: Any, refused: str) -> None:
    job = uuid7()
    wrong = {"assigned_technician_id": who(plant, "Ailleurs"), "assigned_team_id": plant.there}[refused]
    asked = {"intervention_id": job, "equipment_id": plant.factory.press, "title": "Joint à changer"}
    await plant.device.do(CreateIntervention, **asked, **{refused: wrong})
    await plant.device.round()
    cards = await needs_you(plant.device)
    right = {"assigned_technician_id": "Léa Partout", "assigned_team_id": plant.here.hex[-4:]}[refused]
    await choose(cards, right)
    made = plant.device.job(job)
    assert made.title == "Joint à changer"
    assert getattr(made, refused) == {"assigned_technician_id": who(plant, "Partout"), "assigned_team_id": plant.here}[refused]


async def test_a_plan_for_somebody_of_elsewhere_is_made_for_who_is_here(plant: Plant, needs_you: Any) -> None:
    plan = uuid7()
    await plant.device.do(CreatePlan, plan_id=plan, assigned_technician_id=who(plant, "Ailleurs"), **plant.graissage())
    await plant.device.round()
    await choose(await needs_you(plant.device), "Léa Ici")
    made = plant.client.tables.plans.get(plan)
    assert made is not None
    assert (made.title, made.assigned_technician_id) == ("Graissage", who(plant, "Ici"))


async def test_a_team_loses_who_may_not_be_in_it(plant: Plant, needs_you: Any) -> None:
    team, members = uuid7(), [who(plant, "Ici"), who(plant, "Ailleurs")]
    await plant.device.do(WriteTeam, team_id=team, site_id=plant.factory.site, name="Nuit", member_ids=members)
    await plant.device.round()
    cards = await needs_you(plant.device)
    await cards.tap("Corriger")
    assert not [text for text in cards.screen.texts if text == "Léa Ailleurs"]
    await cards.tap("Léa Partout")
    await cards.tap("Renvoyer corrigé")
    await cards.sent()
    made = plant.client.tables.teams.get(team)
    assert made is not None
    assert set(made.member_ids) == {who(plant, "Ici"), who(plant, "Partout")}
