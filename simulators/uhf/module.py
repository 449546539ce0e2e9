"""One UHF module without its line: orders in, answers and reads out, time as an argument.

As the real one it forgets region and power when it loses its power, reads for as many rounds as
it was told and then falls silent, and says in every round without a tag that there was none.
"""

from dataclasses import dataclass

import numpy as np

from simulators.air import Air, Dwell
from simulators.uhf import frames
from simulators.uhf.faults import FaultPlan, UhfFault

ROUND_US = 20_000
_CHINA_920 = 1
_REGIONS = (1, 2, 3, 4, 6)
_POWER_CENTI_DBM = (1000, 2600)
_FACTORY_CENTI_DBM = 2600
_GIVEN = b"\0"
_WRONG_COMMAND = 0x17
_WRONG_VALUE = 0x0E
_NO_TAG = 0x15
_TEXTS = {b"\0": b"M100 26dBm V1.0", b"\1": b"V2.3.5", b"\2": b"MagicRF"}
_BYTES_PER_US = 115_200 / 10 / 1e6


@dataclass(slots=True)
class Tally:
    """What the module did.

    Attributes:
        orders: commands that it understood.
        rounds: inventory rounds.
        reads: tags told.
    """

    orders: int = 0
    rounds: int = 0
    reads: int = 0


class Module:
    """The module's wits.

    Args:
        air: what lies before its antenna.
        faults: what goes wrong.
        seed: settles noise.
        marks: first and last byte of its frames.
    """

    def __init__(
        self, air: Air, faults: FaultPlan, seed: int, marks: frames.Marks = frames.USUAL
    ) -> None:
        self.tally = Tally()
        self._marks = marks
        self._air = air
        self._faults = faults
        self._chance = np.random.default_rng(seed)
        self._silent = False
        self.power_on()

    def power_on(self) -> None:
        """Factory settings, no inventory, nothing remembered."""
        self._region = _CHINA_920
        self._power_centi_dbm = _FACTORY_CENTI_DBM
        self._rounds_left = 0
        self._silent = False
        self._orders = frames.OrderReader(self._marks)

    def hear(self, data: bytes, now_us: int) -> bytes:
        """The answers to what the host sent.

        Args:
            data: as received.
            now_us: true UTC microseconds.
        """
        said = b""
        for order in self._orders.read(data):
            self._faults.begin(now_us)
            self.tally.orders += 1
            said += self._marks.worn(self._obey(order, now_us))
        return b"" if self._silent else said

    def play_round(self, from_us: int) -> bytes:
        """One round of `ROUND_US` that begins now: its tags, or that there was none."""
        if self._faults.take(UhfFault.RESET, from_us):
            self.power_on()
        if self._faults.take(UhfFault.SILENT, from_us):
            self._silent = True
        if self._rounds_left <= 0:
            return b""
        self._rounds_left -= 1
        self.tally.rounds += 1
        told = self._inventory(from_us)
        return b"" if self._silent else self._marred(told, from_us)

    def _inventory(self, from_us: int) -> list[bytes]:
        power_dbm = self._power_centi_dbm / 100
        heard = self._air.inventory(Dwell(1, from_us, ROUND_US, power_dbm))
        if not len(heard) or self._faults.on(UhfFault.NO_TAGS, from_us):
            return [self._marks.worn(frames.failure(_NO_TAG))]
        told: list[bytes] = []
        room = ROUND_US * _BYTES_PER_US
        for row in range(len(heard)):
            epc = heard.epc[row, : int(heard.epc_bits[row]) // 8].tobytes()
            told.append(self._marks.worn(frames.tag(epc, float(heard.rssi_dbm[row]))))
            room -= len(told[-1])
            if room < len(told[-1]):
                break  # the line takes no more in this round
        self.tally.reads += len(told)
        return told

    def _marred(self, told: list[bytes], now_us: int) -> bytes:
        """What goes over the line, with the faults that stand between."""
        garbage = self._faults.on(UhfFault.GARBAGE, now_us)
        wrong = self._faults.on(UhfFault.WRONG_SUM, now_us)
        line = b""
        for frame in told:
            if garbage:
                line += self._chance.bytes(int(self._chance.integers(1, 12)))
            if wrong and self._chance.random() < 0.1:  # noqa: PLR2004 - one in ten
                line += frame[:-2] + bytes((frame[-2] ^ 0xFF, frame[-1]))
            elif self._faults.take(UhfFault.CUT_FRAME, now_us):
                line += frame[: len(frame) // 2]
            else:
                line += frame
        return line

    def _obey(self, order: frames.Order, now_us: int) -> bytes:
        match order.code, len(order.data):
            case 0x03 | 0x08 | 0xB7, _:
                return self._tell(order)
            case 0x07, 1:
                return self._set_region(order.data[0], now_us)
            case 0xB6, 2:
                least, most = _POWER_CENTI_DBM
                wanted = int.from_bytes(order.data, "big")
                self._power_centi_dbm = min(max(wanted, least), most)
                return frames.answer(0xB6, _GIVEN)
            case 0x27, 3:
                self._rounds_left = int.from_bytes(order.data[1:], "big")
                return b""  # the rounds themselves are the answer
            case 0x28, 0:
                self._rounds_left = 0
                return frames.answer(0x28, _GIVEN)
            case _:
                return frames.failure(_WRONG_COMMAND)

    def _tell(self, order: frames.Order) -> bytes:
        match order.code, order.data:
            case 0x03, what if what in _TEXTS:
                return frames.answer(0x03, what + _TEXTS[what])
            case 0x08, b"":
                return frames.answer(0x08, bytes((self._region,)))
            case 0xB7, b"":
                return frames.answer(0xB7, self._power_centi_dbm.to_bytes(2, "big"))
            case _:
                return frames.failure(_WRONG_VALUE)

    def _set_region(self, region: int, now_us: int) -> bytes:
        if region not in _REGIONS:
            return frames.failure(_WRONG_VALUE)
        if not self._faults.on(UhfFault.FIXED_REGION, now_us):
            self._region = region
        return frames.answer(0x07, _GIVEN)
