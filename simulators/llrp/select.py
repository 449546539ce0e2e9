"""Gen2 Select: which tags take part in an inventory, by a mask on their memory."""

import numpy as np

from simulators.llrp.access import bits_of, number_of
from simulators.llrp.parts import Bits, Part
from simulators.llrp.reads import Reads
from simulators.llrp.tag_memory import TagMemory
from simulators.llrp.written_air import WrittenAir

_LAST_THAT_SELECTS_MATCHES = 2
"""State-unaware actions 0 to 2 select the tags that match, 3 to 5 those that do not."""


def filters_of(configurations: tuple[Part, ...], antenna: int) -> tuple[Part, ...]:
    """The C1G2Filter parameters for an antenna (0 in a configuration means every one)."""
    commands = (
        one.first("C1G2InventoryCommand")
        for one in configurations
        if one.number("AntennaID") in (0, antenna)
    )
    return tuple(found for one in commands if one for found in one.all("C1G2Filter"))


def _takes_part(one: Part, tag: TagMemory) -> bool:
    mask = next(one.all("C1G2TagInventoryMask"))
    bits = mask.fields["TagMask"]
    if not isinstance(bits, Bits) or not bits.count:
        return True
    unaware = one.first("C1G2TagInventoryStateUnawareFilterAction")
    action = unaware.number("Action") if unaware else 0
    bank = bytes(tag.banks[mask.number("MB")])
    match = bits_of(bank, mask.number("Pointer"), bits.count) == number_of(bits)
    return match == (action <= _LAST_THAT_SELECTS_MATCHES)


def selected(reads: Reads, filters: tuple[Part, ...], air: WrittenAir) -> Reads:
    """The reads of tags that every filter lets take part, by what is stored in them."""
    if not filters or not len(reads):
        return reads
    keys = reads.keys()
    takes_part = {key: all(_takes_part(one, air.tag(key)) for one in filters) for key in set(keys)}
    return reads.take(np.flatnonzero([takes_part[key] for key in keys]))
