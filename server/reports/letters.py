"""A report as a mail brings it: with the document, unless it is too large for mail servers."""

from collections.abc import Mapping
from typing import Any

from server.core.i18n import translator
from server.core.settings import MEBIBYTE
from server.notifications.subjects import in_a_mail

LARGEST = 8 * MEBIBYTE
"""A third more once it is written as mails are; many servers take 10 MB."""


@in_a_mail("report")
def lines(report: Mapping[str, Any], lang: str) -> list[dict[str, Any]]:
    words = translator(lang)
    pages = words.n("report.mail.pages", report["pages"] or 0)
    plain = {"head": "", "title": report["title"], "path": report["path"]}
    if (report["size_bytes"] or 0) > LARGEST:
        return [{**plain, "message": words.t("report.mail.linked", pages=pages)}]
    file = {"name": report["file_name"], "mime": "application/pdf", "sha256": report["sha256"]}
    return [{**plain, "message": words.t("report.mail.attached", pages=pages), "file": file}]
