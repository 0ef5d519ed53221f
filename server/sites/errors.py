"""What can be wrong with a command about sites."""

from server.core.errors import StillInUse


class SiteInUse(StillInUse):
    """`machines` counts the archived ones too."""

    code = "site_in_use"
