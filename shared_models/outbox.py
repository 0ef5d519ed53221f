"""What leaves the server on its own: by which channel, and what has become of it."""

from enum import StrEnum


class Channel(StrEnum):
    push = "push"
    email = "email"
    webhook = "webhook"


class ParcelState(StrEnum):
    """`waiting` until it has been carried or cannot be: `kept` is a mail that nobody is there to send, `withheld` what its reader
    may not or need not see any more, `gone` what has no address any more.
    """

    waiting = "waiting"
    sent = "sent"
    kept = "kept"
    withheld = "withheld"
    gone = "gone"
    expired = "expired"
    given_up = "given_up"
