"""Every refusal there is, as far as it has been imported."""

from server.core.errors import Refusal


def error_classes() -> list[type[Refusal]]:
    found: list[type[Refusal]] = []
    queue: list[type[Refusal]] = [Refusal]
    while queue:
        found.append(cls := queue.pop())
        queue.extend(cls.__subclasses__())
    return found
