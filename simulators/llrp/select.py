"""Gen2 Select: which tags take part in an inventory, by a mask on their memory."""

from functools import lru_cache

import numpy as np

from simulators.llrp.access import bits_of, memory, number_of
from simulators.llrp.parts import Bits, Part
from simulators.llrp.reports import Reads

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


@lru_cache(maxsize=100_000)
def _matches(bank: int, pointer: int, mask: Bits, epc: bytes, epc_bits: int) -> bool:
    return bits_of(memory(bank, epc, epc_bits), pointer, mask.count) == number_of(mask)


def _takes_part(one: Part, epc: bytes, epc_bits: int) -> bool:
    mask = next(one.all("C1G2TagInventoryMask"))
    bits = mask.fields["TagMask"]
    if not isinstance(bits, Bits) or not bits.count:
        return True
    unaware = one.first("C1G2TagInventoryStateUnawareFilterAction")
    action = unaware.number("Action") if unaware else 0
    match = _matches(mask.number("MB"), mask.number("Pointer"), bits, epc, epc_bits)
    return match == (action <= _LAST_THAT_SELECTS_MATCHES)


def selected(reads: Reads, filters: tuple[Part, ...]) -> Reads:
    """The reads of tags that every filter lets take part."""
    if not filters or not len(reads):
        return reads
    kept = [
        all(_takes_part(one, epc[: (bits + 7) // 8].tobytes(), bits) for one in filters)
        for epc, bits in zip(reads.epc, reads.epc_bits.tolist(), strict=True)
    ]
    return reads.take(np.flatnonzero(kept))
