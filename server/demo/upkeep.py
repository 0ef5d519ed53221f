"""What plans refer to beside machines: kinds of maintenance, and the teams of each site."""

from typing import NamedTuple
from uuid import UUID

from server.demo.chance import BORN, Dice, instant
from server.demo.people import Staff, User
from server.demo.plant import Site


class Kind(NamedTuple):
    """`color` stands out against light and dark backgrounds alike."""

    code: str
    name: str
    description: str
    color: str


KINDS = (
    Kind("GRA", "Graissage", "Graisse et huile, selon le plan de graissage de la machine.", "#A87900"),
    Kind("INS", "Inspection", "Ronde, contrôle visuel, relevé.", "#2277B8"),
    Kind("VID", "Vidange", "Huile, filtres et purge.", "#8A6A3C"),
    Kind("ETA", "Étalonnage", "Réglage et étalonnage des mesures.", "#7A62D0"),
    Kind("REG", "Contrôle réglementaire", "Vérification obligatoire, à signer et à classer.", "#C8453B"),
    Kind("NET", "Nettoyage", "Nettoyage, désinfection, détartrage.", "#0E8A8A"),
    Kind("REM", "Remplacement préventif", "Pièces d’usure changées avant la panne, révisions.", "#C2571A"),
    Kind("ANA", "Analyse vibratoire", "Maintenance prévisionnelle : vibrations, thermographie.", "#B04F9A"),
)
TEAM_OF_KIND = {"GRA": 0, "VID": 0, "REM": 0, "NET": 0, "ETA": 1, "REG": 1, "INS": 1, "ANA": 1}
TEAMS = ("Équipe mécanique", "Équipe électrique", "Équipe de nuit")
FEW = 4  # technicians from whom on there is a night


class Kinds:
    def __init__(self, seed: int) -> None:
        dice = Dice(seed, "kinds of maintenance")
        self.ids = {kind.code: dice.id_at(BORN) for kind in KINDS}

    def rows(self, since: float) -> list[dict[str, object]]:
        at = instant(since)
        return [
            {"id": self.ids[k.code], "created_at": at, "updated_at": at, "name": k.name, "description": k.description, "color": k.color}
            for k in KINDS
        ]


class Teams:
    """A night team only where there are people for it."""

    def __init__(self, seed: int, sites: list[Site], staff: Staff) -> None:
        dice = Dice(seed, "teams")
        self.members: dict[UUID, list[User]] = {}
        self.of_site: dict[int, list[UUID]] = {}
        self._rows: list[tuple[UUID, UUID, str]] = []
        for site in sites:
            for rank in range(len(TEAMS) if len(staff.crews[site.index]) >= FEW else 2):
                team_id = dice.id_at(BORN)
                self.of_site.setdefault(site.index, []).append(team_id)
                self.members[team_id] = _members(staff.crews[site.index], rank)
                self._rows.append((team_id, site.id, TEAMS[rank]))

    def of_kind(self, site: int, kind: str) -> UUID:
        return self.of_site[site][TEAM_OF_KIND[kind]]

    def rows(self, since: float) -> list[dict[str, object]]:
        at = instant(since)
        return [{"id": i, "created_at": at, "updated_at": at, "site_id": site, "name": name} for i, site, name in self._rows]

    def member_rows(self) -> list[dict[str, object]]:
        return [{"team_id": team, "user_id": user.id} for team, users in self.members.items() for user in users]


def _members(crew: list[User], rank: int) -> list[User]:
    if rank == len(TEAMS) - 1:
        return crew[-2:]
    return crew[rank::2] or crew
