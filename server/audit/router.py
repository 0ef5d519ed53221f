from typing import Annotated

from fastapi import APIRouter

from server.audit.listing import AUDIT
from server.core.access import Actor, require
from server.core.list_routes import lists
from server.core.writes import WriteRoute

AuditReader = Annotated[Actor, require("audit:read")]
router = APIRouter(tags=["audit"], route_class=WriteRoute)
lists(router, "/audit", AUDIT, AuditReader)
