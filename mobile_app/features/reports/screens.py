"""Reports: those asked for and kept, and how to ask for one."""

from mobile_app.features.reports.asking import NewReportScreen
from mobile_app.features.reports.list import ReportsScreen
from mobile_app.features.reports.schedules import ScheduleScreen

__all__ = ["NewReportScreen", "ReportsScreen", "ScheduleScreen"]
