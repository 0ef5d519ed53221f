"""The time elsewhere. The browser knows every zone; the app carries no table of them."""

import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from mobile_app.core.bridge import BridgeError, bridge


async def zone_here() -> str:
    """The browser's; empty where it does not say."""
    try:
        zone: str = (await bridge.request("locale")).get("time_zone") or ""
    except (BridgeError, TimeoutError):
        return ""
    return zone


def time_in(zone: str, at: datetime) -> str:
    """`14:05`; empty for a zone that is not known here."""
    if sys.platform == "emscripten":
        return _in_browser(zone, at)
    try:
        return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"
    except (KeyError, ValueError):
        return ""


def _in_browser(zone: str, at: datetime) -> str:
    import js
    from pyodide.ffi import JsException, to_js

    shape = to_js({"timeZone": zone, "hour": "2-digit", "minute": "2-digit", "hourCycle": "h23"}, dict_converter=js.Object.fromEntries)
    try:
        return str(js.Intl.DateTimeFormat.new("en-GB", shape).format(js.Date.new(at.timestamp() * 1000)))
    except JsException:  # a RangeError
        return ""
