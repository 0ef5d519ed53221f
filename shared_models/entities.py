"""Every entity that devices hold, by its name."""

from typing import TYPE_CHECKING, Literal

# Each brings its entities.
import shared_models.buying.rows
import shared_models.checklists.rows
import shared_models.equipment.life
import shared_models.equipment.rows
import shared_models.handovers.rows
import shared_models.interventions.rows
import shared_models.inventory.reservations
import shared_models.inventory.rows
import shared_models.meters.rows
import shared_models.notices.rows
import shared_models.plans.rows
import shared_models.requests.rows
import shared_models.sites
import shared_models.stocktakes.rows
import shared_models.users  # noqa: F401
from shared_models.base import EntityRow

ENTITIES = EntityRow.known
if TYPE_CHECKING:
    Entity = str
else:
    Entity = Literal[tuple(sorted(ENTITIES))]
