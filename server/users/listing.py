"""Accounts as their administrators see them."""

from server.core.lists import UTC, List, every_word
from server.users.repository import in_scope
from shared_models.users import UserFilter, UserRead, UserState

USERS = List(
    "users", UserRead, "users",
    scope=in_scope,
    columns={
        "site_ids": "array(select m.site_id from user_site m where m.user_id = users.id order by m.site_id)",
        "sites": (
            "(select string_agg(s.name, ', ' order by s.name) from user_site m join sites s on s.id = m.site_id where m.user_id = users.id)"
        ),
    },
    query=UserFilter,
    filters={
        "role": "users.role = {}",
        "is_active": "users.is_active = {}",
        "state": {
            UserState.active: "users.is_active",
            UserState.waiting: "users.is_waiting",
            UserState.inactive: "not users.is_active and not users.is_waiting",
        },
        "site_id": "(users.all_sites or exists (select from user_site m where m.user_id = users.id and m.site_id = {}))",
    },
    search=every_word(
        "etabli_fold(users.first_name || ' ' || users.last_name || ' ' || users.username || ' ' || users.email) like etabli_fold({word})"
    ),
    sorts={
        "name": "lower(users.last_name)",
        "username": "users.username",
        "email": "users.email",
        "role": "users.role",
        "created_at": "users.created_at",
        "is_active": "users.is_active",
    },
    order="name",
    exported=("last_name", "first_name", "username", "email", "role", "all_sites", "sites", "is_active", "is_waiting", "created_at"),
    words={"role": "sign_in.role"},
    clock=UTC,
)  # fmt: skip
