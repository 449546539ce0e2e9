"""The tag table: what the antennas have lately heard of every tag, in 48 bytes a tag and its hash.

A tag has four slots, one for each antenna that hears it best. A slot holds the decayed sum of
levels and of weights (their quotient is the mean level), the time of its last read, the belief
that the tag is at that antenna's place, and what the antenna usually hears of it. All sums of a
tag are decayed to one landmark, the newest read in any of its slots: a read that comes late enters
with the weight it would have had in time, so the order of arrival does not matter, and a tag that
nobody reads costs nothing.

A tag's first slot lies in its row of 48 bytes, with its key and all else that a read needs of it:
a line or two, and that of the hash, are what a read waits for, however many tags there are. The
other three lie elsewhere, and only of a tag that more than one antenna has heard (`others.py`): as
long as they say no more than new ones, nothing is kept of them.
"""

import numpy as np
from numpy.typing import NDArray

from edge.locating import kernel
from edge.locating.choosing import either
from edge.locating.compiled_records import CompiledRecords
from edge.locating.epcs import EpcIndex, Keys, Rows, grown
from edge.locating.heads import HEAD, SLOT_WORDS
from edge.locating.others import Others
from edge.locating.slots import (
    LEAST_WEIGHT,
    NO_ANTENNA,
    SLOTS,
    Floats,
    Ints,
    Kept,
    News,
    Pairs,
    Ports,
    Reads,
    Slots,
    enter,
    fade_all,
)

NO_PLACE = 0xFFFF
BELIEF_FULL = 65_535.0
GAP_START_S = 3.0
"""Mean gap assumed for a tag that was read once: rather too patient than gone too soon."""
_CUT, _ROUNDS = np.uint32(12), np.uint32(1 << 11)
_LEAST_CODE = LEAST_WEIGHT.view(np.uint32) >> _CUT
"""Weights are kept as 16 bits out of the middle of a 32-bit float: its last 12 are rounded off,
and its exponent is counted from that of the least weight on, 32 octaves. Each is off by 1 in 4,096
at most. Half precision would be off by far more near the least."""
_LOW, _HIGH = np.uint32(0xFFFF), np.uint32(16)
_UNKNOWN = np.uint32(np.float16(np.nan).view(np.uint16)) << _HIGH
_NEW = np.array([0, _UNKNOWN, 0, NO_ANTENNA], np.uint32)
"""A slot of no antenna, without belief."""
_ENDLESS = np.uint16(np.float16(np.inf).view(np.uint16))
_INDEX_BITS = 24
_ANTENNA_BITS = 16
READS_MAX = (1 << _INDEX_BITS) - 1
"""Most reads that one merge may bring; a turn has thousands."""


