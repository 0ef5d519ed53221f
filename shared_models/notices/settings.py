"""What somebody wants to be told, by which ways and when; what an administrator has decided for their role."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared_models.base import Hour, Planned, Row, RuleError, Schema
from shared_models.notices.kinds import KINDS, MOST_DAYS, Because, Kind, NoticeKind, Way
from shared_models.numbers import NUMBER
from shared_models.permissions import Role
from shared_models.shifts import Weekday
from shared_models.zones import TimeZone

Days = Annotated[int, Field(ge=0, le=MOST_DAYS, description="days before"), NUMBER]


class Choice(Schema):
    """Of one kind; what is None is as it is for one's role."""

    app: bool | None = None
    push: bool | None = None
    email: bool | None = None
    days: Days | None = None


class RoleChoice(Choice):
    """`is_fixed`: nobody of the role may choose otherwise."""

    is_fixed: bool = False


class QuietHours(Schema):
    """Quiet from `begins` on this weekday to `ends`, on the next day where that is not later."""

    weekday: Weekday
    begins: Hour
    ends: Hour


class SettingsWrite(Schema):
    """Everything that somebody has chosen. `digest_at`: mails that are not urgent come together once a day, then."""

    kinds: dict[NoticeKind, Choice] = {}
    time_zone: TimeZone | None = None
    quiet_hours: list[QuietHours] = Field(default=[], max_length=28)
    urgent_passes: bool = True
    digest_at: Hour | None = None
    paused_until: Planned | None = None

    @model_validator(mode="after")
    def _only_where_days_count(self) -> Self:
        for kind, choice in self.kinds.items():
            if choice.days is not None and KINDS[kind].days is None:
                raise RuleError("days_do_not_count", "kinds")
        return self


class KindRead(Row):
    """How it is for this person: by their own choice (`chosen`), their role's, or ours."""

    kind: NoticeKind
    app: bool
    push: bool
    email: bool
    days: int | None
    is_fixed: bool
    chosen: Choice


class SettingsRead(Row):
    kinds: list[KindRead]
    time_zone: str | None
    quiet_hours: list[QuietHours]
    urgent_passes: bool
    digest_at: Hour | None
    paused_until: Planned | None


class DefaultsWrite(Schema):
    """For one role."""

    kinds: dict[NoticeKind, RoleChoice]


class DefaultRead(Row):
    kind: NoticeKind
    app: bool
    push: bool
    email: bool
    days: int | None
    is_fixed: bool
    chosen: RoleChoice


def is_for(kind: NoticeKind, role: Role) -> bool:
    """Whether people of this role are ever told of it."""
    reached = {
        Because.keeper: {Role.supervisor, Role.admin}, Because.supervisor: {Role.supervisor, Role.admin},
        Because.admin: {Role.admin}, Because.operator: {Role.admin},
    }  # fmt: skip
    return any(role in reached.get(because, set(Role)) for because in KINDS[kind].told)


def wants(kind: NoticeKind, role: Role, way: Way, own: Choice | None, roles: RoleChoice | None) -> bool:
    """By their own choice, else their role's, else ours; what the role's choice has fixed is fixed."""
    chosen = [getattr(choice, way.value) for choice in _in_order(own, roles) if choice is not None]
    return next((each for each in chosen if each is not None), role in KINDS[kind].ways[way])


def days_of(kind: NoticeKind, own: Choice | None, roles: RoleChoice | None) -> int | None:
    rule: Kind = KINDS[kind]
    chosen = [choice.days for choice in _in_order(own, roles) if choice is not None]
    return None if rule.days is None else next((each for each in chosen if each is not None), rule.days)


def _in_order(own: Choice | None, roles: RoleChoice | None) -> tuple[Choice | None, ...]:
    return (roles,) if roles is not None and roles.is_fixed else (own, roles)
