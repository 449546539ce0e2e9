"""What can go wrong with a UHF module, by name; it strikes seconds after the first order."""

from dataclasses import dataclass
from enum import StrEnum

from simulators.faults import name_and_time


class UhfFault(StrEnum):
    """The catalogue."""

    GARBAGE = "garbage"
    SILENT = "silent"
    CUT_FRAME = "cut-frame"
    WRONG_SUM = "wrong-sum"
    UNPLUG = "unplug"
    NO_TAGS = "no-tags"
    RESET = "reset"
    FIXED_REGION = "fixed-region"


SENTENCES = {
    UhfFault.GARBAGE: "sends noise between frames from then on",
    UhfFault.SILENT: "never says another word until it is plugged in again",
    UhfFault.CUT_FRAME: "breaks off in the middle of a frame, once",
    UhfFault.WRONG_SUM: "sends one frame in ten with a wrong sum from then on",
    UhfFault.UNPLUG: "is pulled and plugged in again one second later, as another terminal",
    UhfFault.NO_TAGS: "hears no tag from then on and says so in every round",
    UhfFault.RESET: "loses its power for a moment: factory settings, no inventory",
    UhfFault.FIXED_REGION: "takes any region and keeps that of China, 920 MHz",
}
_AT_S = 1.0
_AT_ONCE = {UhfFault.FIXED_REGION: 0.0}


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault and when it strikes, in seconds after the first order."""

    name: UhfFault
    at_s: float

    @classmethod
    def parse(cls, text: str) -> "PlannedFault":
        """From `NAME` or `NAME=SECONDS`.

        Raises:
            ValueError: as `name_and_time`.
        """
        name, at_s = name_and_time(text, {one: _AT_ONCE.get(one, _AT_S) for one in UhfFault})
        return cls(UhfFault(name), at_s)


class FaultPlan:
    """Which faults are on and which strike now; holds still until the first order comes."""

    def __init__(self, planned: tuple[PlannedFault, ...] = ()) -> None:
        self._planned = list(planned)
        self._began_us: int | None = None

    def begin(self, now_us: int) -> None:
        """The first order came; later calls change nothing."""
        if self._began_us is None:
            self._began_us = now_us

    def on(self, name: UhfFault, now_us: int) -> bool:
        """Whether a fault that lasts has struck."""
        return any(one.name is name and self._is_due(one, now_us) for one in self._planned)

    def take(self, name: UhfFault, now_us: int) -> bool:
        """Whether a fault strikes now; each strikes once."""
        for one in self._planned:
            if one.name is name and self._is_due(one, now_us):
                self._planned.remove(one)
                return True
        return False

    def _is_due(self, one: PlannedFault, now_us: int) -> bool:
        return self._began_us is not None and now_us - self._began_us >= one.at_s * 1e6


def listing() -> str:
    """The catalogue for people: a line for each fault."""
    return "\n".join(f"{name:<14}{sentence}" for name, sentence in SENTENCES.items())
