"""Who works there."""

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import bcrypt

from server.demo.chance import BORN, Dice, instant
from shared_models.permissions import Role

PASSWORD = "etabli-demo"
CAPACITY = {"l.petit": 300, "m.hoarau": 600, "s.girard": 720, "admin": 0, "supervisor": 0, "p.moreau": 0}
USUAL_CAPACITY = 900
"""Minutes a week for planned work, beside breakdowns; Léa Petit is there one day a week."""
_SALT = b"$2b$12$EtabliDemoSaltForEvere"  # the same rows from the same seed, the hash included; the password is public anyway
_FIRST = (
    "Camille", "Hugo", "Inès", "Lucas", "Manon", "Nathan", "Sarah", "Théo", "Zoé", "Adrien", "Chloé", "Fatou", "Gaël", "Jade", "Malik", "Nora",
)  # fmt: skip
_LAST = (
    "Bernard", "Caron", "Dubois", "Faure", "Gauthier", "Henry", "Lambert", "Masson", "Noël", "Perrin", "Renaud", "Sanchez", "Traoré", "Vidal",
)  # fmt: skip


class Account(NamedTuple):
    username: str
    first: str
    last: str
    role: Role
    sites: tuple[int, ...]
    language: str = "fr"


DEMO_PEOPLE = (
    Account("admin", "Nadia", "Fournier", Role.admin, ()),
    Account("supervisor", "Claire", "Lefèvre", Role.supervisor, (0, 1)),
    Account("technician", "Julien", "Roux", Role.technician, (0,)),
    Account("k.benali", "Karim", "Benali", Role.technician, (0,)),
    Account("l.petit", "Léa", "Petit", Role.technician, (0,)),
    Account("m.diallo", "Mamadou", "Diallo", Role.technician, (0,)),
    Account("s.girard", "Sophie", "Girard", Role.technician, (1,)),
    Account("a.lemoine", "Antoine", "Lemoine", Role.technician, (1,)),
    Account("d.walker", "Daniel", "Walker", Role.technician, (1,), "en"),
    Account("p.moreau", "Philippe", "Moreau", Role.supervisor, (2,)),
    Account("o.payet", "Olivier", "Payet", Role.technician, (2,)),
    Account("m.hoarau", "Marie", "Hoarau", Role.technician, (2,)),
)


@dataclass(eq=False)
class User:
    id: UUID
    account: Account
    free_at: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.account.first} {self.account.last}"

    @property
    def short(self) -> str:
        return f"{self.account.first[0]}. {self.account.last}"


@dataclass
class Staff:
    """Everybody, and each site's crew and supervisor."""

    everybody: list[User]
    crews: dict[int, list[User]] = field(default_factory=dict)
    supervisors: dict[int, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for user in self.everybody:
            for site in user.account.sites:
                if user.account.role == Role.technician:
                    self.crews.setdefault(site, []).append(user)
                else:
                    self.supervisors[site] = user

    def named(self, username: str) -> User:
        return next(user for user in self.everybody if user.account.username == username)


def staff_of(seed: int, sites: int) -> Staff:
    dice = Dice(seed, "people")
    accounts = [*DEMO_PEOPLE, *(account for site in range(3, sites) for account in _accounts_of(site, dice))]
    return Staff([User(dice.id_at(BORN), account) for account in accounts])


def _accounts_of(site: int, dice: Dice) -> list[Account]:
    roles = [Role.supervisor] + [Role.technician] * 11
    return [Account(f"s{site + 1}-{rank}", dice.pick(_FIRST), dice.pick(_LAST), role, (site,)) for rank, role in enumerate(roles)]


def user_rows(staff: Staff, since: float) -> list[dict[str, object]]:
    password_hash = bcrypt.hashpw(PASSWORD.encode(), _SALT).decode()
    at = instant(since)
    return [
        {
            "id": user.id, "created_at": at, "updated_at": at, "username": user.account.username, "email": f"{user.account.username}@etabli.example",
            "password_hash": password_hash, "first_name": user.account.first, "last_name": user.account.last, "role": user.account.role.value,
            "language": user.account.language, "is_active": True, "all_sites": user.account.role == Role.admin,
            "weekly_capacity": CAPACITY.get(user.account.username, USUAL_CAPACITY),
        }
        for user in staff.everybody
    ]  # fmt: skip


def membership_rows(staff: Staff, site_ids: list[UUID]) -> list[dict[str, object]]:
    return [{"user_id": user.id, "site_id": site_ids[site]} for user in staff.everybody for site in user.account.sites]
