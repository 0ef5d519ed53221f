"""What devices hold of a notice: its reader's alone."""

from server.core.held import hold
from server.core.queries import expression
from server.core.sql import json_row
from server.notifications.models import Notice
from shared_models.notices.rows import NoticeRow


def notice_json(alias: str) -> str:
    names = {"kind": "type", "about": "related_entity_type", "about_id": "related_entity_id"}
    row = json_row(NoticeRow, alias, **{name: f"{alias}.{column}" for name, column in names.items()})
    return expression("(case when {}.gone_at is null then {} end)", alias, row)


NOTICE = hold(NoticeRow, Notice, notice_json, fresh=("t.gone_at is null",))
