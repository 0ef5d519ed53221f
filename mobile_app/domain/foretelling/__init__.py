"""What a command does on this device beyond its own row, a module a domain; each registers with `mobile_app.core.projection`."""

from mobile_app.domain.foretelling import buying, equipment, interventions, inventory, papers, plans, stocktakes

__all__ = ["buying", "equipment", "interventions", "inventory", "papers", "plans", "stocktakes"]
