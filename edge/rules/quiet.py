"""Listening: a pack station says "match" once its antennas have heard nothing new for a while.

A tag is not heard at once: at the moment at which the last wanted piece is known, a piece too many
may still be on its way into the antennas' ears. So a check listens from its opening, again from
each tote that joins it, and again when something new is heard in it later. When it was quiet is
told by `locating.boxes`, and how long anybody is made to wait at most. Where the readers do not
answer there is nothing to wait for: barcodes are enough. When one answers again, the check that is
open then listens anew.
"""

from edge.model.boxes import BoxQuiet
from edge.model.events import Event, PackListened
from edge.model.ids import DeviceName
from edge.model.state import FloorState
from edge.model.work import PackSession
from edge.rules import hearing
from edge.rules.decision import Decision, accept


def is_listening(state: FloorState, pack: PackSession) -> bool:
    """Whether the verdict on an open tote waits for its station's antennas."""
    return pack.listening_since_us > 0 and hearing.has_antenna(state, pack.station)


def heard(state: FloorState, said: BoxQuiet) -> Decision:
    """It was quiet around an open tote, or is so no longer.

    What was heard of another check, or before a further tote joined, says nothing of this one.
    """
    pack = state.packs.get(said.station)
    if pack is None or pack.listening_since_us != said.since_us:
        return accept("noted", "it is not listened for")
    return accept("noted", "", PackListened(said.station, said.quiet, said.outwaited))


def heard_again(state: FloorState, reader: DeviceName) -> list[Event]:
    """Open checks that nobody listened for while this reader was away, and that it hears again."""
    return [
        PackListened(pack.station, quiet=False)
        for pack in state.packs.values()
        if pack.listening_since_us == 0
        and not hearing.has_antenna(state, pack.station)
        and any(
            antenna.location == pack.station and antenna.reader == reader
            for antenna in state.floor.antennas
        )
    ]
