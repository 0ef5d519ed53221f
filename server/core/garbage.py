"""How often a process that has started looks for what nobody holds any more."""

import gc

_NEW: int = 10_000
"""Objects that are made before the first look, for 700 by default: a tenth of what telling many costs was looking in vain."""


def settle() -> None:
    """What is here stays: to look through it again and again costs every answer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW, *gc.get_threshold()[1:])
