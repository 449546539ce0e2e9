"""Confirming: a word for what cannot be undone holds for a minute from when it was given.

It is judged here and not where it is posted, for what was done already is answered out of the
journal first: a repetition that comes after the minute is told what became of it.
"""

HOLDS_S = 60


def holds(given_us: int, at_us: int) -> bool:
    """Whether a word that was given then still holds."""
    return 0 <= at_us - given_us <= HOLDS_S * 1_000_000
