"""Checklist templates with their versions, their copy in a job, and what people answer.

A template is its code and name, then one step a line: kind, unit and limits | title | options or help. `?` behind the kind: not
required; `+`: with a photo; `*` behind an option: it fails.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from server.core.kept import stored
from server.demo.calendars import DAY
from server.demo.chance import BORN, Dice, instant
from shared_models.checklists.rows import JobChecklist, Step, StepKind

_TEMPLATES = """
graissage Graissage
    check | Machine consignée, énergies coupées
    check | Graisseurs propres avant pompage | Essuyer le graisseur et le pistolet.
    choice | Graisse sortante | Propre / Noircie* / Avec particules*
    number coups 2 12 | Coups de pompe par graisseur
    number °C 15 70 | Température du palier après 10 min
    photo? | Photo du palier graissé
    pass_fail | Bruit et jeu au redémarrage
courroies Courroies et chaînes
    check | Machine consignée, énergies coupées
    number N 45 65 | Tension de courroie | Mesure au milieu du brin libre.
    number % 0 2 | Allongement de chaîne
    choice | État des dents et des maillons | Bon / Usé / À remplacer*
    pass_fail+ | Alignement des poulies
    text? | Repère à surveiller
securites Contrôle des sécurités
    pass_fail | Arrêts d’urgence : chaque bouton arrête la machine
    pass_fail | Barrières immatérielles et portes : arrêt à l’ouverture
    pass_fail | Voyants et signalisation
    number ms 0 500 | Temps d’arrêt mesuré
    choice | Carters et protections | Complets / Vis manquante* / Carter déposé*
    text? | Remarques
vidange Vidange compresseur
    check | Compresseur arrêté, cuve à la pression atmosphérique
    meter h | Compteur horaire
    choice | Aspect de l’huile usée | Claire / Foncée / Émulsionnée* / Limaille*
    check | Filtre à huile remplacé, joint huilé
    check | Filtre à air remplacé
    number % 60 90 | Niveau d’huile après 5 min de marche
    number °C 70 95 | Température d’huile en charge
    photo | Photo du niveau après remise en route
    pass_fail | Pas de fuite au bouchon ni au filtre
compresseur Ronde compresseur
    number bar 6.5 8.2 | Pression de réseau
    number °C 60 95 | Température d’huile
    choice | Purge des condensats | Fonctionne / Bouchée*
    number? mbar 0 400 | Perte de charge du filtre
    pass_fail | Bruit et vibrations
pompe Ronde pompe
    pass_fail | Étanchéité de la garniture
    number bar 1.5 6 | Pression de refoulement
    number °C 15 75 | Température du palier
    choice | Bruit | Normal / Sifflement* / Claquement*
nettoyage Nettoyage hebdomadaire
    check | Zone rangée, produits retirés
    check | Mousse appliquée, temps de contact respecté
    check | Rinçage et raclage
    pass_fail | Contrôle visuel propre
couple Couple de bouchage
    number N·m 1.6 2.2 | Couple moyen, têtes 1 à 6
    number N·m 1.6 2.2 | Couple moyen, têtes 7 à 12
    pass_fail | Aucun bouchon de travers sur 50 bouteilles
    choice | Couplemètre | Étalonné / Date dépassée*
fuites Étanchéité des becs
    number 0 0 2 | Becs qui gouttent
    number mm -3 3 | Écart de niveau en bouteille
    pass_fail | Pas de fuite au collecteur
    text? | Becs à reprendre
chaufferie Ronde chaufferie
    number bar 7 11 | Pression vapeur
    number % 40 70 | Niveau d’eau
    choice | Flamme | Stable / Instable*
    pass_fail | Purge de fond faite
sondes Sondes de température
    number °C -0.5 0.5 | Écart sonde zone 1 | Contre le thermomètre étalon.
    number °C -0.5 0.5 | Écart sonde zone 3
    number °C -0.5 0.5 | Écart sonde zone 5
    text? | Numéro de l’étalon
pression Équipement sous pression
    check | Dossier de l’équipement sur place
    pass_fail | Plaque et poinçon lisibles
    pass_fail+ | Soupape de sûreté : tarage et plomb
    number bar 0 15 | Pression d’essai
    choice | Corrosion visible | Aucune / Superficielle / Profonde*
    photo | Photo de la plaque
    signature | Signature du contrôleur
