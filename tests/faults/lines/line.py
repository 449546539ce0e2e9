"""A line of the table of guarantees: a fault, how often it is made, what was counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Bench:
    """What a line is given to work with.

    Attributes:
        folder: for scratch files, on a real disk.
        tries: how often the fault is to be made.
        seed: settles the instants.
    """

    folder: Path
    tries: int
    seed: int


@dataclass(frozen=True, slots=True)
class Found:
    """What was counted.

    Attributes:
        tries: how often the fault was made.
        amiss: what must be 0.
        figures: what else is worth telling, with units in the names.
        bounds: figures that have a bound: the figure and the most it may be.
    """

    tries: int
    amiss: Mapping[str, int]
    figures: Mapping[str, float]
    bounds: Mapping[str, tuple[float, float]]

    @property
    def good(self) -> bool:
        """Whether the promise held, and there was something to hold it to."""
        return (
            self.tries > 0
            and not any(self.amiss.values())
            and all(figure <= most for figure, most in self.bounds.values())
        )

    @property
    def text(self) -> str:
        """All of it on one line."""
        bounds = {
            f"{name} (≤ {most:,.0f})": figure for name, (figure, most) in self.bounds.items()
        }
        parts = [
            f"{name.replace('_', ' ')} {_number(value)}"
            for name, value in [*self.amiss.items(), *self.figures.items(), *bounds.items()]
        ]
        return ", ".join(parts)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        name: what it is called on the command line.
        lane: lines of one lane are made one after another; two lanes go beside each other.
        fault: what is done.
        promise: what must hold.
        tries: how often in a full run.
        make: makes the fault so often.
    """

    name: str
    lane: int
    fault: str
    promise: str
    tries: int
    make: Callable[[Bench], Found]
