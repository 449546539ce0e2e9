"""Tags whose own place hears them no more, though it listens, while another goes on hearing them.

While a tag stays each antenna hears it as usual, and the place of the one that usually hears it
loudest is its place. So a tag that was loud once where it was carried past, or that was carried to
where it is heard faintly, would stay announced for ever where nobody hears it: it is heard
elsewhere as usual, and nowhere as loudly as it was. Beyond chance, silence decides (see
`coverage.silent`). What the silent antennas heard counts for nothing, and the place of the loudest
of the others takes over.
"""

import numpy as np

from edge.locating.choosing import Flags
from edge.locating.epcs import Rows
from edge.locating.slots import Floats

_UNKNOWN = np.float32(np.nan)


def hear_no_more(
    room: Floats, there: Floats, taking_over: Flags, silent: Flags | None, claim: float
) -> None:
    """Let silence beyond chance speak, in place.

    Args:
        room: shape (4, m), what speaks for the place of each slot, nats.
        there: the same if the tag came there just now; as well it may have lain there all along.
        taking_over: slots that are taken for the tag's place instead of the announced one's.
        silent: slots whose antennas hear it no more; None where there are none.
        claim: what that counts, nats.
    """
    if silent is not None:
        room[taking_over] = np.maximum(room[taking_over], there[taking_over])
        room[silent] += np.float32(claim)


def forget_louder(usual: Floats, tags: Rows, at: Rows, louder_db: float) -> None:
    """Forget what antennas heard of tags more loudly than the one where they lie after all.

    Otherwise the tags would seem to lie there again as soon as silence does not count.

    Args:
        usual: shape (4, m), changed in place.
        tags: columns of those that were put right.
        at: flat index of each tag's most probable slot.
        louder_db: how much more loudly.
    """
    if len(tags):
        here = usual.reshape(-1)[at[tags]] + np.float32(louder_db)
        usual[:, tags] = np.where(usual[:, tags] > here, _UNKNOWN, usual[:, tags])
