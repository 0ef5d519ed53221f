"""How a mail's state and kind are said, and how mails leave."""

from typing import Final
from urllib.parse import urlsplit

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.domain.lookup import dotted
from mobile_app.ui.cards import NoticeCard, Trailing
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.theme import Tone
from shared_models.mails import MailListItem, MailTemplate, MailWay
from shared_models.outbox import ParcelState

TONES: Final = {
    ParcelState.waiting: Tone.info,
    ParcelState.sent: Tone.ok,
    ParcelState.kept: Tone.warning,
    ParcelState.withheld: Tone.off,
    ParcelState.gone: Tone.off,
    ParcelState.expired: Tone.off,
    ParcelState.given_up: Tone.bad,
}
ICONS: Final = {
    MailTemplate.invitation: ft.Icons.PERSON_ADD_ALT_1_ROUNDED,
    MailTemplate.password: ft.Icons.KEY_ROUNDED,
    MailTemplate.new_sign_in: ft.Icons.DEVICES_ROUNDED,
    MailTemplate.password_changed: ft.Icons.LOCK_RESET_ROUNDED,
    MailTemplate.notice: ft.Icons.NOTIFICATIONS_NONE_ROUNDED,
    MailTemplate.digest: ft.Icons.SUMMARIZE_OUTLINED,
}
THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def state_word(state: ParcelState) -> str:
    return t(f"mails.state.{state}")


def chip(state: ParcelState) -> ft.Control:
    return StatusChip(state_word(state), TONES[state])


def trailing(state: ParcelState) -> Trailing:
    return Trailing(state_word(state), TONES[state])


def kind(template: MailTemplate) -> str:
    return t(f"mails.template.{template}")


def subject(mail: MailListItem) -> str:
    return mail.title or kind(mail.template)


def reader(mail: MailListItem) -> str:
    return dotted(mail.person, mail.target)


def way_notes(way: MailWay) -> list[ft.Control]:
    """Whether mails reach anybody, and what to do where they do not."""
    notes: list[ft.Control] = []
    if way.untold:
        notes.append(NoticeCard(n("mails.untold", way.untold), t("mails.untold_body"), tone=Tone.bad))
    if way.sends:
        notes.append(NoticeCard(t("mails.sends", server=way.server), t("mails.sends_body", sender=way.sender), tone=Tone.info))
    else:
        notes.append(NoticeCard(t("mails.stay"), t("mails.stay_body"), icon=ft.Icons.OUTBOX_ROUNDED))
    if urlsplit(way.address).hostname in THIS_MACHINE:
        notes.append(NoticeCard(t("mails.links_here"), t("mails.links_here_body", address=way.address), icon=ft.Icons.LINK_OFF_ROUNDED))
    return notes
