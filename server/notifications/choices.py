"""What somebody has chosen of a kind, as statements about people bring it."""

from collections.abc import Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

from server.core.zones import zone_of
from shared_models.notices.kinds import NoticeKind, Way
from shared_models.notices.quiet import Hours, Quiet
from shared_models.notices.settings import Choice, QuietHours, RoleChoice, wants
from shared_models.permissions import Role

CHOICES = """
a.is_app_enabled, a.is_web_enabled, a.is_email_enabled, a.threshold_value,
r.is_app_enabled as role_app, r.is_web_enabled as role_web, r.is_email_enabled as role_email, r.threshold_value as role_days, r.is_fixed,
p.time_zone, p.quiet_hours, p.urgent_passes, p.digest_at, p.paused_until
"""
CHOSEN = """
left join alert_settings a on a.user_id = u.id and a.alert_type = {}
left join alert_default r on r.role = u.role and r.alert_type = {}
left join notice_preference p on p.user_id = u.id
"""
"""Of `users u` and a kind."""


_values = itemgetter(
    "is_app_enabled", "is_web_enabled", "is_email_enabled", "threshold_value", "role_app", "role_web", "role_email", "role_days", "is_fixed"
)


def choices_of(row: Mapping[str, Any]) -> tuple[Choice, RoleChoice | None]:
    """Their own, and their role's."""
    return _choices(_values(row))


def ways_of(row: Mapping[str, Any], kind: NoticeKind) -> frozenset[Way]:
    """By which they want to be told of it."""
    return _ways(kind, Role(row["role"]), _values(row))


@lru_cache(maxsize=1024)
def _choices(values: tuple[Any, ...]) -> tuple[Choice, RoleChoice | None]:
    """Most have chosen the same."""
    app, push, email, days, *role, is_fixed = values
    roles = None if is_fixed is None else RoleChoice(app=role[0], push=role[1], email=role[2], days=role[3], is_fixed=is_fixed)
    return Choice(app=app, push=push, email=email, days=days), roles


@lru_cache(maxsize=4096)
def _ways(kind: NoticeKind, role: Role, values: tuple[Any, ...]) -> frozenset[Way]:
    return frozenset(way for way in Way if wants(kind, role, way, *_choices(values)))


def quiet_of(row: Mapping[str, Any], clock: str) -> Quiet:
    """In the time zone that they have chosen, else the site's."""
    hours = [QuietHours.model_validate(each) for each in row["quiet_hours"] or ()]
    passes = row["urgent_passes"] is not False
    held = tuple(Hours(each.weekday, each.begins, each.ends) for each in hours)
    return Quiet(zone_of(row["time_zone"] or clock), held, passes, row["paused_until"])
