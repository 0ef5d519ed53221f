"""Webhooks, as whoever keeps the settings sees them."""

from mobile_app.features.webhooks.list import WebhooksScreen
from mobile_app.features.webhooks.one import WebhookScreen

__all__ = ["WebhookScreen", "WebhooksScreen"]
