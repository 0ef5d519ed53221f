"""The lists of sites and of their production lines."""

from server.core.lists import List, Of, on_sites
from shared_models.paging import PageQuery
from shared_models.sites import LineRead, SiteRead

SITES = List(
    "sites", SiteRead, "sites s", scope=on_sites("s.id"), query=PageQuery,
    sorts={"name": "s.name", "location": "s.location", "created_at": "s.created_at"}, order="name",
    exported=("name", "location", "description", "time_zone", "public_requests", "created_at"), clock="s.clock",
)  # fmt: skip
LINES = List(
    "lines", LineRead, "production_lines l", of=Of("sites s", "site_id", site="id"), query=PageQuery,
    sorts={"name": "l.name", "created_at": "l.created_at"}, order="name", exported=("name", "description", "created_at"),
)  # fmt: skip
