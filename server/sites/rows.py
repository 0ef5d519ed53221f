"""What devices hold of a site and of its lines."""

from server.core.held import hold
from server.sites.models import ProductionLine, Site
from shared_models.sites import LineRow, SiteRow

SITE = hold(SiteRow, Site)
LINE = hold(LineRow, ProductionLine)
