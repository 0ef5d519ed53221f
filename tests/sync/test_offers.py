"""Pickers of people and teams offer whom the server takes, and nobody else."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import flet as ft
import pytest

from mobile_app.core.i18n import t
from mobile_app.domain.agenda import Entry, EntryState
from mobile_app.domain.people import workers_at
from mobile_app.features.calendar.move import HandForm
from mobile_app.features.jobs.commands import JobCommands
from mobile_app.features.jobs.sheets import AssignForm
from mobile_app.features.plans.editor import PlanForm
from mobile_app.features.plans.kinds import TeamForm
from mobile_app.features.requests.screens import AcceptForm
from server.requests.models import WorkRequest
from shared_models.ids import uuid7
from shared_models.interventions.commands import AssignIntervention, CreateIntervention
from shared_models.plans.commands import AssignOccurrence, CreatePlan, WriteTeam
from shared_models.requests.commands import AcceptWorkRequest
from shared_models.requests.rows import Symptom
from tests.mobile_app.roots import inside
from tests.mobile_app.ui.conftest import Screen, screen
from tests.sync.conftest import Device, Factory, until

__all__ = ["screen"]  # a fixture
PEOPLE = {"Ici": ("technician", True, False), "Ailleurs": ("technician", False, True), "Partout": ("technician", True, True)}


class Plant:
    """A planner of two sites, people of one, of the other and of both; the job, the plan and the request are of the first."""

    def __init__(self, factory: Factory, device: Device) -> None:
        self.factory, self.device, self.client = factory, device, device.client
        self.job, self.plan, self.request, self.here, self.there = (uuid7() for _ in range(5))

    async def build(self) -> "Plant":
        for last_name, (role, at_site, at_other) in PEOPLE.items():
            sites = [site for site, is_there in ((self.factory.site, at_site), (self.factory.other_site, at_other)) if is_there]
            user = await self.factory.person(role, sites=sites)
            user.first_name, user.last_name = "Léa", last_name
        gone = await self.factory.person("technician")
        gone.first_name, gone.last_name, gone.is_active = "Léa", "Partie", False
        asked = WorkRequest(
            id=self.request, number=f"REQ-{uuid7().hex[-8:]}", site_id=self.factory.site, equipment_id=self.factory.press,
            symptom=Symptom.leak, text="Ça goutte",
        )  # fmt: skip
        self.factory.session.add(asked)
        await self.factory.session.commit()
        await self.device.do(CreateIntervention, intervention_id=self.job, equipment_id=self.factory.press, title="Joint")
        await self.device.do(CreatePlan, plan_id=self.plan, **self.graissage())
        for team, site in ((self.here, self.factory.site), (self.there, self.factory.other_site)):
            await self.device.do(WriteTeam, team_id=team, site_id=site, name=f"Équipe {team.hex[-4:]}")
        await self.device.round()
        return self

    def graissage(self) -> dict[str, Any]:
        start = self.client.now().date() + timedelta(days=3)
        chosen = {"equipment_id": self.factory.press, "title": "Graissage", "basis": "fixed", "starts_on": start}
        return {**chosen, "frequency_type": "weekly", "frequency_value": 1}

    @property
    def first_due(self) -> Any:
        plan = self.client.tables.plans.get(self.plan)
        assert plan
        return plan.upcoming[0]

    async def refused(self, kind: type[Any], **fields: Any) -> bool:
        await self.device.do(kind, **fields)
        await self.device.round()
        refused = self.client.outbox.needs_you
        for item in refused:
            await self.client.discard(item.id)
        return bool(refused)


@pytest.fixture
async def plant(factory: Factory) -> Plant:
    chief = await factory.person("supervisor", sites=[factory.site, factory.other_site])
    return await Plant(factory, await factory.signed_in(chief)).build()


def who(plant: Plant, last_name: str) -> UUID:
    return next(user.id for user in plant.client.users.rows.values() if user.last_name == last_name)


@pytest.mark.parametrize("last_name", [*PEOPLE, "Partie"])
async def test_offered_is_what_the_server_takes(plant: Plant, last_name: str) -> None:
    person = who(plant, last_name)
    offered = str(person) in {choice.key for choice in workers_at(plant.client, plant.factory.site)}
    ways: list[Callable[[], Awaitable[bool]]] = [
        lambda: plant.refused(AssignIntervention, intervention_id=plant.job, technician_id=person),
        lambda: plant.refused(CreatePlan, plan_id=uuid7(), assigned_technician_id=person, **plant.graissage()),
        lambda: plant.refused(AssignOccurrence, plan_id=plant.plan, original_due=plant.first_due, technician_id=person),
        lambda: plant.refused(WriteTeam, team_id=uuid7(), site_id=plant.factory.site, name=f"É {uuid7()}", member_ids=[person]),
        lambda: plant.refused(
            AcceptWorkRequest, request_id=plant.request, intervention_id=uuid7(), title="Joint", assigned_technician_id=person
        ),
    ]
    assert [await way() for way in ways] == [not offered] * len(ways)
    assert offered == (last_name in {"Ici", "Partout"})


async def nothing(*_: Any) -> bool:
    return True


@pytest.mark.parametrize("of", ["job", "date", "team", "request", "plan"])
async def test_every_picker_of_people_offers_those_of_the_site(plant: Plant, screen: Screen, of: str) -> None:
    client = plant.client
    job, plan, request = client.interventions.get(plant.job), client.tables.plans.get(plant.plan), client.requests.get(plant.request)
    assert job
    assert plan
    assert request
    entry = Entry(plan.upcoming[0], EntryState.planned, plan.upcoming[0], plan)
    given: list[str] = []

    async def give(to: str) -> bool:
        given.append(to)
        return True

    show: dict[str, Callable[[], ft.Control]] = {
        "job": lambda: AssignForm(job, give),
        "date": lambda: HandForm(entry, nothing),
        "team": lambda: TeamForm(client, client.tables.teams.get(plant.here), lambda: None),
        "request": lambda: AcceptForm(client, request, lambda: None),
        "plan": lambda: PlanForm(client, None, str(plant.factory.press)),
    }
    await screen.show(inside(client, show[of]))
    if of in {"request", "plan"}:
        await until(lambda: any(t("requests.technician" if of == "request" else "plans.technician") in text for text in screen.texts))
        await screen.click(t("common.choose") if of == "request" else t("domain.unassigned"))
    await until(lambda: "Léa Partout" in screen.texts)
    said = [text for text in screen.texts if text.startswith("Léa ")]
    assert set(said) == {"Léa Ici", "Léa Partout"}
    if of == "request":
        await screen.click(plant.here.hex[-4:])
        await screen.click(t("requests.make_job"))
        await until(lambda: client.requests.get(plant.request).intervention_id)
        made = plant.device.job(client.requests.get(plant.request).intervention_id)
        assert (made.assigned_team_id, made.assigned_technician_id) == (plant.here, None)
        await plant.device.round()
        assert client.outbox.entries == []
    if of == "job":
        await screen.click(plant.here.hex[-4:])
        assert given == [str(plant.here)]
    if of in {"plan", "job", "request"}:
        assert not any(plant.there.hex[-4:] in text for text in screen.texts)  # nor a team of elsewhere


async def test_whoever_was_chosen_for_a_machine_of_another_site_is_not_taken_along(plant: Plant, screen: Screen) -> None:
    press, oven = (plant.client.equipment.rows[row] for row in (plant.factory.press, plant.factory.oven))
    await screen.show(inside(plant.client, lambda: PlanForm(plant.client, None, str(press.id))))
    for label, choice in ((t("domain.unassigned"), "Léa Ici"), (t("plans.no_one_team"), plant.here.hex[-4:]), (press.name, oven.name)):
        await screen.click(label)
        await screen.click(choice)
    shown = screen.texts
    after = {label: shown[shown.index(t(label)) :][:3] for label in ("plans.technician", "plans.team")}
    assert t("domain.unassigned") in after["plans.technician"]
    assert t("plans.no_one_team") in after["plans.team"]


async def test_a_job_is_given_to_a_team_and_back_to_nobody(plant: Plant, screen: Screen) -> None:
    await screen.show(inside(plant.client, lambda: ft.Text("")))
    for to, person, team in [(plant.here, None, plant.here), (who(plant, "Ici"), who(plant, "Ici"), plant.here), (None, None, None)]:
        await JobCommands(plant.client, plant.device.job(plant.job)).assign(to)
        await plant.device.round()
        job = plant.device.job(plant.job)
        assert (job.assigned_technician_id, job.assigned_team_id) == (person, team)
    assert plant.client.outbox.entries == []


async def test_who_has_least_to_do_comes_first_and_says_so(plant: Plant) -> None:
    await plant.device.do(AssignIntervention, intervention_id=plant.job, technician_id=who(plant, "Ici"))
    await plant.device.round()
    offered = [(choice.label, choice.note) for choice in workers_at(plant.client, plant.factory.site) if choice.label.startswith("Léa")]
    assert [label for label, _ in offered] == ["Léa Partout", "Léa Ici"]
    assert "1" in offered[1][1]


async def test_who_has_joined_a_site_is_offered_there_at_once(plant: Plant, factory: Factory) -> None:
    person = who(plant, "Ailleurs")
    boss = await factory.signed_in(await factory.person("admin"))
    read = await boss.client.api.get(f"/users/{person}")
    sites = [str(factory.site), str(factory.other_site)]
    await boss.client.api.patch(f"/users/{person}", {"version": read["version"], "site_ids": sites})
    await plant.device.round()
    assert str(person) in {choice.key for choice in workers_at(plant.client, factory.site)}
