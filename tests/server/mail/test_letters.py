"""Every kind of mail in both languages, read back from the bytes that a reader gets."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest

from server.core.settings import Settings
from server.mail.carrier import message_for
from server.mail.letters import Sender
from server.outbox.carrying import Parcel
from shared_models.mails import MailTemplate
from shared_models.outbox import Channel
from tests.conftest import SECRET

SETTINGS = Settings(_env_file=None, secret_key=SECRET, base_url="https://gmao.example.org")
KIM = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
UNTIL, AT = "2026-12-04T10:00:00+00:00", "2026-11-27T10:00:00+00:00"
NOTICE = {
    "title": "Overdue: Press <4> & Co", "message": "Lubrication, due on 24 November", "because": "The job is yours.", "path": "/jobs/17",
    "kind": "maintenance_overdue", "thread": "intervention:17", "priority": "urgent",
}  # fmt: skip
CONTENTS: dict[MailTemplate, dict[str, Any]] = {
    MailTemplate.invitation: {
        "facts": {"by": "Ada Martin", "role": "technician", "sites": ["Lyon", "Roissy"], "until": UNTIL, "zone": "Europe/Paris"},
        "link": {"path": "/join", "nonce": "n1"},
    },
    MailTemplate.password: {"facts": {"name": "Kim", "username": "kim", "until": UNTIL}, "link": {"path": "/new-password", "nonce": "n2"}},
    MailTemplate.new_sign_in: {"facts": {"name": "Kim", "device": "Pixel 9", "address": "10.0.0.7", "at": AT}},
    MailTemplate.password_changed: {"facts": {"name": "Kim", "username": "kim", "address": "10.0.0.7", "at": AT}},
    MailTemplate.notice: {"facts": NOTICE},
    MailTemplate.digest: {"facts": {"notices": [NOTICE, {**NOTICE, "title": "Low stock", "path": "/parts/2"}], "kind": "digest"}},
}
LEADS_TO = {
    MailTemplate.invitation: "/join?token=", MailTemplate.password: "/new-password?token=", MailTemplate.new_sign_in: "/me",
    MailTemplate.password_changed: "/forgot-password", MailTemplate.notice: "/jobs/17", MailTemplate.digest: "/parts/2",
}  # fmt: skip


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links |= {value or "" for name, value in attrs if name == "href"}
        assert tag not in {"img", "script", "form", "iframe"}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def mail(template: MailTemplate, lang: str = "en", **facts: Any) -> EmailMessage:
    content = {**CONTENTS[template], "template": template, "lang": lang}
    content["facts"] = {**content["facts"], **facts}
    at = datetime(2026, 11, 27, 10, tzinfo=UTC)
    parcel = Parcel(UUID(int=7), Channel.email, "k", "kim@example.org", KIM, None, content, 1, at, at)
    read = message_from_bytes(message_for(parcel, Sender.of(SETTINGS), SETTINGS.mail_sender), policy=default)
    assert isinstance(read, EmailMessage)
    assert not read.defects
    return read


def parts(read: EmailMessage) -> tuple[str, Page]:
    plain, html = read.get_body(("plain",)), read.get_body(("html",))
    assert plain
    assert html
    return plain.get_content(), Page(html.get_content())


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("template", MailTemplate)
def test_both_forms_say_the_same_and_lead_to_the_same(template, lang):
    read = mail(template, lang)
    text, page = parts(read)
    assert (read["From"], read["To"]) == ("Établi <etabli@gmao.example.org>", "kim@example.org")
    assert read["Message-ID"] == f"<{UUID(int=7)}@gmao.example.org>"
    assert (read["Auto-Submitted"], read["Content-Language"]) == ("auto-generated", lang)
    assert read["Date"].datetime == datetime(2026, 11, 27, 10, tzinfo=UTC)
    shown = "".join(page.texts)
    assert "mail." not in text + shown.replace("gmao.", "")
    assert "{" not in text + shown.partition("</style>")[2] + read["Subject"]
    own = {link for link in page.links if "/mail/stop/" not in link}
    assert all(link.startswith("https://gmao.example.org/") and link in text for link in own)
    assert any(link.startswith(f"https://gmao.example.org{LEADS_TO[template]}") for link in own)
    lines = [line for line in text.split("\n-- \n")[0].splitlines() if line and "http" not in line]
    assert all(line.strip(" -").removesuffix(":").strip() in shown or ":" in line for line in lines), (lines, shown)


def test_what_somebody_wrote_is_text_and_begins_no_header():
    evil = "Kim\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script> \u202eé" + "e\u0301" * 120 + " 👩‍🔧"
    for template in MailTemplate:
        read = mail(template, by=evil, device=evil, title=evil, name=evil, message=evil)
        assert read["Bcc"] is None
        assert len(read["Subject"]) <= 200
        assert "<script" not in read.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "👩‍🔧" in mail(MailTemplate.new_sign_in, device="👩‍🔧 " + "Très long é " * 30)["Subject"]


def test_what_is_about_one_thing_hangs_together_and_can_be_stopped_with_one_click():
    first, other = mail(MailTemplate.notice), mail(MailTemplate.notice, thread="intervention:18")
    assert first["References"] == first["In-Reply-To"] == mail(MailTemplate.notice, title="Returned")["References"] != other["References"]
    assert first["Importance"] == "high"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = first["List-Unsubscribe"].strip("<>")
    assert url.startswith(f"https://gmao.example.org/mail/stop/{KIM.hex}.maintenance_overdue.")
    assert url in parts(first)[0]
    assert mail(MailTemplate.invitation)["List-Unsubscribe"] is None
