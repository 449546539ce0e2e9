"""What some warehouses do and others do not: drawn for each day with faults, or named.

Each flow has a share of the days, so that a day has a few of them and any two of them meet.
"""

from enum import StrEnum

import numpy as np


class Flow(StrEnum):
    """Something that a warehouse may do besides picking, packing and sending off."""

    WALL = "wall"
    DOORS = "doors"
    PALLETS = "pallets"
    RESERVE = "reserve"
    CASES = "cases"
    SUBSTITUTES = "substitutes"
    SHORT_LEASE = "short-lease"
    HOLDS = "holds"
    SWEEPS = "sweeps"
    HAND_OVER = "hand-over"
    CHECK_DIGITS = "check-digits"
    TAG_WORK = "tag-work"
    UHF = "uhf"
    WEIGHING = "weighing"
    GATE = "gate"
    LABELS = "labels"
    LABEL_TAGS = "label-tags"
    LIGHT_BARRIERS = "light-barriers"
    NUMBER_LIST = "number-list"


SHARES: dict[Flow, float] = {
    Flow.WALL: 0.4,
    Flow.DOORS: 0.4,
    Flow.PALLETS: 0.3,
    Flow.RESERVE: 0.3,
    Flow.CASES: 0.3,
    Flow.SUBSTITUTES: 0.3,
    Flow.SHORT_LEASE: 0.3,
    Flow.HOLDS: 0.25,
    Flow.SWEEPS: 0.25,
    Flow.HAND_OVER: 0.25,
    Flow.CHECK_DIGITS: 0.2,
    Flow.TAG_WORK: 0.25,
    Flow.UHF: 0.25,
    Flow.WEIGHING: 0.3,
    Flow.GATE: 0.2,
    Flow.LABELS: 0.15,
    Flow.LABEL_TAGS: 0.3,
    Flow.LIGHT_BARRIERS: 0.5,
    Flow.NUMBER_LIST: 0.15,
}
"""Of the days on which things go wrong so many have each of them."""


def drawn(seed: int) -> frozenset[Flow]:
    """The flows of a day with faults."""
    chance = np.random.default_rng([seed, 44])
    return frozenset(flow for flow, share in SHARES.items() if float(chance.random()) < share)
