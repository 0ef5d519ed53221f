"""Why a pushed command is refused before any service sees it."""

from server.core.errors import Conflict, Invalid


class UnknownCommand(Invalid):
    """A type this server does not know: the app may be newer."""

    code = "unknown_command"


class CommandIdTaken(Conflict):
    """Somebody else has sent a command with this id."""

    code = "command_id_taken"
