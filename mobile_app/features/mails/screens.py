"""Mails, as whoever keeps the settings sees them."""

from mobile_app.features.mails.list import MailsScreen
from mobile_app.features.mails.mail import MailScreen

__all__ = ["MailScreen", "MailsScreen"]
