"""Roles and their permissions, defined once for the server's dependencies and for the app's navigation."""

from enum import StrEnum


class Role(StrEnum):
    admin = "admin"
    supervisor = "supervisor"
    technician = "technician"


class Permission(StrEnum):
    equipment_read = "equipment:read"
    equipment_write = "equipment:write"
    maintenance_read = "maintenance:read"
    maintenance_write = "maintenance:write"
    maintenance_validate = "maintenance:validate"
    maintenance_update_assigned = "maintenance:update_assigned"
    inventory_read = "inventory:read"
    inventory_write = "inventory:write"
    dashboard_read = "dashboard:read"
    reports_generate = "reports:generate"
    users_read = "users:read"
    users_write = "users:write"
    sites_write = "sites:write"
    audit_read = "audit:read"
    settings_write = "settings:write"


Needs = tuple[Permission, ...]
"""One of them is enough."""
WORK: Needs = (Permission.maintenance_write, Permission.maintenance_update_assigned)
PLAN: Needs = (Permission.maintenance_write,)
VALIDATE: Needs = (Permission.maintenance_validate,)
WRITE_EQUIPMENT: Needs = (Permission.equipment_write,)
AT_THE_MACHINE: Needs = (Permission.equipment_write, Permission.maintenance_write, Permission.maintenance_update_assigned)
"""Who stands before a machine: its state, its picture and its label are theirs to tell."""
KEEP_STOCK: Needs = (Permission.inventory_write,)
TAKE_PARTS: Needs = (Permission.inventory_write, Permission.maintenance_update_assigned)
"""Technicians take parts for their own jobs, and give back what is left."""
TOLD: Needs = (Permission.dashboard_read,)
"""Whoever works here is told what concerns them, and deals with it."""
COSTS: Needs = (Permission.reports_generate,)
"""What a piece of work costs says what an hour of whoever did it is paid."""
SETTINGS: Needs = (Permission.settings_write,)

_EVERYTHING = frozenset(Permission)
_SUPERVISOR = frozenset(
    {
        Permission.equipment_read,
        Permission.equipment_write,
        Permission.maintenance_read,
        Permission.maintenance_write,
        Permission.maintenance_validate,
        Permission.inventory_read,
        Permission.inventory_write,
        Permission.dashboard_read,
        Permission.reports_generate,
    }
)
_TECHNICIAN = frozenset(
    {
        Permission.equipment_read,
        Permission.maintenance_read,
        Permission.maintenance_update_assigned,
        Permission.inventory_read,
        Permission.dashboard_read,
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.admin: _EVERYTHING,
    Role.supervisor: _SUPERVISOR,
    Role.technician: _TECHNICIAN,
}


def may(role: Role, permission: Permission) -> bool:
    return permission in ROLE_PERMISSIONS[role]
