"""An air whose tags remember what was written to them, whatever air they came from."""

from dataclasses import replace

import numpy as np

from simulators.air import Air, Dwell, Sightings
from simulators.gen2 import Slots
from simulators.llrp.reads import TID_WORDS, Reads
from simulators.llrp.tag_memory import TID, Key, TagMemory


class WrittenAir:
    """Tags of another air, with memory.

    Args:
        air: tells which tags are heard, by the EPCs that they were born with.
    """

    def __init__(self, air: Air) -> None:
        self._air = air
        self._by_key: dict[Key, tuple[Key, TagMemory]] = {}
        self._changed: dict[Key, TagMemory] = {}

    def tag(self, key: Key) -> TagMemory:
        """The tag that answers with this EPC."""
        found = self._by_key.get(key)
        if found is None:
            found = self._by_key[key] = (key, TagMemory.of(*key))
        return found[1]

    def tag_of(self, tid: bytes) -> TagMemory | None:
        """The tag with this TID, killed or not; None where nothing ever asked for it."""
        known = (*self._changed.values(), *(tag for _, tag in self._by_key.values()))
        return next((tag for tag in known if bytes(tag.banks[TID]) == tid), None)

    def written(self, key: Key) -> None:
        """The tag that answered with this EPC was operated on: it may answer otherwise now."""
        born, tag = self._by_key[key]
        if tag.key() == key and not tag.killed:
            return
        del self._by_key[key]
        self._changed[born] = tag
        if not tag.killed:
            self._by_key[tag.key()] = (born, tag)

    def slots(self) -> Slots | None:
        """What all rounds so far came to; see `Air`."""
        return self._air.slots()

    def with_tid(self, reads: Reads) -> Reads:
        """The reads with what stands in each tag's TID bank."""
        keys = reads.keys()
        stored = {key: bytes(self.tag(key).banks[TID]) for key in set(keys)}
        raw = b"".join(stored[key] for key in keys)
        return replace(reads, tid=np.frombuffer(raw, np.uint8).reshape(len(reads), 2 * TID_WORDS))

    def inventory(self, dwell: Dwell) -> Sightings:
        """What the antenna hears in the dwell; see `Air`."""
        heard = self._air.inventory(dwell)
        return self._as_written(heard) if self._changed and len(heard) else heard

    def _as_written(self, heard: Sightings) -> Sightings:
        born_width = heard.epc.shape[1]
        width = max(born_width, *(len(tag.key()[0]) for tag in self._changed.values()))
        epc, bits = np.pad(heard.epc, ((0, 0), (0, width - born_width))), heard.epc_bits.copy()
        alive = np.ones(len(heard), np.bool_)
        rows_of: dict[Key, list[int]] = {}
        for row, count in enumerate(heard.epc_bits.tolist()):
            born = heard.epc[row, : (count + 7) // 8].tobytes(), count
            rows_of.setdefault(born, []).append(row)
        for born in rows_of.keys() & self._changed.keys():
            rows, tag = rows_of[born], self._changed[born]
            now, count = tag.key()
            alive[rows] = not tag.killed
            bits[rows] = count
            epc[rows] = np.frombuffer(now.ljust(width, b"\0"), np.uint8)
        return replace(heard, epc=epc, epc_bits=bits).take(alive)
