"""What happens on a day, from its seed: orders with peaks, cancellations, returns, faults."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np

from simulators.catalogue import Catalogue
from simulators.central_orders import OrderMaker
from simulators.day.assortment import as_ordered, cases_of
from simulators.day.flows import Flow

_PEAKS = ((0.25, 0.10, 0.9), (0.7, 0.12, 0.7))
"""Middle and width as shares of the day, and height over the even flow of 1."""
CUT_OFF_EVERY_S = 1_800.0
"""Carriers come each half hour."""
NOTICE_S = 1_500.0
"""An order goes with the first carrier that comes so long after it came in, or later."""


class Faults(StrEnum):
    """How much goes wrong."""

    NONE = "none"
    LIGHT = "light"
    HEAVY = "heavy"


ORDERS_PER_HOUR = {Faults.NONE: 72.0, Faults.LIGHT: 72.0, Faults.HEAVY: 120.0}
"""The planned load of four pickers and two packers; on a heavy day it is a rush as well, so that
what goes wrong meets work in hand, and not people who wait for the next order."""


@dataclass(frozen=True, slots=True)
class Story:
    """One day, told completely: the same story plays the same.

    Attributes:
        orders: how many the central system sends.
        pickers: how many work.
        kept: numbers of the timetable's entries that happen; None for all of them.
        closing_s: so long after the last order everything must be done.
        slips: how many times as often as usual hands slip; what comes of one slip, and of a tag
            that is missed besides, is then seen in that many times fewer lines.
        flows: what is done besides in this warehouse; None for what the seed draws.
    """

    seed: int
    orders: int
    faults: Faults = Faults.NONE
    pickers: int = 4
    kept: tuple[int, ...] | None = None
    closing_s: float = 7_200.0
    slips: float = 1.0
    flows: tuple[Flow, ...] | None = None

    def command(self) -> str:
        """The one command that plays it again."""
        text = (
            f"warehouse-sim day --seed {self.seed} --orders {self.orders} "
            f"--faults {self.faults.value} --pickers {self.pickers}"
        )
        if self.slips != 1.0:
            text += f" --slips {self.slips:g}"
        if self.flows is not None:
            text += f" --flows {','.join(self.flows) or 'none'}"
        if self.kept is not None:
            text += f" --keep {','.join(map(str, self.kept)) or 'none'}"
        return text


@dataclass(frozen=True, slots=True)
class ComingOrder:
    """An order and when it comes.

    Attributes:
        at_s: seconds after opening.
        due_s: when its carrier leaves.
        cancelled_s: when the customer thinks otherwise; None for never.
        changed_s, changed: when the customer wants something else, and what; None for never.
        comes_back: whether goods of it are sent back.
    """

    at_s: float
    due_s: float
    body: dict[str, Any]
    cancelled_s: float | None = None
    comes_back: bool = False
    changed_s: float | None = None
    changed: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """How often what happens; by how much goes wrong."""

    cancelled: float = 0.0
    changed: float = 0.0
    full_totes: float = 0.0
    returned: float = 0.04
    slips: float = 0.003
    wrong_pieces: float = 0.003
    double_scans: float = 0.005
    coffee: float = 0.05
    missed_tags: float = 0.02
    strays_per_s: float = 0.002
    posts_twice: float = 0.0


SHARES = {
    Faults.NONE: Shares(),
    Faults.LIGHT: Shares(cancelled=0.02, changed=0.05, full_totes=0.005, posts_twice=0.01),
    Faults.HEAVY: Shares(
        cancelled=0.08,
        changed=0.15,
        full_totes=0.02,
        returned=0.1,
        slips=0.02,
        wrong_pieces=0.02,
        double_scans=0.03,
        missed_tags=0.05,
        strays_per_s=0.01,
        posts_twice=0.05,
    ),
}
"""Without faults people and radio are as they are: 0.3 % slips, 2 % of tags missed."""


def shares_of(story: Story) -> Shares:
    """How often what happens in a story."""
    usual = SHARES[story.faults]
    return replace(
        usual,
        slips=usual.slips * story.slips,
        wrong_pieces=usual.wrong_pieces * story.slips,
        double_scans=usual.double_scans * story.slips,
    )


@dataclass(slots=True)
class OrderBook:
    """All orders of a day."""

    orders: list[ComingOrder] = field(default_factory=list)

    @property
    def last_s(self) -> float:
        """When the last one comes."""
        return self.orders[-1].at_s if self.orders else 0.0


def order_book(
    story: Story, catalogue: Catalogue, flows: frozenset[Flow] = frozenset()
) -> OrderBook:
    """The orders of a story; a smaller number is a beginning of a larger one's, rescaled."""
    chance = np.random.default_rng([story.seed, 20])
    shares = shares_of(story)
    maker = OrderMaker(catalogue, f"D{story.seed}")
    times = _arrivals(story, np.random.default_rng([story.seed, 21]))
    changes = np.random.default_rng([story.seed, 22])
    words = np.random.default_rng([story.seed, 23])
    cases = cases_of(catalogue)

    def told(order: dict[str, Any]) -> dict[str, Any]:
        lines = [as_ordered(one, flows, cases, float(words.random())) for one in order["lines"]]
        return order | {"lines": lines}

    found = OrderBook()
    for number, at_s in enumerate(times, 1):
        due_s = (np.ceil((at_s + NOTICE_S) / CUT_OFF_EVERY_S)) * CUT_OFF_EVERY_S
        body = maker.make(number, "")
        cancelled, returned, wait_s = chance.random(3)
        changed, change_s = changes.random(2)
        if body is None:
            break
        changes_s = float(at_s + 300.0 * change_s) if changed < shares.changed else None
        found.orders.append(
            ComingOrder(
                float(at_s),
                float(due_s),
                told(body),
                float(at_s + 300.0 * wait_s) if cancelled < shares.cancelled else None,
                bool(returned < shares.returned),
                changes_s,
                told(maker.changed(body, changes)) if changes_s is not None else None,
            )
        )
    return found


def _arrivals(story: Story, chance: np.random.Generator) -> list[float]:
    """When orders come: an even flow with two peaks."""
    length_s = story.orders / ORDERS_PER_HOUR[story.faults] * 3600.0
    grid = np.linspace(0.0, 1.0, 201)
    rate = np.ones_like(grid)
    for middle, width, height in _PEAKS:
        rate += height * np.exp(-0.5 * ((grid - middle) / width) ** 2)
    share = np.cumsum(rate) / rate.sum()
    drawn = np.sort(chance.random(story.orders))
    return [float(at) for at in np.interp(drawn, share, grid) * length_s]