class TagTable:
    """Columns of all tags, by row; they lie in the heads, not in one piece: no `take` of them.

    Args:
        window_s: memory of the evidence.
        expected: rows to begin with.

    Attributes:
        index: EPC to row.
        place: index of the announced place; `NO_PLACE` for none.
        state: what presence knows of the tag (see `presence`).
        reads: reads since it became unplaced, up to 255.
        gap_s: mean gap between reads, leaning to the long side.
        level_db: usual level of the tag at its place, above the antenna's offset; NaN if unknown.
        since_s: UTC seconds since when it is announced there.
        compiled: the rows as compiled code has them; None without it.
    """

    def __init__(self, window_s: float, expected: int = 1024) -> None:
        self.index = EpcIndex(expected, HEAD)
        self._window_s = np.float32(window_s)
        self._others = Others()
        self._words = np.empty(0, np.uint32)
        self.compiled = CompiledRecords(kernel.KERNEL, window_s) if kernel.KERNEL else None
        self._grow()

    def __len__(self) -> int:
        return len(self.index)

    @property
    def nbytes(self) -> int:
        """Bytes held by all columns, keys and the hash."""
        return self.index.nbytes + self._others.nbytes

    def rows_of(
        self, epc: NDArray[np.uint8], keys: Keys, bits: NDArray[np.uint16], tags_max: int
    ) -> Rows:
        """The row of each read's tag; -1 for a new tag where `tags_max` tags are held already."""
        if len(self.index) + len(bits) > tags_max:
            rows = self.index.find(keys, bits)
            room = np.flatnonzero(rows < 0)[: max(0, tags_max - len(self.index))]
            rows[room] = self._add(epc[room], keys[room], bits[room])
            return rows
        return self._add(epc, keys, bits)

    def give_rows(
        self, epc: NDArray[np.uint8], keys: Keys, bits: NDArray[np.uint16], rows: Rows
    ) -> None:
        """Put a row for each new tag among reads where there is -1 in `rows`; by compiled code."""
        before = self.index.rows
        self.index.give_rows(epc, keys, bits, rows)
        self._begin_new(before)

    def _add(self, epc: NDArray[np.uint8], keys: Keys, bits: NDArray[np.uint16]) -> Rows:
        before = self.index.rows
        rows = self.index.find_or_add(epc, keys, bits)
        self._begin_new(before)
        return rows

    def _begin_new(self, before: int) -> None:
        """Rows from this one on were given for the first time."""
        if len(self.index.heads) > len(self.place):
            self._grow()
        if self.index.rows > before:
            self.clear(slice(before, self.index.rows))

    def clear(self, rows: Rows | slice) -> None:
        """Make rows as new: no evidence, no place."""
        numbers = self.index.heads["others"][rows].astype(np.int64)
        self._others.take_back(numbers[numbers > 0])
        self.index.heads["others"][rows] = 0
        self._first[rows] = _NEW
        self.place[rows] = NO_PLACE
        self.state[rows] = 0
        self.reads[rows] = 0
        self.gap_s[rows] = GAP_START_S
        self.level_db[rows] = np.nan
        self.since_s[rows] = 0

    def disbelieve(self, rows: Rows) -> None:
        """Take all belief from tags: they are gone, and may turn up anywhere."""
        self._first[rows, 3] &= _LOW
        some = self._numbers(rows)[1] - 1
        self._others.words[some, :, 3] &= _LOW

    def forget_levels(self) -> None:
        """Learn the usual levels of all tags anew: antennas are calibrated otherwise now."""
        self.level_db[:] = np.nan
        for slots in (self._first, self._others.words):  # what is free becomes no other's
            slots[..., 1] = slots[..., 1] & _LOW | _UNKNOWN

    def forget(self, rows: Rows) -> None:
        """Drop tags; their rows go to new tags later."""
        self.index.remove(rows)
        self.clear(rows)

    def seen_ms(self, rows: Rows | slice) -> Ints:
        """The last read of each row, table milliseconds; 0 for a row without any."""
        newest: Ints = self._first[rows, 2].astype(np.int32)
        tags, numbers = self._numbers(rows)
        others = self._others.words[numbers - 1, :, 2].view(np.int32)
        newest[tags] = np.maximum(newest[tags], others.max(axis=1, initial=0))
        return newest

    def shift_times(self, by_ms: int) -> None:
        """Move the table's zero forward by `by_ms`; what lies before it becomes 0."""
        for slots in (self._first, self._others.words):
            seen = slots[..., 2].view(np.int32)
            np.maximum(seen - np.int32(by_ms), 0, out=seen)

    def slots_of(self, rows: Rows) -> Slots:
        """A working copy of the slots of these rows."""
        return _slots(self._taken(rows, np.empty((SLOT_WORDS, SLOTS, len(rows)), np.uint32)))

    def shift_dates(self, by_s: int) -> None:
        """The clock that `since_s` is told by was set."""
        placed = self.since_s > 0
        since_s = self.since_s[placed].astype(np.int64) + by_s
        self.since_s[placed] = since_s.clip(1, 0xFFFFFFFF)

    def _work_on(self, rows: Rows) -> Slots:
        """The same in memory that is used again: no two may be in hand."""
        return _slots(self._taken(rows, self._scratch(len(rows))))

    def _scratch(self, count: int) -> NDArray[np.uint32]:
        """Room for the slots of so many tags in columns, shape (4 words, 4 slots, count).

        Kept from turn to turn: what is given back to the system comes back page by page, and
        each page costs as much as a tag.
        """
        size = count * SLOTS * SLOT_WORDS
        if size > self._words.size:
            self._words = np.empty(grown(0, 2 * count) * SLOTS * SLOT_WORDS, np.uint32)
        return self._words[:size].reshape(SLOT_WORDS, SLOTS, count)

    def _taken(self, rows: Rows, words: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """The slots of these rows, in columns.

        What was put leaves even slots without an antenna a little belief.
        """
        heads = self.index.heads.take(rows, mode="clip")
        words[:, 0] = heads["first"].T
        words[:, 1:] = _NEW[:, np.newaxis, np.newaxis]
        words[3, 1:] |= (words[3, 0] > _LOW).astype(np.uint32) << _HIGH
        tags = heads["others"].nonzero()[0]
        others = self._others.words[heads["others"][tags].astype(np.int64) - 1]
        words[:, 1:, tags] = others.transpose(2, 1, 0)
        return words

    def _numbers(self, rows: Rows | slice) -> tuple[Rows, Rows]:
        """Which of these rows have other slots, and the numbers of those."""
        numbers = self.index.heads["others"][rows]
        tags = numbers.nonzero()[0]
        return tags, numbers[tags].astype(np.int64)

    def put(self, rows: Rows, slots: Slots) -> None:
        """Write worked-on slots back."""
        if self.compiled is not None:
            self.compiled.put(rows, slots)
            return
        code = _codes(slots.weight)
        belief = slots.belief * np.float32(BELIEF_FULL - 1.0)
        belief += np.float32(1.5)  # rounds, and leaves every candidate a little to grow from
        usual, words = slots.usual.astype(np.float16).view(np.uint16), self._scratch(len(rows))
        rounded = _weights(code)
        rounded /= slots.weight  # the mean stays as it was
        np.multiply(slots.level_sum, rounded, out=words[0].view(np.float32))
        words[1] = code | usual.astype(np.uint32) << _HIGH
        words[2] = slots.seen_ms.view(np.uint32)
        words[3] = slots.antenna | belief.astype(np.uint32) << _HIGH
        self._first[rows] = words[:, 0].T
        new = (slots.antenna == NO_ANTENNA) & (code == 0) & (slots.seen_ms == 0)
        new &= (words[0].view(np.float32) == 0.0) & (usual & 0x7FFF > _ENDLESS)
        self._put_others(rows, words[:, 1:], new[1:].all(axis=0))

    def _put_others(self, rows: Rows, words: NDArray[np.uint32], new: NDArray[np.bool_]) -> None:
        """Write the other slots of tags that have such, or now need them."""
        numbers = self.index.heads["others"][rows].astype(np.int64)
        lack = ((numbers == 0) & ~new).nonzero()[0]
        self._others.make_room(len(lack))
        numbers[lack] = self._others.give(len(lack))
        self.index.heads["others"][rows[lack]] = numbers[lack]
        tags = numbers.nonzero()[0]
        self._others.words[numbers[tags] - 1] = words[:, :, tags].transpose(2, 1, 0)

    def merge(self, reads: Reads) -> News:
        """Merge reads into the slots of their tags; nothing is written until `put`.

        What is told is good until the next merge.
        """
        if self.compiled is not None:
            return self.compiled.merge(reads)
        order, pair_at = _grouped(reads)
        first_read = order.take(pair_at)
        rows_of_pairs = reads.rows.take(first_read)
        first_pair = _begins(rows_of_pairs).nonzero()[0]
        rows = rows_of_pairs.take(first_pair)
        tag_of_pair = np.arange(len(rows)).repeat(_lengths(first_pair, len(rows_of_pairs)))
        slots = self._work_on(rows)
        before = slots.seen_ms.max(axis=0)
        seen = reads.seen_ms.take(order)
        seen_of_pair = np.maximum.reduceat(seen, pair_at)
        at_ms = np.maximum(before, np.maximum.reduceat(seen_of_pair, first_pair))
        since_s = (at_ms - before).astype(np.float32) * np.float32(1e-3)
        fade_all(slots, np.exp(since_s / -self._window_s))
        reads_of_pair = _lengths(pair_at, len(order))
        tag_of_read = tag_of_pair.repeat(reads_of_pair)
        age_ms = (seen - at_ms.take(tag_of_read)).astype(np.float32)
        weight = np.exp(age_ms * (np.float32(1e-3) / self._window_s))
        np.maximum(weight, LEAST_WEIGHT, out=weight)  # late reads, as after a clock was set back
        pairs = Pairs(
            tag=tag_of_pair,
            antenna=reads.antenna.take(first_read),
            level_sum=np.add.reduceat(weight * reads.rssi_dbm.take(order), pair_at),
            weight=np.add.reduceat(weight, pair_at),
            seen_ms=seen_of_pair,
        )
        fresh = enter(slots, pairs)
        counts = np.add.reduceat(reads_of_pair, first_pair).astype(np.int32)
        return News(rows, slots, fresh, at_ms, since_s, counts)

    def kept(self, rows: Rows) -> Kept:
        """What is known of these rows besides their slots; each head is looked at once."""
        if self.compiled is not None:
            return self.compiled.kept(rows)
        heads = self.index.heads.take(rows, mode="clip")
        return Kept(
            np.ascontiguousarray(heads["place"]),
            np.ascontiguousarray(heads["state"]),
            np.ascontiguousarray(heads["reads"]),
            heads["gap_s"].astype(np.float32),
            heads["level_db"].astype(np.float32),
        )

    def learn_gaps(self, news: News, kept: Kept) -> Floats:
        """Follow each tag's mean gap between reads; returns the gaps.

        It rises six times faster than it falls and jumps by no more than four times itself, so
        that it leans to the long side but an absence of hours does not make a habit.
        """
        most = np.float32(4.0) * kept.gap_s + np.float32(1.0)
        per_read = np.minimum(news.since_s / news.reads.astype(np.float32), most)
        rate = either(per_read > kept.gap_s, np.float32(0.3), np.float32(0.05))
        gap: Floats = kept.gap_s + rate * (per_read - kept.gap_s) * (kept.reads > 0)
        self.gap_s[news.rows] = gap.astype(np.float16)
        return gap

    def _grow(self) -> None:
        """The heads have grown, and lie elsewhere."""
        heads = self.index.heads
        self._first: NDArray[np.uint32] = heads["first"]
        self.since_s: NDArray[np.uint32] = heads["since_s"]
        self.place: Ports = heads["place"]
        self.state: NDArray[np.uint8] = heads["state"]
        self.reads: NDArray[np.uint8] = heads["reads"]
        self.gap_s: NDArray[np.float16] = heads["gap_s"]
        self.level_db: NDArray[np.float16] = heads["level_db"]
        if self.compiled is not None:
            self.compiled.work_on(heads, self._others)


def _slots(words: NDArray[np.uint32]) -> Slots:
    return Slots(
        level_sum=words[0].view(np.float32),
        weight=_weights(words[1] & _LOW),
        seen_ms=words[2].view(np.int32),
        antenna=(words[3] & _LOW).astype(np.uint16),
        belief=(words[3] >> _HIGH).astype(np.float32) * np.float32(1.0 / BELIEF_FULL),
        usual=(words[1] >> _HIGH).astype(np.uint16).view(np.float16).astype(np.float32),
    )


def _codes(weights: Floats) -> NDArray[np.uint32]:
    bits = weights.view(np.uint32) + _ROUNDS
    bits >>= _CUT
    bits -= _LEAST_CODE
    np.minimum(bits, _LOW, out=bits)
    return bits


def _weights(codes: NDArray[np.uint32]) -> Floats:
    bits = codes + _LEAST_CODE
    bits <<= _CUT
    return bits.view(np.float32)


def _grouped(reads: Reads) -> tuple[Rows, Rows]:
    """An order that brings reads of one tag and antenna together, and where each such pair begins.

    Row, antenna and place in the batch are packed into one integer: sorting plain integers is
    several times faster than sorting places by two keys.
    """
    n = len(reads.rows)
    packed = (reads.rows << (_ANTENNA_BITS + _INDEX_BITS)) | (
        reads.antenna.astype(np.int64) << _INDEX_BITS
    )
    packed |= np.arange(n)
    packed.sort()
    order = packed & READS_MAX
    packed >>= _INDEX_BITS
    return order, _begins(packed).nonzero()[0]


def _begins(ordered: Rows) -> NDArray[np.bool_]:
    """Where a number is another than the one before it."""
    begins = np.empty(len(ordered), np.bool_)
    begins[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return begins


def _lengths(begins: Rows, end: int) -> Rows:
    """How long each stretch is, from its beginning to the next."""
    lengths = np.empty_like(begins)
    np.subtract(begins[1:], begins[:-1], out=lengths[:-1])
    lengths[-1:] = end - begins[-1:]
    return lengths
