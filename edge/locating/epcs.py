"""EPC to row: an open-addressing hash that answers a whole batch at once.

A dictionary would need one Python object and about 100 bytes a tag. Here a tag's key is three
32-bit words and its length, at the beginning of its row; the hash holds row numbers only, and
above each seven bits of the key's hash: rows of other tags are hardly ever looked at, for each
would be a line of memory to wait for. All reads of a batch walk their probe chains together: round
by round those that found their row or an empty place leave, and the few that remain step on. New
tags claim their place by writing a provisional number; of several reads of the same new tag one
wins, and the others find it in the next round.

An EPC of at most 96 bits is its own key, zero-padded. A longer one is mixed down to 96 bits; with
its length this is as good as unique (2 to the power of -96 for a pair of equal length), and
its bytes are kept beside, for its name.
"""

import numpy as np
from numpy.typing import NDArray

from edge.locating import kernel
from edge.locating.compiled_hash import PRINT_SHIFT, CompiledHash
from edge.locating.heads import KEY, KEY_WORDS

SHORT_BITS_MAX = 96
SHORT_BYTES = 12
EMPTY = -1
GONE = -2
LOAD_MAX, ROOM = 0.65, 1.25
"""Above this the chains grow long: linear probing needs 1.9 steps a hit at 0.65, 5.5 at 0.9. A
hash that is built anew has room for so many times the tags: 6.2 to 7.7 bytes a tag."""
ROW_MASK = (1 << PRINT_SHIFT) - 1
ROWS_MAX = 1 << PRINT_SHIFT
_FIRST_CLAIM = -3
_ONE_STEP, _MANY_STEPS = np.arange(1, 2), np.arange(1, 9)
_SINGLE_STEPS = 2
"""After so many steps few reads still walk: their next ones are looked at together, because what
numpy costs is the call."""
_ODD_A = np.uint64(0x9E3779B97F4A7C15)
_ODD_B = np.uint64(0xC2B2AE3D27D4EB4F)
_HALF = np.uint64(32)
_PRINT_AT, _PRINT_MASK = np.uint64(36), np.uint64(0x7F)

Rows = NDArray[np.int64]
Keys = NDArray[np.uint32]


