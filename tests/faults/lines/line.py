"""A line of the table of guarantees: a fault, how often it is made, what was counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

IN_MEMORY = "/dev/shm"  # noqa: S108 - files in a folder of our own below it
"""Where a line keeps its files whose fault is not the disk's own: the kernel, or a tracer in its
place, answers each call, and a killed process's writes are in the file all the same."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a line is given to work with.

    Attributes:
        folder: for scratch files.
        tries: how often the fault is to be made.
        seed: settles the instants.
        number, of: which part of a line this is, from 0, where it is made in several processes.
    """

    folder: Path
    tries: int
    seed: int
    number: int = 0
    of: int = 1


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
        fault: what is done.
        promise: what must hold.
        tries: how often in a full run.
        make: makes the fault so often.
        folder: below which its scratch files lie; None for the system's own place.
    """

    name: str
    fault: str
    promise: str
    tries: int
    make: Callable[[Bench], Found]
    folder: str | None = None