etancheite Étanchéité frigorifique
    number g/an 0 5 | Fuite mesurée au détecteur
    number kg 40 100 | Charge de fluide
    pass_fail | Vannes et brasures
    check | Registre mis à jour
    signature | Signature de l’opérateur attesté
prehenseur Préhenseur de robot
    choice | État des ventouses | Bon / Usé / À remplacer*
    number bar -0.9 -0.5 | Vide en prise
    meter? cycles | Compteur de cycles
    pass_fail | Origine et trajectoires à vitesse réduite
detartrage Détartrage
    check | EPI chimiques portés
    number % 3 8 | Concentration du bain
    number °C 40 65 | Température du bain
    number pH 6 8.5 | pH après rinçage
    photo | Photo d’un bac après rinçage
"""
VERSIONS = {"graissage": 3, "vidange": 2, "securites": 2, "courroies": 2}
OLDER = (420 * DAY, 110 * DAY)  # since when the second and the third version are in use


class Template(NamedTuple):
    """`versions` are the steps of each, the last one being in use."""

    id: UUID
    code: str
    name: str
    versions: tuple[tuple[Step, ...], ...]


@dataclass(frozen=True)
class Checklists:
    seed: int
    now: float

    @cached_property
    def templates(self) -> dict[str, Template]:
        dice = Dice(self.seed, "checklists")
        return {template.code: template for template in _templates(dice)}

    def version_at(self, code: str, at: float) -> int:
        age, count = self.now - at, len(self.templates[code].versions)
        return min(count, 1 + sum(age < since for since in OLDER))

    def snapshot(self, code: str, at: float) -> JobChecklist:
        template, version = self.templates[code], self.version_at(code, at)
        return JobChecklist(checklist_id=template.id, version=version, name=template.name, steps=list(template.versions[version - 1]))

    def rows(self, since: float) -> list[dict[str, object]]:
        return [
            {
                "id": t.id, "created_at": instant(since), "updated_at": instant(self._since(len(t.versions), since)), "name": t.name,
                "version": len(t.versions), "steps": _json(t.versions[-1]),
            }
            for t in self.templates.values()
        ]  # fmt: skip

    def version_rows(self, since: float, by: UUID) -> list[dict[str, object]]:
        return [
            {
                "checklist_id": t.id, "version": number, "name": t.name, "steps": _json(steps), "created_by": by,
                "created_at": instant(self._since(number, since)),
            }
            for t in self.templates.values()
            for number, steps in enumerate(t.versions, start=1)
        ]  # fmt: skip

    def _since(self, version: int, since: float) -> float:
        return since if version == 1 else self.now - OLDER[version - 2]


def _json(steps: tuple[Step, ...]) -> str:
    return json.dumps(stored([*steps]))


def _templates(dice: Dice) -> Iterator[Template]:
    blocks: list[tuple[str, list[str]]] = []
    for line in _TEMPLATES.strip("\n").splitlines():
        if line.startswith(" "):
            blocks[-1][1].append(line.strip())
        else:
            blocks.append((line, []))
    for head, lines in blocks:
        code, name = head.split(" ", 1)
        template_id = dice.id_at(BORN)
        steps = tuple(_step(line, dice) for line in lines)
        count = VERSIONS.get(code, 1)
        yield Template(template_id, code, name, tuple(_earlier(steps, count - number) for number in range(1, count + 1)))


def _earlier(steps: tuple[Step, ...], versions_ago: int) -> tuple[Step, ...]:
    """Each version has added a step before the last one."""
    return steps if versions_ago == 0 else (*steps[: -1 - versions_ago], steps[-1])


def _step(line: str, dice: Dice) -> Step:
    head, title, *more = (cell.strip() for cell in line.split("|"))
    sign, *limits = head.split()
    kind = StepKind(sign.rstrip("?+"))
    options = [option.strip() for option in more[0].split("/")] if kind is StepKind.choice else []
    low, high = (float(limits[1]), float(limits[2])) if len(limits) > 1 else (None, None)
    return Step(
        id=dice.id_at(BORN), kind=kind, title=title, help=more[0] if more and not options else "", is_required="?" not in sign,
        needs_photo="+" in sign, unit=limits[0].replace("0", "") if limits else "", low=low, high=high,
        options=[option.rstrip("*") for option in options], bad_options=[o.rstrip("*") for o in options if o.endswith("*")],
    )  # fmt: skip
