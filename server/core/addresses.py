"""How an address is written in logs: words of our own, ids and numbers as they are, and everything else as `…`.

Some addresses hold a secret (a subscribed calendar's is its key), and so does whatever somebody makes of one: another
suffix, another case, half of it, a doubled slash. What is not known to be harmless is not kept.
"""

import re
from collections.abc import Iterable

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

SHOWN_PATH = "etabli.shown_path"
"""Where the scope says that an address is known to be harmless: a file of the app's."""
_HARMLESS = re.compile(r"|[0-9]{1,6}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Addresses:
    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        paths = [context.path or "" for context in iter_route_contexts(list(routes))]
        self._words = {word for path in paths for word in path.split("/") if "{" not in word}

    def shown(self, path: str) -> str:
        return "/".join(part if part in self._words or _HARMLESS.fullmatch(part) else "…" for part in path.split("/"))
