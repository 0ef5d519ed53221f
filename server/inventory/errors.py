"""Why a command about parts is refused, where only the server knows; see `shared_models.inventory.refusals`."""

from server.core.errors import AlreadyExists, Invalid


class PartNumberTaken(AlreadyExists):
    code = "part_number_taken"


class InventoryNameTaken(AlreadyExists):
    """Of a category, a supplier or a place of the site."""

    code = "inventory_name_taken"


class PartRefersUnfit(Invalid):
    """A category, supplier, class, machine or part that does not exist, or is not in sight."""

    code = "part_refers_unfit"


class SiteNeeded(Invalid):
    """The part is kept on several sites, or on none of several: which one is meant?"""

    code = "site_needed"
