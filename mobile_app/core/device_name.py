"""What a person would call this device, from the browser's user agent: `Chrome · Android`."""

import re
import sys

_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari/", "Safari"),
)


def device_name(user_agent: str | None = None) -> str:
    """The first browser and the first system whose mark the user agent has; empty outside a browser."""
    agent = user_agent if user_agent is not None else _user_agent()
    words = (next((name for mark, name in marks if re.search(mark, agent)), "") for marks in (_BROWSERS, _SYSTEMS))
    return " · ".join(word for word in words if word)


def _user_agent() -> str:
    if sys.platform != "emscripten":
        return ""
    import js

    return str(js.navigator.userAgent)
