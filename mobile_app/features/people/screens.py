"""The screens of the people's feature."""

from mobile_app.features.people.invite import InviteScreen
from mobile_app.features.people.list import PeopleScreen
from mobile_app.features.people.person import PersonScreen

__all__ = ["InviteScreen", "PeopleScreen", "PersonScreen"]
