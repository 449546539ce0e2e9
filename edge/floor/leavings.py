"""What takes an earlier fact back: devices that were dead already, and which fact it was.

The locator says that an item never left its place; the fact that said so has a number, which is
known here. After a restart it is not, and the item is then told to be back.
"""

from collections.abc import Iterable

from edge.locating.locator import Locator
from edge.locating.mistakes import KEPT_MAX
from edge.locating.newest import Newest
from edge.model.events import Fact, ItemDeparted, ItemMoved
from edge.model.ids import Epc
from edge.model.inputs import DeviceChanged, Input, ItemLocated
from edge.model.presence import Mistaken, PresenceChange


class Leavings:
    """The newest fact of each item's leaving a place, for as many as the locator may take back."""

    def __init__(self) -> None:
        self._fact_id: Newest[Epc, str] = Newest()

    def note(self, facts: Iterable[Fact]) -> None:
        """These facts are on disk."""
        for fact in facts:
            if isinstance(fact.event, (ItemDeparted, ItemMoved)):
                self._fact_id.put(fact.event.epc, fact.id)
        while len(self._fact_id) > KEPT_MAX:
            self._fact_id.take(self._fact_id.oldest()[0])

    def tell_devices(self, locator: Locator, inputs: Iterable[Input], now_us: int) -> None:
        """Tell the locator of devices that came or went."""
        for one in inputs:
            if isinstance(one, DeviceChanged):  # the clock may have been set back since
                at_us, silent_since_us = min(one.at_us, now_us), one.silent_since_us
                locator.device_changed(
                    one.device, alive=one.alive, at_us=at_us, silent_since_us=silent_since_us
                )

    def input_of(self, change: PresenceChange, at_us: int) -> ItemLocated:
        """What the locator told, with the fact that it takes back."""
        told_in = self._fact_id.get(change.epc, "") if isinstance(change, Mistaken) else ""
        return ItemLocated(change, at_us, told_in)
