from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, status

from server.core.access import Actor, require
from server.core.database import ReadSessionDep, SessionDep
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from server.users import repository, service
from server.users.listing import USERS
from shared_models.permissions import ROLE_PERMISSIONS, Role
from shared_models.users import RoleRead, UserCreate, UserRead, UserUpdate

UserReader = Annotated[Actor, require("users:read")]
UserWriter = Annotated[Actor, require("users:write")]
router = APIRouter(tags=["users"], route_class=WriteRoute)
lists(router, "/users", USERS, UserReader)


@router.post("/users", status_code=status.HTTP_201_CREATED)
async def create_user(actor: UserWriter, session: SessionDep, cmd: UserCreate) -> UserRead:
    return await service.create(session, actor, cmd)


@router.get("/users/{user_id}")
async def read_user(actor: UserReader, session: ReadSessionDep, user_id: UUID) -> UserRead:
    user = await repository.get(session, actor, user_id)
    return repository.to_read(user, await repository.site_ids_of(session, user.id))


@router.patch("/users/{user_id}")
async def update_user(actor: UserWriter, session: SessionDep, user_id: UUID, cmd: UserUpdate) -> UserRead:
    """Role, sites, and whether the account is active; `version` is the one that was read."""
    return await service.update(session, actor, user_id, cmd)


@router.get("/roles")
async def list_roles(_: UserReader) -> list[RoleRead]:
    return [RoleRead(role=role, permissions=sorted(ROLE_PERMISSIONS[role])) for role in Role]
