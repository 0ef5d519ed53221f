"""What can go wrong for a screen.

ClientError
├── Offline                 no answer: no network, or the server is out of reach
├── ServerTrouble           an answer that is not one of ours: 5xx, a proxy's page
├── ProblemError            refused, with the server's reason
├── SignInNeeded            nobody is signed in, or the session has ended
├── UnsentWork              signing out would leave work behind
└── StoreTrouble            the device's own storage refuses
"""

from dataclasses import dataclass

from shared_models.problems import Problem

STALE = "stale_version"
"""The code of a refusal: somebody else saved first."""


class ClientError(Exception):
    pass


class Offline(ClientError):
    pass


class ServerTrouble(ClientError):
    """`retry_after` is in seconds, when the server said so."""

    def __init__(self, status: int, retry_after: float | None = None) -> None:
        super().__init__(f"the server answered {status}")
        self.status = status
        self.retry_after = retry_after


class ProblemError(ClientError):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem

    @property
    def code(self) -> str:
        return self.problem.code

    @property
    def status(self) -> int:
        return self.problem.status


class SignInNeeded(ClientError):
    pass


class StoreTrouble(ClientError):
    """`kind` is `full`, `newer` (another tab runs a newer app), `blocked` or `broken`."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind


@dataclass(frozen=True)
class Unsent:
    """What is on this device only: commands on their way, commands refused, photos among them; forms begun."""

    waiting: int = 0
    needs_you: int = 0
    photos: int = 0
    drafts: int = 0

    @property
    def total(self) -> int:
        """Commands."""
        return self.waiting + self.needs_you


class UnsentWork(ClientError):
    def __init__(self, unsent: Unsent) -> None:
        super().__init__(f"{unsent.total} unsent, {unsent.drafts} drafts")
        self.unsent = unsent
