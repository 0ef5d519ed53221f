"""Why a pushed command is refused before any service sees it."""

from server.core.errors import Conflict, Invalid


class UnknownCommand(Invalid):
    """A type this server does not know: the app may be newer."""

    code = "unknown_command"


class AnswerGone(Conflict):
    """The work was done; what was answered was too large to keep, or sealed with another secret."""

    code = "idempotency_answer_gone"
