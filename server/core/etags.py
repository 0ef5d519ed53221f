"""Conditional requests (RFC 9110, section 13): one reading of `If-None-Match` for whatever carries an ETag."""

import re

from starlette.datastructures import Headers

_TAG = re.compile(r'(?:W/)?("[^"]*")')


def is_known(headers: Headers, etag: str) -> bool:
    """Whether the caller has this version: by a list, by weak tags (a proxy that compresses makes them), or by `*`."""
    asked = ", ".join(headers.getlist("if-none-match")).strip()
    return asked == "*" or etag.removeprefix("W/") in _TAG.findall(asked)
