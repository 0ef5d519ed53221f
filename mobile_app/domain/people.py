"""Who can be given work."""

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.ui.choices import Choice
from shared_models.permissions import Permission, may


def technicians(client: Client) -> list[Choice]:
    """Oneself first, then by name."""
    mine = client.user.id
    users = [user for user in client.users.rows.values() if user.is_active and may(user.role, Permission.maintenance_update_assigned)]
    users.sort(key=lambda user: (user.id != mine, user.last_name))
    return [Choice(str(user.id), f"{user.first_name} {user.last_name}", note=t(f"sign_in.role.{user.role}")) for user in users]
