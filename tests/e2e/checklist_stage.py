"""A job at every step of a checklist that has all kinds of them, for the pictures."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from shared_models.ids import uuid7
from tests.e2e.product import Product, User

Step = dict[str, Any]
LONG = (
    "Vérifier le serrage des huit vis de fixation du carter de protection côté entraînement, puis contrôler l’absence de jeu "
    "au palier avant et au palier arrière de l’arbre principal de transmission."
)
SIGNED = "M10 60L40 20L70 80L110 30L160 60"


def step(kind: str, title: str, **fields: Any) -> Step:
    return {"id": str(uuid7()), "kind": kind, "title": title, **fields}


STEPS = {
    "check": step("check", "Consigner la machine", help="Cadenas sur le sectionneur, clé sur soi."),
    "verdict": step("pass_fail", "Arrêt d’urgence", help="Les deux boutons, côté opérateur et côté moteur."),
    "long": step("pass_fail", LONG, needs_photo=True),
    "number": step("number", "Pression d’air", unit="bar", low=5, high=7),
    "choice": step("choice", "État de la courroie", options=["Bon", "Usé", "Fissuré", "Rompu"], bad_options=["Fissuré", "Rompu"]),
    "photo": step("photo", "Carter fermé"),
    "meter": step("meter", "Heures de marche", unit="h"),
    "signature": step("signature", "Visa du responsable"),
    "text": step("text", "Remarques"),
}
FOUND = {"number": 8.2, "choice": "Fissuré", "meter": 4_870, "signature": SIGNED, "text": "Bruit à froid les dix premières minutes."}


def told(**fields: Any) -> dict[str, Any]:
    return {"occurred_at": datetime.now(UTC).isoformat(), **fields}


class Stage:
    """`job("meter")` stands at its meter step, `job("")` past its last; each is made when it is first asked for.

    `is_touched` gives another one, for what a picture taps to leave the first alone.
    """

    def __init__(self, product: Product) -> None:
        self._technician, self._planner = product.as_user("technician"), product.as_user("admin")
        self.checklist = str(uuid7())

    def prepare(self) -> None:
        for name in (*STEPS, ""):
            self.job(name, is_touched=False)
        for name in ("long", "number", "photo", "meter"):
            self.job(name, is_touched=True)

    @property
    def machine(self) -> str:
        return str(self._prepared()["id"])

    @cache  # noqa: B019 - as long as the pictures are taken
    def job(self, at: str, *, is_touched: bool = False) -> str:
        job, before = str(uuid7()), list(STEPS)[: list(STEPS).index(at)] if at else list(STEPS)
        self._technician.post("/maintenance/interventions", told(
            intervention_id=job, equipment_id=self.machine, title="Graissage et contrôle du mois", intervention_type="preventive",
            checklist_id=self.checklist, action_id=str(uuid7()),
        ))  # fmt: skip
        for name in before:
            self._answer(job, name)
        return job

    def _answer(self, job: str, name: str) -> None:
        state, reason = ("skipped", "Machine en marche") if name in {"long", "photo"} else ("done", "")
        if name == "verdict":
            state, reason = "failed", "Bouton côté moteur cassé"
        is_read = {"reading_id": str(uuid7()), "is_confirmed": True} if name == "meter" else {}
        self._technician.put(f"/maintenance/interventions/{job}/answers/{STEPS[name]['id']}", told(
            intervention_id=job, step_id=STEPS[name]["id"], answer_id=str(uuid7()), state=state, reason=reason,
            value=FOUND.get(name), **is_read,
        ))  # fmt: skip

    @cache  # noqa: B019 - as long as the pictures are taken
    def _prepared(self) -> dict[str, Any]:
        """The machine, with two meters in hours; the template, in its second version."""
        machine = self._technician.free_machines()[-1]
        for name in ("Heures de marche", "Heures du groupe hydraulique de secours"):
            meter = str(uuid7())
            self._planner.post("/meters", told(meter_id=meter, equipment_id=machine["id"], name=name, unit="h", most_per_day=24))
            for weeks in range(12, -1, -1):
                at = (datetime.now(UTC) - timedelta(weeks=weeks, hours=1)).isoformat()
                read = told(meter_id=meter, reading_id=str(uuid7()), value=4_862 - 61 * weeks - 9 * (weeks % 3), read_at=at)
                self._planner.post(f"/meters/{meter}/readings", read)
        for version, steps in ((None, list(STEPS.values())[:-1]), (1, list(STEPS.values()))):
            write(self._planner, self.checklist, steps, version)
        return machine


def write(planner: User, checklist: str, steps: list[Step], version: int | None) -> None:
    planner.put(
        f"/maintenance/checklists/{checklist}",
        told(checklist_id=checklist, name="Graissage et contrôle mensuel", steps=steps, version=version),
    )
