"""What devices hold of a person."""

from server.core.held import hold
from server.users.models import User
from shared_models.users import UserCard

USER = hold(UserCard, User)
