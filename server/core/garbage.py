"""How often a process looks for what nobody holds any more."""

import gc

_NEW: int = 10_000
"""Objects made before the first look, for 700 by default: a tenth of what telling many costs was looking in vain, a fifth of a start."""


def seldom() -> None:
    gc.set_threshold(_NEW, *gc.get_threshold()[1:])


def settle() -> None:
    """What is here stays: to look through it again and again costs every answer."""
    gc.collect()
    gc.freeze()
