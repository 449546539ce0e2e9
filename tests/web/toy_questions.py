"""The toy warehouse's portals, which are not sure of something."""

from collections.abc import Callable

from edge.floor.board import Shown
from edge.model.posted import PassageAnswered
from edge.model.prompts import Answer


class ToyQuestions:
    """Open questions; `show` is told all of them whenever they change."""

    def __init__(self, show: Callable[[list[Shown]], None]) -> None:
        self._show = show
        self._open: dict[str, Shown] = {}

    def ask(self, name: str, sscc: str | None, asks: str = "passage") -> None:
        """A portal was not sure of a parcel or, without one, of a piece; or it holds too many."""
        self._open[name] = {
            "name": name,
            "portal": "DOCK-1",
            "epc": "30340000000000000000000a",
            "sku": "TEA-250",
            "sscc": sscc,
            "likeliest": "out",
            "probability": 0.71,
            "began_us": 1_767_607_200_000_000,
            "ended_us": 1_767_607_206_000_000,
            "asks": asks,
            "others": [],
        }
        self._show(list(self._open.values()))

    def take(self, answered: PassageAnswered) -> Answer:
        """A person's word; the second one comes too late."""
        if self._open.pop(answered.question, None) is None:
            return Answer(False, "done_already", "nobody asks about this any more", {})
        self._show(list(self._open.values()))
        return Answer(True, "settled", f"{answered.question}: {answered.answer}", {})
