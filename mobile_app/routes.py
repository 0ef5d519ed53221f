"""Where each screen lives."""

import re

import flet as ft

from mobile_app.features.board.screens import BoardScreen
from mobile_app.features.calendar.screens import CalendarScreen
from mobile_app.features.checklists.screens import ChecklistFormScreen, ChecklistsScreen
from mobile_app.features.classes.screens import ClassesScreen, ClassScreen, ReadyClassesScreen
from mobile_app.features.equipment.screens import EquipmentFormScreen, EquipmentListScreen, MachineScreen
from mobile_app.features.handovers.screens import HandoverScreen, HandoversScreen
from mobile_app.features.inventory.order_page import OrderScreen
from mobile_app.features.inventory.orders import OrderListScreen
from mobile_app.features.inventory.picking import PickingScreen
from mobile_app.features.inventory.purchase_list import PurchaseListScreen
from mobile_app.features.inventory.screens import (
    CategoriesScreen,
    GoodsInScreen,
    LinkScreen,
    PartFormScreen,
    PartListScreen,
    PartScreen,
    StoreScreen,
    StoresScreen,
    SuppliersScreen,
)
from mobile_app.features.jobs.checklist import ChecklistScreen
from mobile_app.features.jobs.close import CloseScreen
from mobile_app.features.jobs.done import DoneScreen
from mobile_app.features.jobs.list import JobListScreen
from mobile_app.features.jobs.screens import JobScreen
from mobile_app.features.kpis.screens import KpiScreen, KpisScreen, WaitingScreen, WorstScreen, WorthScreen
from mobile_app.features.mails.screens import MailScreen, MailsScreen
from mobile_app.features.me.screens import MeScreen
from mobile_app.features.needs_you.screens import NeedsYouScreen
from mobile_app.features.notifications.defaults import DefaultsScreen
from mobile_app.features.notifications.screens import NotificationsScreen
from mobile_app.features.notifications.settings import SettingsScreen
from mobile_app.features.organisation.screens import OrganisationScreen
from mobile_app.features.people.screens import InviteScreen, PeopleScreen, PersonScreen
from mobile_app.features.plans.screens import PlanFormScreen, PlanListScreen, PlanScreen
from mobile_app.features.reports.screens import NewReportScreen, ReportsScreen, ScheduleScreen
from mobile_app.features.requests.screens import RequestsScreen
from mobile_app.features.scan.screens import LabelScreen, ScanScreen
from mobile_app.features.sites.screens import SiteHoursScreen, SiteScreen, SitesScreen
from mobile_app.features.stocktakes.screens import (
    StocktakeFormScreen,
    StocktakeListScreen,
    StocktakePlaceScreen,
    StocktakeReviewScreen,
    StocktakeScreen,
)
from mobile_app.features.today.screens import TodayScreen
from mobile_app.features.validation.screens import ValidationScreen
from mobile_app.features.webhooks.screens import WebhookScreen, WebhooksScreen

TASKS = re.compile(r"/scan|/e/[^/]+|/jobs/[^/]+/close")
TASKS_ON_A_PHONE = re.compile(
    r"/jobs/[^/]+(/checklist|/done)?|/requests/[^/]+|/validate/[^/]+|/equipment/(new|[^/]+/edit)|/(plans|parts|checklists|sites|classes|people|mails|webhooks|orders|stocktakes|stores|handovers|kpis|reports)/.+|/(stores|picking|purchase-list|orders|suppliers|part-categories|stocktakes|mails|webhooks|handovers)|/needs-you|/notifications/settings|/organisation/notifications"
)
"""Screens with one thing to do and a way back, which a phone gives the whole window."""


ORGANISATION = frozenset({"sites", "classes", "people", "mails", "webhooks"})
"""What is reached from the organisation's page, and marked as being there."""
OF_PARTS = frozenset({"stores", "suppliers", "part-categories", "orders", "purchase-list", "picking", "stocktakes"})
"""What is reached from the list of parts."""


def place_of(path: str) -> str:
    """The destination under which the screen at `path` lies."""
    first = path.strip("/").split("/")[0]
    return "organisation" if first in ORGANISATION else "parts" if first in OF_PARTS else first


def is_bare(path: str, *, on_phone: bool) -> bool:
    """Whether the screen stands alone, without the navigation."""
    return bool(TASKS.fullmatch(path) or (on_phone and TASKS_ON_A_PHONE.fullmatch(path)))


