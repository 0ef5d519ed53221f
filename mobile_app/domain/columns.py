"""Columns that several tables share."""

from typing import Any

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import has_several_sites
from mobile_app.ui.table import Column


def site_column(client: Client) -> list[Column]:
    """The site of what has one; none for who sees one only."""
    if not has_several_sites(client):
        return []
    names = {site.id: site.name for site in client.sites.rows.values()}

    def of(row: Any) -> str:
        return names.get(row.site_id, "")

    return [Column("site", t("equipment_list.site"), of, sort=of, flex=4)]
