"""Tag reports in any number at little cost: what busy readers have to say, as whole columns.

How a reader words a read is learnt once from the codec: which of its bytes hold EPC, antenna,
level and stamps is found by encoding two reads that differ in that alone. From then on the reports
of many readers are one array that is filled column by column.

Two kinds of tags are read. *Residents* lie on the shelves of antennas 1 to 3 and are read in turn,
round and round. *Newcomers* pass antenna 4 close by: each is read twice, half a second apart and
never again.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from simulators.codes import gtin_13, sgtin_96
from simulators.llrp.codec import HEADER_BYTES
from simulators.llrp.reads import Reads
from simulators.llrp.reports import Content, report_frames, tag_reports

SHELVES = 3
"""Antennas 1 to 3 hear shelves."""
DOOR = 4
"""This antenna hears what passes close by."""
SHELF_DBM, DOOR_DBM = -55, -40
COMPANY_PREFIX = "9521234"
RESIDENT_ITEM, NEWCOMER_ITEM = 1, 2
SERIALS_A_READER = 10_000_000
"""The serials of the next reader's tags begin behind these."""
_ID_AT, _ID_BYTES = 6, 4
_COLUMNS = {
    "epc": "u1",
    "antenna": ">u2",
    "rssi_dbm": "i1",
    "first_seen_us": ">u8",
    "last_seen_us": ">u8",
}

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]


@lru_cache
def _first_epc(item_reference: int) -> Bytes:
    gtin_14 = "0" + gtin_13(COMPANY_PREFIX, item_reference)
    return np.frombuffer(bytes.fromhex(sgtin_96(gtin_14, len(COMPANY_PREFIX), 0)), np.uint8)


def epcs(item_reference: int, serials: Numbers) -> Bytes:
    """SGTIN-96 tags of one article, shape (n, 12); serials below 2 to the power of 32."""
    found = np.tile(_first_epc(item_reference), (len(serials), 1))
    found[:, 8:] = serials.astype(">u4").view(np.uint8).reshape(-1, 4)
    return found


def resident_epcs(reader: int, number: Numbers) -> Bytes:
    """Tags of a reader's residents, whose numbers count from 0."""
    return epcs(RESIDENT_ITEM, reader * SERIALS_A_READER + number)


def resident_antennas(number: Numbers) -> Numbers:
    """The antenna on whose shelf each resident lies."""
    return 1 + number % SHELVES


@dataclass(frozen=True, slots=True)
class Scene:
    """What lies and moves in front of each reader.

    Reads are numbered; so many in a row are a group, in which one newcomer is read for the first
    time and another for the second.

    Attributes:
        residents: on a reader's shelves.
        group: reads in a group, above 2.
        groups_between: groups from a newcomer's first read to its second.
        begin: number of the first read; a multiple of `group`.
    """

    residents: int
    group: int
    groups_between: int
    begin: int


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Reads of one reader, in order, as columns; `newcomers` are serials read a second time."""

    epc: Bytes
    antenna: Numbers
    rssi_dbm: Numbers
    newcomers: Numbers

    @classmethod
    def of(cls, scene: Scene, reader: int, begin: int, count: int) -> Self:
        """The reads with the numbers from `begin` on of a reader."""
        number = np.arange(begin, begin + count)
        group, place = np.divmod(number, scene.group)
        earlier = group - scene.groups_between
        first, second = place == 0, (place == 1) & (earlier >= scene.begin // scene.group)
        resident = (number - 2 * group) % scene.residents
        newcomer = reader * SERIALS_A_READER + np.where(first, group, earlier)
        passes = first | second
        epc = resident_epcs(reader, resident)
        epc[passes] = epcs(NEWCOMER_ITEM, newcomer[passes])
        antenna = np.where(passes, DOOR, resident_antennas(resident))
        level = np.where(passes, DOOR_DBM, SHELF_DBM + number % 3)
        return cls(epc, antenna, level, newcomer[second])


@dataclass(frozen=True, slots=True, eq=False)
class ReportForm:
    """How readers word their reports.

    Attributes:
        message: one whole message.
        reads: how many reads it holds.
        read_bytes: how long a read is.
        places: where in a read each column lies, begin and end; a column not told has none.
    """

    message: Bytes
    reads: int
    read_bytes: int
    places: dict[str, tuple[int, int]]

    @classmethod
    def learn(cls, content: Content, reads_a_message: int) -> Self:
        """Find it out from the codec.

        Args:
            content: what each read carries.
            reads_a_message: as the client wants it.
        """
        zero = _read()
        row = tag_reports(zero, content)[0]
        places = {}
        for name in _COLUMNS:
            other = getattr(zero, name) - 1  # every bit of it changes: unsigned ones wrap round
            changed = tag_reports(replace(zero, **{name: other}), content)[0]
            differs = np.flatnonzero(np.frombuffer(row, np.uint8) != list(changed))
            if len(differs):
                places[name] = (int(differs[0]), int(differs[-1]) + 1)
        whole = report_frames([row] * reads_a_message, reads_a_message, 0)[0]
        return cls(np.frombuffer(whole, np.uint8), reads_a_message, len(row), places)

    def messages(self, told: list[Told], seen_us: Numbers, first_id: int) -> Bytes:
        """Messages with these reads, shape (messages, bytes).

        Args:
            told: in order; together a multiple of `reads`.
            seen_us: when each was read.
            first_id: of the first message.
        """
        columns = {
            "epc": np.concatenate([one.epc for one in told]),
            "antenna": np.concatenate([one.antenna for one in told]),
            "rssi_dbm": np.concatenate([one.rssi_dbm for one in told]),
            "first_seen_us": seen_us,
            "last_seen_us": seen_us,
        }
        row = self.message[HEADER_BYTES : HEADER_BYTES + self.read_bytes]
        rows = np.tile(row, (len(seen_us), 1))
        for name, (begin, end) in self.places.items():
            values = columns[name].astype(_COLUMNS[name])
            rows[:, begin:end] = values.view(np.uint8).reshape(len(rows), -1)
        count = len(rows) // self.reads
        found = np.tile(self.message, (count, 1))
        found[:, HEADER_BYTES:] = rows.reshape(count, -1)
        ids = (first_id + np.arange(count)).astype(">u4").view(np.uint8).reshape(count, -1)
        found[:, _ID_AT : _ID_AT + _ID_BYTES] = ids
        return found


def _read() -> Reads:
    """One read with nothing but zeros in what changes."""
    return Reads(
        epc=np.zeros((1, 12), np.uint8),
        epc_bits=np.full(1, 96, np.uint16),
        antenna=np.zeros(1, np.uint16),
        rssi_dbm=np.zeros(1, np.float32),
        phase_rad=np.zeros(1, np.float32),
        channel=np.ones(1, np.uint16),
        doppler_hz=np.zeros(1, np.float32),
        first_seen_us=np.zeros(1, np.int64),
        last_seen_us=np.zeros(1, np.int64),
        count=np.ones(1, np.uint16),
        access=np.zeros(1, np.int32),
        tid=np.zeros((1, 0), np.uint8),
    )