def screens() -> list[ft.Route]:
    return [
        ft.Route(path="today", component=TodayScreen),
        ft.Route(path="scan", component=ScanScreen),
        ft.Route(path="e/:code", component=LabelScreen),
        ft.Route(path="equipment", component=EquipmentListScreen),
        ft.Route(path="equipment/new", component=EquipmentFormScreen),
        ft.Route(path="equipment/:equipment_id", component=MachineScreen),
        ft.Route(path="equipment/:equipment_id/edit", component=EquipmentFormScreen),
        ft.Route(path="jobs", component=JobListScreen),
        ft.Route(path="jobs/:job_id", component=JobScreen),
        ft.Route(path="jobs/:job_id/close", component=CloseScreen),
        ft.Route(path="jobs/:job_id/done", component=DoneScreen),
        ft.Route(path="jobs/:job_id/checklist", component=ChecklistScreen),
        ft.Route(path="checklists", component=ChecklistsScreen),
        ft.Route(path="checklists/new", component=ChecklistFormScreen),
        ft.Route(path="checklists/:checklist_id", component=ChecklistFormScreen),
        ft.Route(path="board", component=BoardScreen),
        ft.Route(path="calendar", component=CalendarScreen),
        ft.Route(path="kpis", component=KpisScreen),
        ft.Route(path="kpis/worst", component=WorstScreen),
        ft.Route(path="kpis/waiting", component=WaitingScreen),
        ft.Route(path="kpis/plans", component=WorthScreen),
        ft.Route(path="kpis/:kpi", component=KpiScreen),
        ft.Route(path="validate", component=ValidationScreen),
        ft.Route(path="validate/:job_id", component=ValidationScreen),
        ft.Route(path="plans", component=PlanListScreen),
        ft.Route(path="plans/new", component=PlanFormScreen),
        ft.Route(path="plans/:plan_id", component=PlanScreen),
        ft.Route(path="plans/:plan_id/edit", component=PlanFormScreen),
        ft.Route(path="parts", component=PartListScreen),
        ft.Route(path="parts/new", component=PartFormScreen),
        ft.Route(path="parts/receive", component=GoodsInScreen),
        ft.Route(path="parts/link", component=LinkScreen),
        ft.Route(path="parts/:part_id", component=PartScreen),
        ft.Route(path="parts/:part_id/edit", component=PartFormScreen),
        ft.Route(path="stores", component=StoresScreen),
        ft.Route(path="stores/:place_id", component=StoreScreen),
        ft.Route(path="suppliers", component=SuppliersScreen),
        ft.Route(path="part-categories", component=CategoriesScreen),
        ft.Route(path="requests", component=RequestsScreen),
        ft.Route(path="requests/:request_id", component=RequestsScreen),
        ft.Route(path="picking", component=PickingScreen),
        ft.Route(path="purchase-list", component=PurchaseListScreen),
        ft.Route(path="orders", component=OrderListScreen),
        ft.Route(path="orders/:order_id", component=OrderScreen),
        ft.Route(path="stocktakes", component=StocktakeListScreen),
        ft.Route(path="stocktakes/new", component=StocktakeFormScreen),
        ft.Route(path="stocktakes/:stocktake_id", component=StocktakeScreen),
        ft.Route(path="stocktakes/:stocktake_id/review", component=StocktakeReviewScreen),
        ft.Route(path="stocktakes/:stocktake_id/places/:place_id", component=StocktakePlaceScreen),
        ft.Route(path="needs-you", component=NeedsYouScreen),
        ft.Route(path="notifications", component=NotificationsScreen),
        ft.Route(path="notifications/settings", component=SettingsScreen),
        ft.Route(path="organisation", component=OrganisationScreen),
        ft.Route(path="organisation/notifications", component=DefaultsScreen),
        ft.Route(path="classes", component=ClassesScreen),
        ft.Route(path="classes/ready", component=ReadyClassesScreen),
        ft.Route(path="classes/new", component=ClassScreen),
        ft.Route(path="classes/:class_id", component=ClassScreen),
        ft.Route(path="handovers", component=HandoversScreen),
        ft.Route(path="handovers/:handover_id", component=HandoverScreen),
        ft.Route(path="reports", component=ReportsScreen),
        ft.Route(path="reports/new", component=NewReportScreen),
        ft.Route(path="reports/schedules/new", component=ScheduleScreen),
        ft.Route(path="reports/schedules/:schedule_id", component=ScheduleScreen),
        ft.Route(path="sites", component=SitesScreen),
        ft.Route(path="sites/new", component=SiteScreen),
        ft.Route(path="sites/:site_id", component=SiteScreen),
        ft.Route(path="sites/:site_id/hours", component=SiteHoursScreen),
        ft.Route(path="people", component=PeopleScreen),
        ft.Route(path="people/invite", component=InviteScreen),
        ft.Route(path="people/:user_id", component=PersonScreen),
        ft.Route(path="mails", component=MailsScreen),
        ft.Route(path="mails/:mail_id", component=MailScreen),
        ft.Route(path="webhooks", component=WebhooksScreen),
        ft.Route(path="webhooks/new", component=WebhookScreen),
        ft.Route(path="webhooks/:webhook_id", component=WebhookScreen),
        ft.Route(path="me", component=MeScreen),
    ]
