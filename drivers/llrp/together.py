"""Reports of many readers, decoded in one pass.

With one tag a message and a beat of 20 ms a reader has twenty reads to tell, and decoding costs
some thirty NumPy calls, whatever their number. So the reports of all readers that came in one beat
wait here, and those of equal layout are joined, verified and read at once; each reader then gets
its own stretch of the columns, dated by its own clock. Where one record differs, each reader's
reports are decoded by themselves, as `ReportDecoder` does: both ways give the same reads.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from drivers.llrp.columns import Column, batch_of, completed, read_messages
from drivers.llrp.framing import ReportRun
from drivers.llrp.layout import Layout
from drivers.llrp.reader_clock import STAMP_MOST_US
from drivers.llrp.reports import ReportDecoder, ReportError
from drivers.reads import ReadBatch, Stretch

_PASS_BYTES_MOST = 1 << 17
"""Joined in one pass: what does not stay in a core's cache costs more than the calls saved."""

Decoded = tuple[ReadBatch, list[ReportError]]


class Waiting(NamedTuple):
    """Reports of one connection that came together and are not decoded yet.

    Attributes:
        decoder: of that connection.
        runs: at least one.
        arrived_us: gateway UTC microseconds at which the bytes were received.
    """

    decoder: ReportDecoder
    runs: Sequence[ReportRun]
    arrived_us: int

    def alone(self) -> Decoded:
        """Decoded by itself."""
        return self.decoder.decode(self.runs, self.arrived_us)


def decode_together(waiting: Sequence[Waiting]) -> list[Decoded]:
    """The reads of each, in the order given, and the messages that were refused."""
    decoded: dict[int, Decoded] = {}
    for layout, places in _passes(waiting):
        group = [waiting[place] for place in places]
        batches = _one_pass(layout, group) if len(group) > 1 else None
        if batches is not None:
            decoded.update((place, (one, [])) for place, one in zip(places, batches, strict=True))
    return [decoded.get(place) or one.alone() for place, one in enumerate(waiting)]


def _passes(waiting: Sequence[Waiting]) -> list[tuple[Layout, list[int]]]:
    """The places of those whose messages can be all of one layout, as many as fit in a pass."""
    passes: list[tuple[Layout, list[int]]] = []
    filling: dict[bytes, tuple[int, list[int]]] = {}
    for place, one in enumerate(waiting):
        layout = one.decoder.expected(one.runs)
        if layout is None:
            continue
        size = sum([len(run.data) for run in one.runs])
        filled, places = filling.get(layout.sign, (_PASS_BYTES_MOST, []))
        if filled + size > _PASS_BYTES_MOST:
            filled, places = 0, []
            passes.append((layout, places))
        places.append(place)
        filling[layout.sign] = (filled + size, places)
    return passes


def _one_pass(layout: Layout, group: list[Waiting]) -> Sequence[ReadBatch] | None:
    """A batch for each, if every record of all of them has this layout, else nothing."""
    sizes = [sum([run.body_bytes for run in one.runs]) // layout.length for one in group]
    ends = list(accumulate(sizes))
    columns = read_messages(layout, [run for one in group for run in one.runs], ends[-1])
    if columns is None:
        return None
    stretches = [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]
    seen = _seen_us(layout, group, columns, sizes, stretches)
    if seen is None:
        return _dated_alone(layout, group, columns, stretches)
    completed(columns)
    whole = columns | {"seen_us": seen}
    return [
        Stretch.of_whole(
            whole, stretch, (one.decoder.reader, one.arrived_us, one.decoder.clock.quality)
        )
        for one, stretch in zip(group, stretches, strict=True)
    ]


def _dated_alone(
    layout: Layout, group: list[Waiting], columns: dict[str, Column], stretches: list[slice]
) -> list[ReadBatch]:
    found = []
    for one, stretch in zip(group, stretches, strict=True):
        own = {name: column[stretch] for name, column in columns.items()}
        kind, decoder = layout.walk.time_kind, one.decoder
        found.append(batch_of(decoder.reader, one.arrived_us, own, kind, decoder.clock))
    return found


def _seen_us(
    layout: Layout,
    group: list[Waiting],
    columns: dict[str, Column],
    sizes: list[int],
    stretches: list[slice],
) -> NDArray[np.int64] | None:
    """Gateway time of all reads in one pass; nothing where a stamp is absent."""
    last = columns.get("last_seen_us")
    if last is None or not all(sizes):
        return None
    newest = np.maximum.reduceat(last.view(np.uint64), [one.start for one in stretches]).tolist()
    if max(newest) > STAMP_MOST_US:
        return None
    kind = layout.walk.time_kind
    offsets = [
        one.decoder.clock.offset_us(stamp_us, one.arrived_us, kind)
        for one, stamp_us in zip(group, newest, strict=True)
    ]
    seen: NDArray[np.int64] = last + np.repeat([offset or 0 for offset in offsets], sizes)
    for one, offset, stretch in zip(group, offsets, stretches, strict=True):
        if offset is None:
            seen[stretch] = one.arrived_us
    return seen
