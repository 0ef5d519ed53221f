"""What somebody has chosen of a kind, as statements about people bring it."""

from collections.abc import Mapping
from typing import Any

from server.core.zones import zone_of
from shared_models.notices.quiet import Hours, Quiet
from shared_models.notices.settings import Choice, QuietHours, RoleChoice

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


def choices_of(row: Mapping[str, Any]) -> tuple[Choice, RoleChoice | None]:
    """Their own, and their role's."""
    own = Choice(app=row["is_app_enabled"], push=row["is_web_enabled"], email=row["is_email_enabled"], days=row["threshold_value"])
    roles = None if row["is_fixed"] is None else RoleChoice(
        app=row["role_app"], push=row["role_web"], email=row["role_email"], days=row["role_days"], is_fixed=row["is_fixed"],
    )  # fmt: skip
    return own, roles


def quiet_of(row: Mapping[str, Any], clock: str) -> Quiet:
    """In the time zone that they have chosen, else the site's."""
    hours = [QuietHours.model_validate(each) for each in row["quiet_hours"] or ()]
    passes = row["urgent_passes"] is not False
    held = tuple(Hours(each.weekday, each.begins, each.ends) for each in hours)
    return Quiet(zone_of(row["time_zone"] or clock), held, passes, row["paused_until"])
