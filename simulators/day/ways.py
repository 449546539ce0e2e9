"""How a day's warehouse works: on days on which things go wrong it is drawn from the seed.

What a site may choose meets what may go wrong: how work is parted, whether pickers have zones and
pass totes on, whether totes are bound by a scan, what becomes of an order that is not whole, which
parcels are weighed, and which flows (`flows`) there are besides; the hall has what they need
(`grounds`).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from edge.settings.picking import Picking, Strategy
from simulators.day.flows import Flow, drawn
from simulators.day.grounds import zones_of
from simulators.day.plan import Faults, Story
from simulators.hall import standard_hall

_STRATEGIES: tuple[Strategy, ...] = ("batch", "discrete", "pick-and-pass", "zone")
_SHARES = (0.4, 0.1, 0.25, 0.25)
_BOUND_SHARE = 0.3
_WAITING_SHARE = 0.2
_ZONED_SHARE = 0.5
_ALWAYS_SHARE = 0.4
"""Of those who weigh, so many weigh also what has a piece whose weight nobody has told."""


@dataclass(frozen=True, slots=True)
class Way:
    """What differs between two warehouses.

    Attributes:
        zoned: whether each picker has a zone of their own, as far as there is one for each.
        partial: what becomes of an order of which something is missing.
        weigh: which parcels are weighed.
        flows: what is done besides.
    """

    strategy: Strategy = "batch"
    bind_totes: bool = False
    zoned: bool = False
    partial: Literal["ship", "wait"] = "ship"
    weigh: Literal["off", "known", "always"] = "off"
    flows: frozenset[Flow] = frozenset()

    def picking(self, known: Picking) -> Picking:
        """The settings of this way; what it says nothing of stays."""
        return known.model_copy(
            update={
                "strategy": self.strategy,
                "bind_totes": self.bind_totes,
                "partial_orders": self.partial,
            }
        )

    def zone_of(self, place: int, zones: tuple[str, ...]) -> str:
        """The zone of the picker in this place of the list; empty for everywhere."""
        return zones[place % len(zones)] if self.zoned else ""


def way_of(story: Story) -> Way:
    """How the warehouse of a story works; without faults as the settings say by themselves."""
    if story.faults is Faults.NONE:
        flows = frozenset(story.flows or ())
        return Way(weigh="known" if Flow.WEIGHING in flows else "off", flows=flows)
    chance = np.random.default_rng([story.seed, 43])
    strategy = _STRATEGIES[int(chance.choice(len(_STRATEGIES), p=_SHARES))]
    bound, waiting, zoned, always = chance.random(4)
    flows = drawn(story.seed) if story.flows is None else frozenset(story.flows)
    weigh: Literal["known", "always"] = "always" if always < _ALWAYS_SHARE else "known"
    manned = story.pickers >= len(zones_of(standard_hall()))
    parted = strategy in {"pick-and-pass", "zone"}
    return Way(
        strategy,
        bool(bound < _BOUND_SHARE),
        parted and manned and bool(zoned < _ZONED_SHARE),
        "wait" if waiting < _WAITING_SHARE else "ship",
        weigh if Flow.WEIGHING in flows else "off",
        flows,
    )
