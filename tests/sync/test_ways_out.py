"""What the server refused is put right in one tap: on the screen, with the real server behind it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import flet as ft
import pytest

from mobile_app.core.bridge import MemoryChannel, bridge
from mobile_app.core.i18n import LANGUAGES, set_language
from mobile_app.domain.context import ClientContext
from mobile_app.features.needs_you.forms import words_of
from mobile_app.features.needs_you.screens import RefusedCard
from mobile_app.ui.component import component
from mobile_app.ui.hooks import use_live
from server.core.i18n import catalogue
from shared_models.checklists.commands import AnswerStep, WriteChecklist
from shared_models.checklists.rows import Step, StepKind, StepState
from shared_models.commands import COMMANDS
from shared_models.equipment.commands import CreateEquipment, UpdateEquipment
from shared_models.ids import uuid7
from shared_models.interventions.commands import CancelIntervention, CompleteIntervention, CreateIntervention, StartIntervention
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.meters.commands import CreateMeter, RecordReading
from shared_models.plans.commands import CreatePlan, GeneratePlan, MoveOccurrence
from tests.mobile_app.ui.conftest import Screen, screen
from tests.sync.conftest import Device, Factory
from tests.sync.pictures import JPEG

__all__ = ["screen"]  # a fixture
GUARD = Step(id=uuid7(), kind=StepKind.check, title="Consigner")
HOURS = Step(id=uuid7(), kind=StepKind.meter, title="Heures", unit="h")


class NeedsYou:
    """The cards of what waits for a person, on a phone."""

    def __init__(self, screen: Screen, device: Device) -> None:
        self.screen, self.device = screen, device

    async def open(self) -> "NeedsYou":
        @component
        def Cards() -> ft.Control:
            refused = use_live(self.device.client.outbox).needs_you
            return ft.Column([RefusedCard(item, key=item.id) for item in refused])

        await self.screen.show(lambda: ClientContext(self.device.client, Cards))
        await self.screen.settle(40)
        return self

    async def tap(self, words: str) -> None:
        await self.screen.click(words)
        await self.screen.settle(40)

    async def pick(self, day: datetime) -> None:
        calendar = next(d for d in self.screen.client.dialogs if d["_c"] == "DatePicker")
        calendar["open"] = False
        self.screen.session.apply_patch(calendar["_i"], {"open": False, "value": day})
        await self.screen.tell(calendar, "change", day)
        await self.screen.tell(calendar, "dismiss", data=False)
        await self.screen.settle(40)

    async def sent(self) -> None:
        """All that waited is through, and nothing waits for a person any more."""
        await self.device.round()
        assert self.device.client.outbox.entries == []

    @property
    def words(self) -> str:
        return " | ".join(self.screen.texts)


@pytest.fixture
async def needs_you(screen: Screen) -> AsyncIterator[Any]:
    yield lambda device: NeedsYou(screen, device).open()
    set_language("fr")


async def make_meter(device: Device, factory: Factory, *, read: float = 1_000) -> UUID:
    meter_id = uuid7()
    await device.do(CreateMeter, meter_id=meter_id, equipment_id=factory.press, name="Heures", unit="h", most_per_day=24)
    await device.do(
        RecordReading, meter_id=meter_id, reading_id=uuid7(), value=read, read_at=device.client.now() - timedelta(days=2), is_confirmed=True
    )
    await device.round()
    return meter_id


async def make_job(chief: Device, factory: Factory, *steps: Step) -> UUID:
    checklist, job = uuid7(), uuid7()
    await chief.do(WriteChecklist, checklist_id=checklist, name="Contrôle", steps=list(steps))
    await chief.do(CreateIntervention, intervention_id=job, equipment_id=factory.press, title="Mensuel", checklist_id=checklist)
    await chief.round()
    return job


async def answer(device: Device, job: UUID, of: Step, **fields: Any) -> None:
    fields = {"state": StepState.done, "reading_id": uuid7() if of.kind is StepKind.meter else None, **fields}
    await device.do(AnswerStep, intervention_id=job, step_id=of.id, answer_id=uuid7(), **fields)


def last_value(device: Device, meter_id: UUID) -> float | None:
    meter = device.client.tables.meters.get(meter_id)
    return meter.last_value if meter else None


class TestReading:
    async def refused(self, factory: Factory) -> tuple[Device, UUID]:
        """Sent unconfirmed, because another device had read the meter meanwhile."""
        anne = await factory.signed_in(await factory.person("admin"))
        meter_id = await make_meter(anne, factory)
        at = anne.client.now() - timedelta(hours=1)
        await anne.do(RecordReading, meter_id=meter_id, reading_id=uuid7(), value=1_800, read_at=at)
        await anne.round()
        return anne, meter_id

    async def test_is_confirmed(self, factory, needs_you):
        anne, meter_id = await self.refused(factory)
        cards = await needs_you(anne)
        await cards.tap("Confirmer 1\u202f800")
        await cards.sent()
        [latest, _] = anne.client.tables.meters.get(meter_id).readings
        assert (latest.value, latest.is_confirmed) == (1_800, True)

    async def test_is_corrected_on_the_pad_and_keeps_its_time(self, factory, needs_you):
        anne, meter_id = await self.refused(factory)
        [refused] = anne.client.outbox.needs_you
        cards = await needs_you(anne)
        await cards.tap("Corriger la valeur")
        for key in ("Effacer un chiffre",) * 3 + ("0", "1", "0"):  # 1800 stood there
            await cards.tap(key)
        await cards.tap("Renvoyer corrigé")
        await cards.sent()
        [latest, _] = anne.client.tables.meters.get(meter_id).readings
        assert (latest.value, latest.is_confirmed, latest.read_at) == (1_010, False, refused.command.read_at)

    async def test_that_runs_backwards_is_explained_by_a_reset_and_not_to_be_confirmed(self, factory, needs_you):
        anne = await factory.signed_in(await factory.person("admin"))
        meter_id = await make_meter(anne, factory)
        await anne.do(RecordReading, meter_id=meter_id, reading_id=uuid7(), value=12, read_at=anne.client.now())
        await anne.round()
        cards = await needs_you(anne)
        assert "moins que le dernier relevé" in cards.words
        assert "Confirmer" not in cards.words
        await cards.tap("Remplacé ou remis à zéro")
        await cards.tap("Enregistrer")
        await cards.sent()
        meter = anne.client.tables.meters.get(meter_id)
        assert (meter.last_value, len(meter.resets)) == (12, 1)

    async def test_of_a_step_takes_the_completion_along_that_waited_for_it(self, factory, needs_you):
        chief = await factory.signed_in(await factory.person("admin"))
        meter_id = await make_meter(chief, factory)
        job = await make_job(chief, factory, HOURS)
        anne = await factory.signed_in(await factory.person("technician", sites=[factory.site]))
        await anne.do(StartIntervention, intervention_id=job, action_id=uuid7())
        await answer(anne, job, HOURS, value=1_800.0)
        await anne.do(CompleteIntervention, intervention_id=job)
        await anne.round()
        assert [item.problem.code for item in anne.client.outbox.needs_you] == ["implausible_reading", "checklist_incomplete"]
        cards = await needs_you(anne)
        await cards.tap("Confirmer 1\u202f800")
        await cards.sent()
        assert anne.job(job).status == InterventionStatus.completed
        assert last_value(anne, meter_id) == 1_800


class TestCompletion:
    async def started(self, chief: Device, factory: Factory, **asked: Any) -> UUID:
        plan, job = uuid7(), uuid7()
        await chief.do(
            CreatePlan, plan_id=plan, equipment_id=factory.press, title="Graissage", frequency_type="weekly", frequency_value=1,
            starts_on=chief.client.now().date(), **asked,
        )  # fmt: skip
        await chief.do(GeneratePlan, plan_id=plan, intervention_id=job)
        await chief.do(StartIntervention, intervention_id=job, action_id=uuid7())
        await chief.do(CompleteIntervention, intervention_id=job, worked_minutes=7, work_performed="Graissé")
        await chief.round()
        return job

    async def test_gets_the_photo_that_it_lacks(self, factory, needs_you, monkeypatch):
        chief = await factory.signed_in(await factory.person("admin"))
        job = await self.started(chief, factory, needs_photo=True)
        [refused] = chief.client.outbox.needs_you
        assert refused.problem.code == "photo_required"
        channel = MemoryChannel(lambda sent: bridge._receive({"id": sent["id"], "kind": "response", "result": PICTURE}))
        monkeypatch.setattr(bridge, "_channel", channel)
        chief.transport.online = False
        cards = await needs_you(chief)
        await cards.tap("Prendre la photo")
        chief.transport.online = True
        await cards.sent()
        told = chief.job(job)
        assert (told.status, len(told.photos), told.work_performed) == (InterventionStatus.completed, 1, "Graissé")

    async def test_gets_its_signature(self, factory, needs_you):
        """Behind what has been done since."""
        chief, checklist = await factory.signed_in(await factory.person("admin")), uuid7()
        optional = GUARD.model_copy(update={"is_required": False})
        await chief.do(WriteChecklist, checklist_id=checklist, name="Contrôle", steps=[optional])
        job = await self.started(chief, factory, needs_signature=True, checklist_id=checklist)
        chief.transport.online = False
        await answer(chief, job, optional)
        cards = await needs_you(chief)
        await cards.tap("Faire signer")
        for event, x in (("pan_down", 10.0), ("pan_update", 60.0), ("pan_end", None)):
            pad = cards.screen.find(ft.GestureDetector)
            at = None if x is None else {"l": {"x": x, "y": 20.0}, "g": {"x": x, "y": 20.0}, "ts": 0, "k": "touch"}
            await cards.screen.session.dispatch_event(pad._i, event, at)
            await cards.screen.settle()
        await cards.tap("Renvoyer avec la signature")
        chief.transport.online = True
        await cards.sent()
        told = chief.job(job)
        assert told.signature is not None
        assert [given.step_id for given in told.answers] == [GUARD.id]

    async def test_is_sent_again_behind_the_answers_that_it_lacked(self, factory, needs_you):
        chief = await factory.signed_in(await factory.person("admin"))
        job = await make_job(chief, factory, GUARD)
        await chief.do(StartIntervention, intervention_id=job, action_id=uuid7())
        await chief.do(CompleteIntervention, intervention_id=job)
        await chief.round()
        cards = await needs_you(chief)
        assert "Finir la gamme" in f"{[getattr(c, 'content', '') for c in cards.screen.controls()]}"
        chief.transport.online = False
        await answer(chief, job, GUARD)
        await cards.screen.settle(40)
        await cards.tap("Renvoyer")
        chief.transport.online = True
        await cards.sent()
        assert chief.job(job).status == InterventionStatus.completed


FRENCH = ("ne cadre pas", "relevé", "Corriger", "Abandonner")
PICTURE = {"blob": JPEG, "mime": "image/jpeg", "width": 256, "height": 256}


async def test_an_answer_that_comes_too_late_is_kept_as_a_note(factory, needs_you):
    chief = await factory.signed_in(await factory.person("supervisor"))
    job = await make_job(chief, factory, GUARD, HOURS)
    anne = await factory.signed_in(await factory.person("technician"))
    await chief.do(StartIntervention, intervention_id=job, action_id=uuid7())
    await answer(chief, job, GUARD)
    await answer(chief, job, HOURS, state=StepState.na)
    await chief.do(CompleteIntervention, intervention_id=job)
    await chief.round()
    await answer(anne, job, GUARD, state=StepState.skipped, reason="Cadenas manquant")
    await anne.round()
    cards = await needs_you(anne)
    await cards.tap("Garder en note")
    await cards.sent()
    assert [note.text for note in anne.job(job).notes] == ["Consigner\u00a0: Passée · Cadenas manquant"]


async def test_words_that_it_cannot_do_without_are_not_sent_away(factory, needs_you):
    chief = await factory.signed_in(await factory.person("supervisor"))
    job = await make_job(chief, factory, GUARD)
    await chief.do(CancelIntervention, intervention_id=job, reason="Doublon")
    await chief.round()
    await chief.do(CancelIntervention, intervention_id=job, reason="Arrêt")
    await chief.round()
    cards = await needs_you(chief)
    await cards.tap("Corriger")
    for words, sent in (("", []), ("Arrêt de la ligne", ["Arrêt de la ligne"])):
        await cards.screen.type(cards.screen.find(ft.TextField), words)
        assert cards.screen.find(ft.FilledButton, having="Renvoyer corrigé").disabled is (not words)
        await cards.tap("Renvoyer corrigé")
        assert [entry.payload["reason"] for entry in chief.client.outbox.ready()] == sent


def test_whatever_is_written_by_hand_can_be_put_right_by_its_name():
    names = {name for kind in COMMANDS.values() for name in words_of(kind)}
    assert {"title", "name", "code", "notes", "reason"} <= names
    assert [name for name in names for lang in LANGUAGES if f"needs_you.field.{name}" not in catalogue(lang)] == []


async def test_a_machine_whose_code_another_has_taken_gets_another_and_its_job_follows(factory, needs_you):
    chief, machine, job = await factory.signed_in(await factory.person("admin")), uuid7(), uuid7()
    taken = chief.client.equipment.rows[factory.press].code
    chief.transport.online = False
    await chief.do(CreateEquipment, equipment_id=machine, site_id=factory.site, name="Tour", code=taken, notes="Atelier 2")
    await chief.do(CreateIntervention, intervention_id=job, equipment_id=machine, title="Fuite")
    chief.transport.online = True
    await chief.round()
    cards = await needs_you(chief)
    assert {"Tour", taken, "Atelier 2"} <= set(cards.screen.texts)
    await cards.tap("Corriger")
    field = next(found for found in cards.screen.controls() if isinstance(found, ft.TextField) and found.value == taken)
    await cards.screen.type(field, f"{taken}-2")
    await cards.tap("Renvoyer corrigé")
    await cards.sent()
    row = chief.client.equipment.rows[machine]
    assert (row.code, row.notes, chief.job(job).equipment_id) == (f"{taken}-2", "Atelier 2", machine)


async def test_what_somebody_else_saved_first_is_saved_over_only_when_asked(factory, needs_you):
    """Edited twice without a network."""
    chief, other = [await factory.signed_in(await factory.person("admin")) for _ in range(2)]
    said = {"equipment_id": factory.press, "site_id": factory.site}
    chief.transport.online = False
    for version, name in ((1, "Tour"), (2, "Tour 2")):
        await chief.do(UpdateEquipment, name=name, version=version, **said)
    await other.do(UpdateEquipment, name="Fraiseuse", version=1, **said)
    await other.round()
    chief.transport.online = True
    await chief.round()
    assert chief.client.equipment.rows[factory.press].name == "Fraiseuse"
    for name in ("Tour", "Tour 2"):
        cards = await needs_you(chief)
        assert "Fraiseuse" in cards.words or name == "Tour 2"
        await cards.tap("Garder ma saisie")
        await chief.round()
        assert chief.client.equipment.rows[factory.press].name == name
    await cards.sent()


async def test_a_date_that_would_pass_another_is_given_another_day(factory, needs_you):
    chief = await factory.signed_in(await factory.person("supervisor"))
    plan = uuid7()
    await chief.do(
        CreatePlan, plan_id=plan, equipment_id=factory.press, title="Graissage", frequency_type="weekly", frequency_value=1, basis="fixed",
        starts_on=chief.client.now().date() + timedelta(days=2),
    )  # fmt: skip
    await chief.round()
    first, second = chief.client.tables.plans.get(plan).upcoming[:2]
    await chief.do(MoveOccurrence, plan_id=plan, original_due=first, to=second + timedelta(days=1))
    await chief.round()
    cards = await needs_you(chief)
    await cards.tap("Choisir un autre jour")
    await cards.tap("Nouveau jour")
    await cards.pick(first + timedelta(days=1))
    await cards.tap("Déplacer")
    await cards.sent()
    assert chief.client.tables.plans.get(plan).next_due == first + timedelta(days=1)


async def test_reads_in_the_language_that_the_app_shows(factory, needs_you):
    anne = await factory.signed_in(await factory.person("technician"))
    chief = await factory.signed_in(await factory.person("admin"))
    meter_id = await make_meter(chief, factory)
    await anne.round()
    await anne.client.prefs.set(lang="fr")
    await anne.do(RecordReading, meter_id=meter_id, reading_id=uuid7(), value=12, read_at=anne.client.now())
    await anne.round()
    [refused] = anne.client.outbox.needs_you
    assert "ne cadre pas" in refused.problem.detail
    set_language("en")
    cards = await needs_you(anne)
    assert "less than the last reading" in cards.words
    assert not [words for words in FRENCH if words in cards.words]
