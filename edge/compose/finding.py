"""The tag finder, wired: told of reads by the listener, of powers by the configuration."""

from drivers.llrp.reader import LlrpWire
from edge.compose.core import Core
from edge.compose.readers import configured_reader
from edge.floor.finding import FinderDesk, SetPower
from edge.floor.listening import FloorListener


def finder_desk(core: Core, listener: FloorListener) -> FinderDesk:
    """The finder, not started."""
    readers = {one.name: configured_reader(one) for one in core.settings.reader}

    def power_of(reader: str, port: int) -> float | None:
        known = readers.get(reader)
        return known.air(port).power_dbm if known is not None else None

    desk = FinderDesk(core.floor, core.board, core.clock, power_of)
    listener.also_read_by(desk.note)
    return desk


def powering(wire: LlrpWire) -> SetPower:
    """The way to a reader's powers."""
    return wire.set_power
