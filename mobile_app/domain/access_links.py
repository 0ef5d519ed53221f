"""A link to hand over, shown this once: a picture for the colleague's camera, or its text to send."""

import base64

import flet as ft

from mobile_app.core.i18n import format_date, t
from mobile_app.ui.buttons import PrimaryButton, SecondaryButton
from mobile_app.ui.cards import NoticeCard, Wash
from mobile_app.ui.feedback import toast
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body
from mobile_app.ui.theme import Radius, Tone
from shared_models.auth.invitations import AccessLink, Mailed

SIDE = 240


def mail_note(link: AccessLink, address: str) -> list[ft.Control]:
    """Whether the link is on its way by mail too."""
    if link.mailed is Mailed.leaves:
        return [
            NoticeCard(t("people.mail_leaves", address=address), t("people.mail_leaves_body"), tone=Tone.ok, icon=ft.Icons.SEND_ROUNDED)
        ]
    if link.mailed is Mailed.kept:
        return [NoticeCard(t("people.mail_kept"), t("people.mail_kept_body"), icon=ft.Icons.OUTBOX_ROUNDED)]
    return []


def LinkToShow(link: AccessLink, intro: str, subject: str) -> ft.Control:
    qr = ft.Image(base64.b64decode(link.qr), width=SIDE, height=SIDE, filter_quality=ft.FilterQuality.NONE, exclude_from_semantics=True)
    framed = ft.Container(qr, bgcolor=ft.Colors.WHITE, border_radius=Radius.card, padding=8)
    picture = ft.Semantics(content=framed, label=t("people.link_qr"), image=True)
    copy = SecondaryButton(
        t("people.link_copy"), lambda: toast(t("people.link_copied")), icon=ft.Icons.CONTENT_COPY_ROUNDED,
        action=ft.CopyToClipboard(link.url), expand=True,
    )  # fmt: skip
    share = PrimaryButton(
        t("people.link_share"), lambda: None, icon=ft.Icons.SHARE_ROUNDED, action=ft.ShareText(link.url, subject=subject), expand=True
    )
    note = t("people.link_once_body", day=format_date(link.expires_at))
    return Stack(
        Body(intro),
        ft.Row([picture], alignment=ft.MainAxisAlignment.CENTER),
        Wash(ft.Text(link.url, size=13)),
        ft.Row([copy, share], spacing=10),
        NoticeCard(t("people.link_once"), note, tone=Tone.warning, icon=ft.Icons.KEY_ROUNDED),
    )
