"""What devices hold of a person."""

from server.core.held import hold
from server.core.queries import expression
from server.core.sql import json_row
from server.users.models import User
from shared_models.users import UserCard


def user_json(alias: str) -> str:
    sites = expression("array_to_json(array(select m.site_id from user_site m where m.user_id = {}.id order by m.site_id))", alias)
    return json_row(UserCard, alias, site_ids=sites)


USER = hold(UserCard, User, user_json)