def keys_of(epc: NDArray[np.uint8], epc_bits: NDArray[np.uint16]) -> Keys:
    """The three key words of each EPC, shape (n, 3); columns as in a `ReadBatch`."""
    n, width = epc.shape
    if width == SHORT_BYTES and epc.flags.c_contiguous:
        return epc.view(np.uint32)
    padded = np.zeros((n, max(SHORT_BYTES, -(-width // 4) * 4)), np.uint8)
    padded[:, :width] = epc
    words = padded.view(np.uint32)
    keys = np.ascontiguousarray(words[:, :KEY_WORDS])
    long = np.flatnonzero(epc_bits > SHORT_BITS_MAX)
    if len(long):
        keys[long] = _mixed_down(words[long], epc_bits[long])
    return keys


def _mixed_down(words: NDArray[np.uint32], epc_bits: NDArray[np.uint16]) -> Keys:
    """Any number of words folded into three by two independent multiplicative chains.

    Only an EPC's own words count: how wide the batch is must not change its key.
    """
    one = np.full(len(words), 0x243F6A8885A308D3, np.uint64)
    two = np.full(len(words), 0x13198A2E03707344, np.uint64)
    for number, column in enumerate(words.T):
        own = epc_bits > np.uint16(32 * number)
        first = (one ^ column) * _ODD_A
        second = (two + column) * _ODD_B
        one = np.where(own, first ^ (first >> _HALF), one)
        two = np.where(own, second ^ (second >> np.uint64(29)), two)
    folded = np.empty((len(words), KEY_WORDS), np.uint32)
    folded[:, 0] = one >> _HALF
    folded[:, 1] = one
    folded[:, 2] = two >> _HALF
    return folded


class EpcIndex:
    """Finds and gives rows; the keys themselves live in heads that grow with the rows.

    Args:
        expected: rows to begin with.
        kind: of a head: what `KEY` has, and whatever else is needed with it.

    Attributes:
        heads: one of each row.
        keys: uint32, shape (capacity, 3); bits: uint16, shape (capacity,), 0 for a free row; both
            lie in the heads.
        rows: rows ever given; free ones among them are in a list and are given again first.
        compiled: the hash as compiled code has it; None without it.
    """

    keys: Keys
    bits: NDArray[np.uint16]

    def __init__(self, expected: int = 1024, kind: np.dtype[np.void] = KEY) -> None:
        self.heads = np.zeros(expected, kind)
        self.keys, self.bits = self.heads["key"], self.heads["bits"]
        self.rows = 0
        self._free: list[int] = []
        self._long: dict[int, bytes] = {}
        self._places = np.empty(0, np.int32)
        self._taken = 0
        self.compiled = CompiledHash(kernel.KERNEL) if kernel.KERNEL else None
        self._rebuild(expected)

    def __len__(self) -> int:
        return self.rows - len(self._free)

    @property
    def nbytes(self) -> int:
        """Bytes held by heads and hash."""
        return self.heads.nbytes + self._places.nbytes

    def find(self, keys: Keys, bits: NDArray[np.uint16]) -> Rows:
        """The row of each key, -1 where it is not known."""
        if self.compiled is not None:
            return self.compiled.find(keys, bits)[0]
        return self._walk(keys, bits)[0]

    def find_or_add(self, epc: NDArray[np.uint8], keys: Keys, bits: NDArray[np.uint16]) -> Rows:
        """The row of each key; a new key gets one. `epc` is read only for long EPCs."""
        if self.compiled is not None:
            rows, missing_count = self.compiled.find(keys, bits)
            if missing_count:
                self.give_rows(epc, keys, bits, rows)
            return rows
        rows, at = self._walk(keys, bits)
        missing = (rows < 0).nonzero()[0]
        if len(missing):
            if self._make_room(len(missing)):
                at = self._home(keys)[0]
            rows[missing] = self._add(epc, keys, bits, missing, at[missing])
        return rows

    def epc_of(self, row: int) -> str:
        """The EPC of a row as lower-case hex of whole bytes."""
        bits = int(self.bits[row])
        if bits > SHORT_BITS_MAX:
            return self._long[row].hex()
        raw: bytes = self.keys[row].tobytes()
        return raw[: -(-bits // 8)].hex()

    def epcs_of(self, rows: Rows) -> list[str]:
        """The EPC of each row, as `epc_of` has it; quicker for many."""
        if not (self.bits[rows] == SHORT_BITS_MAX).all():
            return [self.epc_of(row) for row in rows.tolist()]
        digits, width = self.keys[rows].tobytes().hex(), 2 * SHORT_BYTES
        return [digits[at : at + width] for at in range(0, len(digits), width)]

    def remove(self, rows: Rows) -> None:
        """Forget the keys of these rows; the rows are given again to new tags."""
        _, at = self._walk(self.keys[rows], self.bits[rows])
        self._places[at] = GONE
        self.bits[rows] = 0
        for row in rows.tolist():
            self._long.pop(row, None)
            self._free.append(row)

    def _home(self, keys: Keys) -> tuple[Rows, NDArray[np.int32]]:
        """The place where each key's walk begins, and what stands above its row's number."""
        wide = keys.astype(np.uint64)
        mixed = (wide[:, 0] | (wide[:, 1] << _HALF)) * _ODD_A
        mixed ^= mixed >> _HALF
        mixed += wide[:, 2]
        mixed *= _ODD_B
        home = (mixed >> _HALF) * np.uint64(len(self._places)) >> _HALF
        mixed >>= _PRINT_AT
        mixed &= _PRINT_MASK
        return home.astype(np.int64), mixed.astype(np.int32) << PRINT_SHIFT

    def _walk(self, keys: Keys, bits: NDArray[np.uint16]) -> tuple[Rows, Rows]:
        """Row (-1 for none) and the place in the hash where each walk ended."""
        at = self._home(keys)[0]
        rows = _rows_at(self._places.take(at, mode="wrap"))
        open_walks = (~self._ended(rows, keys, bits)).nonzero()[0]
        strides = 0
        while len(open_walks):
            strides += 1
            ahead = _ONE_STEP if strides <= _SINGLE_STEPS else _MANY_STEPS
            steps = (at.take(open_walks)[:, np.newaxis] + ahead) % len(self._places)
            found = _rows_at(self._places.take(steps, mode="wrap"))
            walker = np.repeat(open_walks, len(ahead)) if len(ahead) > 1 else open_walks
            own = keys.take(walker, axis=0, mode="wrap"), bits.take(walker, mode="wrap")
            ended = self._ended(found.reshape(-1), *own).reshape(found.shape)
            last = np.where(ended.any(axis=1), ended.argmax(axis=1), len(ahead) - 1)
            walk = np.arange(len(last))
            at[open_walks], rows[open_walks] = steps[walk, last], found[walk, last]
            open_walks = open_walks[~ended[walk, last]]
        return rows, at

    def _ended(self, rows: Rows, keys: Keys, bits: NDArray[np.uint16]) -> NDArray[np.bool_]:
        """Whether a walk may stop at these rows: empty place, or the key itself."""
        heads = self.heads.take(rows, mode="wrap")
        there = heads["key"]
        same = (there[:, 0] == keys[:, 0]) & (there[:, 1] == keys[:, 1])
        same &= (there[:, 2] == keys[:, 2]) & (heads["bits"] == bits)
        same &= rows >= 0
        same |= rows == EMPTY
        ended: NDArray[np.bool_] = same
        return ended

    def give_rows(
        self, epc: NDArray[np.uint8], keys: Keys, bits: NDArray[np.uint16], rows: Rows
    ) -> None:
        """Put a row for each new key where there is -1 in `rows`; by compiled code alone."""
        if self.compiled is None:
            raise TypeError("nobody but compiled code leaves rows out")
        missing = int(np.count_nonzero(rows < 0))
        self._make_room(missing)
        given = self._next_rows(missing)
        first = self.compiled.add(keys, bits, rows, given)
        given = given[: len(first)]
        self._give(len(given))
        self._keep_long(epc, bits, first, given)

    def _add(
        self,
        epc: NDArray[np.uint8],
        keys: Keys,
        bits: NDArray[np.uint16],
        missing: Rows,
        at: Rows,
    ) -> Rows:
        """Give rows to the missing keys, one for each different key."""
        claimed = np.empty(len(missing), np.int64)
        walking = np.arange(len(missing))
        while len(walking):
            here = self._places[at[walking]]
            empty = here == EMPTY
            claims = walking[empty][::-1]  # the last to be written is the first to have come
            self._places[at[claims]] = _FIRST_CLAIM - claims
            here = self._places[at[walking]]
            owner = _FIRST_CLAIM - here.astype(np.int64)
            mine = missing[walking]
            same = owner >= 0
            theirs = missing[np.where(same, owner, 0)]
            same &= (keys[theirs] == keys[mine]).all(axis=1) & (bits[theirs] == bits[mine])
            claimed[walking[same]] = owner[same]
            walking = walking[~same]
            at[walking] = (at[walking] + 1) % len(self._places)
        winners = np.flatnonzero(claimed == np.arange(len(missing)))
        given = self._next_rows(len(winners))
        self._give(len(winners))
        first = missing[winners]
        self.keys[given] = keys[first]
        self.bits[given] = bits[first]
        self._places[at[winners]] = self._home(keys[first])[1] | given
        self._keep_long(epc, bits, first, given)
        row_of = np.empty(len(missing), np.int64)
        row_of[winners] = given
        rows: Rows = row_of[claimed]
        return rows

    def _keep_long(
        self, epc: NDArray[np.uint8], bits: NDArray[np.uint16], first: Rows, given: Rows
    ) -> None:
        long = np.flatnonzero(bits[first] > SHORT_BITS_MAX)
        for read, row in zip(first[long].tolist(), given[long].tolist(), strict=True):
            self._long[row] = epc[read, : -(-int(bits[read]) // 8)].tobytes()

    def _next_rows(self, n: int) -> Rows:
        """The rows that the next n tags get; room is made for them."""
        reused = self._free[: -n - 1 : -1] if n else []
        end = self.rows + n - len(reused)
        if end > ROWS_MAX:
            raise OverflowError(f"a table of more than {ROWS_MAX:,} tags")
        if end > len(self.bits):
            self._grow(end)
        return np.concatenate(
            [np.array(reused, np.int64), np.arange(self.rows, end, dtype=np.int64)]
        )

    def _give(self, n: int) -> None:
        """The next n rows are given."""
        reused = min(n, len(self._free))
        del self._free[len(self._free) - reused :]
        self.rows += n - reused
        self._taken += n

    def _make_room(self, n: int) -> bool:
        """Whether the hash had to be built anew for n more tags."""
        if self._taken + n <= LOAD_MAX * len(self._places):
            return False
        self._rebuild(len(self) + n)
        return True

    def _grow(self, needed: int) -> None:
        self.heads.resize(grown(len(self.bits), needed), refcheck=False)
        self.keys, self.bits = self.heads["key"], self.heads["bits"]
        self._show_compiled()

    def _show_compiled(self) -> None:
        """The columns lie elsewhere now."""
        if self.compiled is not None:
            self.compiled.work_on(self._places, self.heads)

    def _rebuild(self, tags: int) -> None:
        """A new hash with room for these tags and some; keys stay, places of forgotten ones go."""
        self._places = np.full(max(64, int(tags * ROOM / LOAD_MAX)), EMPTY, np.int32)
        self._show_compiled()
        if self.compiled is not None:
            self._taken = self.compiled.place(self.rows)
            return
        rows = np.flatnonzero(self.bits[: self.rows])
        self._taken = len(rows)
        at, prints = self._home(self.keys[rows])
        told = (prints | rows).astype(np.int32)
        while len(told):
            empty = self._places[at] == EMPTY
            self._places[at[empty]] = told[empty]
            left = self._places[at] != told
            told, at = told[left], (at[left] + 1) % len(self._places)


def _rows_at(places: NDArray[np.int32]) -> Rows:
    """The rows that places name; what names none stays as it is."""
    rows: Rows = places.astype(np.int64)
    return np.where(rows >= 0, rows & ROW_MASK, rows)


def grown(capacity: int, needed: int) -> int:
    """The next capacity: doubled while small, 32,768 rows more when big: little lies idle."""
    return max(needed, capacity + min(max(capacity, 1024), 32_768))
