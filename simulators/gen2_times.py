"""How long the parts of a Gen2 inventory round take in an air mode (ISO/IEC 18000-63, 6.3.1.6)."""

from dataclasses import dataclass
from functools import lru_cache

_QUERY_BITS, _QUERY_REP_BITS, _ACK_BITS = 22, 4, 18
_RN16_BITS = 16
_EPC_REPLY_BITS = 16 + 96 + 16
"""Protocol control, EPC, CRC."""
_DELIMITER_US = 12.5
_DIVIDE_RATIO = 64 / 3


@dataclass(frozen=True, slots=True)
class Pace:
    """An air mode, as far as it takes time.

    Attributes:
        cycles_a_bit: 1 for FM0, 2, 4 or 8 for Miller.
        backscatter_hz: link frequency.
        tari_us: length of the reader's zero.
        one_to_zero: how many times as long its one is.
    """

    cycles_a_bit: int
    backscatter_hz: float
    tari_us: float
    one_to_zero: float


DENSE = Pace(4, 274_000.0, 20.0, 2.0)
"""What readers beside each other use: near 200 reads a second."""


@dataclass(frozen=True, slots=True)
class SlotTimes:
    """Microseconds that the parts of a round take (section 6.3.1.6)."""

    opening: float
    empty: float
    collided: float
    read: float


@lru_cache(maxsize=64)
def slot_times(pace: Pace) -> SlotTimes:
    """How long the parts of a round take in an air mode."""
    cycle = 1e6 / pace.backscatter_hz
    one_and_zero = (1 + pace.one_to_zero) * pace.tari_us
    bit = one_and_zero / 2
    sync = _DELIMITER_US + pace.tari_us + one_and_zero
    turn, listen = max(one_and_zero, 10 * cycle), 10 * cycle
    symbol = pace.cycles_a_bit * cycle
    preamble = 6 if pace.cycles_a_bit == 1 else 10
    step = sync + _QUERY_REP_BITS * bit
    collided = step + turn + (preamble + 1 + _RN16_BITS) * symbol + listen
    acknowledged = sync + _ACK_BITS * bit + turn
    reply = (preamble + 1 + _EPC_REPLY_BITS) * symbol + listen
    return SlotTimes(
        opening=sync + _DIVIDE_RATIO * cycle + (_QUERY_BITS - _QUERY_REP_BITS) * bit,
        empty=step + turn + listen / 2,
        collided=collided,
        read=collided + acknowledged + reply,
    )
