"""Who asks, what they may do, and which rows they see. The only place that knows about row scope.

    EquipmentReader = Annotated[Actor, require("equipment:read")]        # in a router's signature
    select(Equipment).where(visible(actor, Equipment.site_id))           # in a repository
    sql("… where {}", in_sight(actor, "e.site_id"))                       # in a statement of server.core.queries

An invisible row is `NotFound`, as if it did not exist.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from fastapi import Depends
from fastapi.openapi.models import OAuth2, OAuthFlowPassword, OAuthFlows
from fastapi.security.base import SecurityBase
from sqlalchemy import ColumnElement, or_, true
from starlette.requests import HTTPConnection

from server.core.errors import Forbidden, NotFound, NotSignedIn
from server.core.queries import EVERYTHING, Sql, plain, sql
from shared_models.i18n import asked_language
from shared_models.permissions import ROLE_PERMISSIONS, Needs, Permission, Role
from shared_models.rules import NOBODY, By


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """`site_ids` is None for somebody who sees every site; `label` is the name the audit log keeps.

    `lang` is the language of what is read next: the one that the request asks for, as the app does in the language that it
    shows, else the account's.
    """

    user_id: UUID
    role: Role
    permissions: frozenset[Permission]
    site_ids: frozenset[UUID] | None
    label: str
    lang: str = "fr"
    session_id: UUID | None = None
    device_id: UUID | None = None

    def may(self, permission: Permission | str) -> bool:
        return permission in self.permissions

    def ensure_any(self, needs: Needs) -> None:
        """Raises `Forbidden` for who has none of the permissions; where none is needed, nobody is refused."""
        if needs and not any(map(self.may, needs)):
            raise Forbidden(permission=needs[0])

    def sees(self, site_id: UUID | None) -> bool:
        """A row without a site belongs to everyone."""
        return site_id is None or self.site_ids is None or site_id in self.site_ids

    @property
    def by(self) -> By:
        """As rules know who it is."""
        return By(self.user_id, self.role, self.label)

    @property
    def site_list(self) -> list[UUID] | None:
        """As a parameter of a statement."""
        return None if self.site_ids is None else sorted(self.site_ids)


SCHEME = "access token"
"""As the API's description names it."""
TOKEN_URL = "/api/v1/auth/login"  # noqa: S105 - an address
SYSTEM = Actor(user_id=NOBODY, role=Role.admin, permissions=ROLE_PERMISSIONS[Role.admin], site_ids=None, label="Établi")
ActorLoader = Callable[[HTTPConnection, str], Awaitable[Actor]]
"""Turns a bearer token into its actor, or raises `NotSignedIn`; `server.main` puts it in `app.state.load_actor`."""


async def current_actor(connection: HTTPConnection) -> Actor:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn
    load_actor = cast("ActorLoader", connection.app.state.load_actor)
    actor = await load_actor(connection, token)
    asked = asked_language(connection.headers.get("accept-language", ""))
    if asked and asked != actor.lang:
        actor = replace(actor, lang=asked)
    connection.state.lang = actor.lang
    return actor


class Requirement(SecurityBase):
    """A dependency that answers 403 to who has none of the permissions; none needed: anybody who is signed in.

    It is also the security scheme that the API's description names: each further dependency costs every request some time.
    """

    def __init__(self, needs: Needs) -> None:
        self.needs = needs
        self.model = OAuth2(flows=OAuthFlows(password=OAuthFlowPassword(tokenUrl=TOKEN_URL, scopes={each: each for each in Permission})))
        self.scheme_name = SCHEME

    async def __call__(self, connection: HTTPConnection) -> Actor:
        actor = await current_actor(connection)
        actor.ensure_any(self.needs)
        return actor


def require(*any_of: Permission | str) -> Any:
    """For an endpoint's signature: only people with one of the permissions get through."""
    return Depends(Requirement(tuple(map(Permission, any_of))))


def signed_in() -> Any:
    """The dependency of an endpoint for anybody who is signed in."""
    return Depends(Requirement(()))


def visible(actor: Actor, site_id: Any) -> ColumnElement[bool]:
    """The condition that keeps the rows `actor` may see; rows without a site are everyone's."""
    column = cast("ColumnElement[UUID]", site_id)
    if actor.site_ids is None:
        return true()
    return or_(column.is_(None), column.in_(actor.site_ids))


def in_sight(actor: Actor, site_id: str) -> Sql:
    """The same of rows that all have a site, for a statement that is put together."""
    return EVERYTHING if actor.site_ids is None else sql(sight("{}", "{}"), plain(site_id), actor.site_list)


def sight(site_id: str, sites: str) -> str:
    """The same as text, where `sites` is the parameter that has the actor's `site_list`."""
    return f"{site_id} = any({sites}::uuid[])"


def ensure_sees(actor: Actor, site_id: UUID | None) -> None:
    if not actor.sees(site_id):
        raise NotFound
