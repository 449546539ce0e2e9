"""Recorded reads and truth, from CSV text to columns; every bad line is named with its remedy."""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.model.ids import Epc, LocationId

READS_NEEDED = ("time_us", "reader", "antenna", "epc", "rssi_dbm")
READS_OPTIONAL = ("phase_rad", "channel", "doppler_hz", "count")
TRUTH_NEEDED = ("time_us", "epc", "location")
TRUTH_OPTIONAL = ("x_m", "y_m")
BATCH_US = 100_000
"""Lines of one reader within one such stretch of time become one batch."""
EPC_HEX_MAX = 124
"""Hex digits of the longest EPC that a Gen2 tag can answer with: 496 bits."""
_TIME_US_MAX = 253_402_300_799_999_999
"""The last microsecond of the year 9999; what is later was written in nanoseconds."""
RSSI_DBM_MIN, RSSI_DBM_MAX = -150.0, 30.0
"""No reader hears a tag so quietly or so loudly: that was written in hundredths, or without its
sign."""
_HEADER_MOST = 120
"""Characters of a wrong header that are repeated."""
_NUMBER_MAX = 1e9
"""No level, phase or measure is beyond it; what is not a number is not within it, either."""


class RecordingError(ValueError):
    """A recording that cannot be read; the sentence names the line, the reason and the remedy.

    Attributes:
        line: number in the file, from 1.
    """

    def __init__(self, what: str, line: int, reason: str, remedy: str) -> None:
        super().__init__(f"{what}, line {line}: {reason}; {remedy}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Truth:
    """From `time_us` on, the item is at the location, and at `xy_m` where somebody measured."""

    time_us: int
    epc: Epc
    location: LocationId
    xy_m: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """One line's values by column name, with what an error needs to say."""

    what: str
    number: int
    values: Mapping[str, str]

    def fault(self, reason: str, remedy: str) -> RecordingError:
        return RecordingError(self.what, self.number, reason, remedy)

    def text(self, name: str) -> str:
        value = self.values[name].strip()
        if not value:
            raise self.fault(f"{name} is empty", "every line needs one")
        return value

    def whole(self, name: str, least: int, most: int, unit: str = "") -> int:
        value = self.text(name)
        try:
            number = int(value)
        except ValueError:
            raise self.fault(f"{name} is {value!r}", f"write a whole number{unit}") from None
        if not least <= number <= most:
            remedy = f"it must lie between {least} and {most}"
            raise self.fault(f"{name} is {value}", remedy + (unit and f":{unit}"))
        return number

    def time_us(self) -> int:
        return self.whole("time_us", 0, _TIME_US_MAX, " of microseconds since 1970")

    def number_or_absent(self, name: str) -> float:
        value = self.values.get(name, "").strip()
        if not value:
            return math.nan
        try:
            number = float(value)
        except ValueError:
            raise self.fault(f"{name} is {value!r}", "write a number or leave it empty") from None
        if not abs(number) <= _NUMBER_MAX:
            raise self.fault(f"{name} is {value}", "leave it empty where it is not known")
        return number

    def level(self) -> float:
        level = self.number_or_absent("rssi_dbm")
        if level > RSSI_DBM_MAX or level < RSSI_DBM_MIN:
            remedy = "write it in dBm, which is some -30 to -80 for tags"
            raise self.fault(f"rssi_dbm is {self.values['rssi_dbm'].strip()}", remedy)
        return level

    def whole_or(self, name: str, absent: int) -> int:
        return self.whole(name, 0, 65_535) if self.values.get(name, "").strip() else absent

    def epc(self) -> str:
        value = self.text("epc").lower()
        if len(value) % 2 or len(value) > EPC_HEX_MAX or set(value) - set("0123456789abcdef"):
            raise self.fault(
                f"epc is {value[:40]!r}", f"write whole bytes in hex, {EPC_HEX_MAX} digits at most"
            )
        return value


def read_reads_csv(lines: Iterable[str], what: str = "reads") -> Iterator[ReadBatch]:
    """Batches of recorded reads, as they would have come from the readers.

    One of each reader for each `BATCH_US` in which it read; those of one stretch stand in the
    order of their first reads.

    Args:
        lines: header `time_us,reader,antenna,epc,rssi_dbm[,phase_rad][,channel][,doppler_hz]
            [,count]` in any order, then lines sorted by time.
        what: the file's name, for errors.

    Raises:
        RecordingError: a line cannot be read, or is earlier than the one before.
    """
    by_reader: dict[str, list[_Line]] = {}
    slot, latest = -1, -1
    for line in _lines(lines, what, READS_NEEDED, READS_OPTIONAL):
        time_us = line.time_us()
        if time_us < latest:
            raise line.fault("its time is before the line above", "sort the file by time_us")
        latest = time_us
        if time_us // BATCH_US != slot:
            yield from map(_batch, by_reader.values())
            by_reader.clear()
        slot = time_us // BATCH_US
        by_reader.setdefault(line.text("reader"), []).append(line)
    yield from map(_batch, by_reader.values())


def read_truth_csv(lines: Iterable[str], what: str = "truth") -> list[Truth]:
    """Where items really were; header `time_us,epc,location[,x_m,y_m]`, lines sorted by time.

    Raises:
        RecordingError: a line cannot be read, or is earlier than the one before.
    """
    found: list[Truth] = []
    for line in _lines(lines, what, TRUTH_NEEDED, TRUTH_OPTIONAL):
        time_us = line.time_us()
        if found and time_us < found[-1].time_us:
            raise line.fault("its time is before the line above", "sort the file by time_us")
        x_m, y_m = line.number_or_absent("x_m"), line.number_or_absent("y_m")
        at = (x_m, y_m) if math.isfinite(x_m) and math.isfinite(y_m) else None
        found.append(Truth(time_us, Epc(line.epc()), LocationId(line.text("location")), at))
    return found


def _lines(
    lines: Iterable[str], what: str, needed: tuple[str, ...], optional: tuple[str, ...]
) -> Iterator[_Line]:
    rows = csv.reader(lines)
    try:
        header = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise RecordingError(what, 1, str(error), "write plain CSV text") from None
    if header:
        header[0] = header[0].removeprefix("\ufeff")
    missing = [name for name in needed if name not in header]
    strange = [name for name in header if name not in needed + optional]
    if missing or strange or len(set(header)) < len(header):
        found = _shortened(header)
        told = (
            f"columns missing: {', '.join(missing)} in {found}"
            if missing
            else f"header is {found}"
        )
        remedy = f"the header is {','.join(needed)} and may have {','.join(optional)}"
        raise RecordingError(what, 1, told, remedy)
    try:
        for row in rows:
            if not row:
                continue
            if len(row) != len(header):
                reason = f"{len(row)} values for {len(header)} columns"
                raise RecordingError(what, rows.line_num, reason, "write one value a column")
            yield _Line(what, rows.line_num, dict(zip(header, row, strict=True)))
    except csv.Error as error:
        raise RecordingError(what, rows.line_num, str(error), "write plain CSV text") from None


def _shortened(header: list[str]) -> str:
    text = ",".join(header)
    return repr(text if len(text) <= _HEADER_MOST else text[:_HEADER_MOST] + "…")


def _batch(group: list[_Line]) -> ReadBatch:
    epcs = [line.epc() for line in group]
    raw = [bytes.fromhex(epc) for epc in epcs]
    width = max(12, *(len(one) for one in raw)) if raw else 12
    seen_us = np.array([int(line.values["time_us"]) for line in group], np.int64)
    return ReadBatch(
        reader=group[0].text("reader"),
        arrived_us=int(seen_us[-1]),
        epc=np.frombuffer(b"".join(one.ljust(width, b"\0") for one in raw), np.uint8).reshape(
            len(raw), width
        ),
        epc_bits=np.array([8 * len(one) for one in raw], np.uint16),
        antenna=np.array([line.whole("antenna", 0, 65_535) for line in group], np.uint16),
        rssi_dbm=np.array([line.level() for line in group], np.float32),
        phase_rad=_floats(group, "phase_rad"),
        channel=np.array([line.whole_or("channel", 0) for line in group], np.uint16),
        doppler_hz=_floats(group, "doppler_hz"),
        seen_us=seen_us,
        first_seen_us=np.full(len(raw), -1, np.int64),
        last_seen_us=np.full(len(raw), -1, np.int64),
        count=np.array([line.whole_or("count", 1) for line in group], np.uint16),
    )


def _floats(group: list[_Line], name: str) -> NDArray[np.float32]:
    return np.array([line.number_or_absent(name) for line in group], np.float32)
