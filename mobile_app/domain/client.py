"""The client of a plant: its tables by names that read well, and what only a plant knows."""

from typing import Any, ClassVar, Generic, TypeVar

from mobile_app.core import client as core
from mobile_app.core import projection, tables
from mobile_app.core.tables import Table
from shared_models.base import EntityRow
from shared_models.buying.rows import PurchaseOrderRow
from shared_models.checklists.rows import ChecklistRow
from shared_models.equipment.rows import EquipmentClassRow, EquipmentRow
from shared_models.handovers import rows as handovers
from shared_models.handovers.rows import HandoverRow
from shared_models.interventions.rows import InterventionRow
from shared_models.interventions.sheet import is_on_device
from shared_models.inventory.reservations import ReservationRow
from shared_models.inventory.rows import JobPartRow, PartCategoryRow, PartRow, PlaceRow, StockRow, SupplierRow
from shared_models.meters.rows import MeterRow
from shared_models.notices.rows import NoticeRow
from shared_models.plans.rows import MaintenanceTypeRow, PlanRow, TeamRow
from shared_models.requests.rows import WorkRequestRow
from shared_models.sites import LineRow, SiteRow
from shared_models.stocktakes.rows import StocktakeLineRow, StocktakeRow
from shared_models.users import UserCard

R = TypeVar("R", bound=EntityRow)
projection.TEACHERS.append("mobile_app.domain.foretelling")


class _Of(Generic[R]):
    """A table of `Tables` by a name that reads well."""

    def __init__(self, model: type[R]) -> None:
        self._model = model

    def __get__(self, tables: "Tables", _: object = None) -> Table[R]:
        return tables[self._model]


class Tables(tables.Tables):
    BEHIND = frozenset(row.entity for row in (PlanRow, MeterRow, PartRow, StockRow, JobPartRow, PurchaseOrderRow, StocktakeLineRow))
    sites = _Of(SiteRow)
    lines = _Of(LineRow)
    classes = _Of(EquipmentClassRow)
    users = _Of(UserCard)
    equipment = _Of(EquipmentRow)
    interventions = _Of(InterventionRow)
    requests = _Of(WorkRequestRow)
    types = _Of(MaintenanceTypeRow)
    teams = _Of(TeamRow)
    checklists = _Of(ChecklistRow)
    meters = _Of(MeterRow)
    plans = _Of(PlanRow)
    parts = _Of(PartRow)
    stocks = _Of(StockRow)
    places = _Of(PlaceRow)
    suppliers = _Of(SupplierRow)
    categories = _Of(PartCategoryRow)
    job_parts = _Of(JobPartRow)
    orders = _Of(PurchaseOrderRow)
    stocktakes = _Of(StocktakeRow)
    handovers = _Of(HandoverRow)
    stocktake_lines = _Of(StocktakeLineRow)
    reservations = _Of(ReservationRow)
    notices = _Of(NoticeRow)


class Client(core.Client):
    """`client.equipment` is `client.tables.equipment`, for the tables that most screens read."""

    TABLES = Tables
    STAYS: ClassVar = {
        InterventionRow: (is_on_device, ("status", "is_validated", "needs_validation", "actual_end")),
        HandoverRow: (handovers.is_on_device, ("ends_at",)),
    }
    tables: Tables

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        held = self.tables
        self.sites, self.lines, self.classes, self.users = held.sites, held.lines, held.classes, held.users
        self.equipment, self.interventions, self.requests = held.equipment, held.interventions, held.requests
