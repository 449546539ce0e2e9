"""What a count of few among many says of the true share: the interval of Clopper and Pearson."""

from math import exp, lgamma, log, log1p

_STEPS = 60


def share_between(hits: int, tries: int, sure: float = 0.95) -> tuple[float, float]:
    """Between which shares the true one lies.

    Args:
        hits: how often it was seen, few.
        tries: of how many, 1 or more.
        sure: how probable it is that the true share lies there, at least.
    """
    beyond = (1.0 - sure) / 2
    low = 0.0 if hits == 0 else _share_at(hits - 1, tries, 1.0 - beyond)
    high = 1.0 if hits == tries else _share_at(hits, tries, beyond)
    return low, high


def _share_at(most: int, tries: int, chance: float) -> float:
    """The share at which so many or fewer are seen with this chance."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _at_most(most, tries, middle) > chance:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _at_most(most: int, tries: int, share: float) -> float:
    """The chance of so many or fewer where each is one with this share, 0 < share < 1."""
    ways = lgamma(tries + 1)
    return sum(
        exp(
            ways
            - lgamma(hits + 1)
            - lgamma(tries - hits + 1)
            + hits * log(share)
            + (tries - hits) * log1p(-share)
        )
        for hits in range(most + 1)
    )
