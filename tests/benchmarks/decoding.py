"""Tag reports to reads: this decoder against sllurp's on the same messages, 60 bytes a read.

Bytes come in pieces of 64 KiB, as a socket gives them to a gateway that has something to do, over
one connection that lasts for 300,000 reads. A read is what an Impinj reader sends with the fields
that the driver asks for: EPC-96, antenna, RSSI, channel, first and last seen, count, phase.
"""

import struct
from functools import partial

import numpy as np
from sllurp.llrp import LLRPMessage

from drivers.llrp.framing import FrameSplitter
from drivers.llrp.reports import ReportDecoder
from tests.benchmarks.figures import Effort, Figure, cpu_s, in_turns
from tests.drivers.llrp.llrp_bytes import IMPINJ, Tag, custom, report, tlv

BASELINE = "sllurp"
UNIT = "reads/s of one core"
PIECE_BYTES = 65_536
READS = 60_000
ROUNDS = 5  # the same tags are read again
READS_OF_SLLURP = 6_000


def odd(tag: Tag, chance: np.random.Generator) -> Tag:
    """The same tag as a reader sends it now and then, among records of the usual layout."""
    kinds = (
        {"epc": chance.bytes(16), "epc_bits": 128},  # another label in the same hall
        {"epc": chance.bytes(16), "epc_bits": 128, "phase": None},
        {"phase": None},  # a read of which the reader has no phase
        {"extra": custom(IMPINJ, 55, struct.pack("!H12s", 6, chance.bytes(12)))},  # FastID
        {"extra": tlv(349, struct.pack("!BHH4s", 0, 1, 2, chance.bytes(4)))},  # memory read
    )
    return tag.but(**kinds[chance.integers(len(kinds))])


def reports(reads: int, tags_a_message: int, *, odd_share: float = 0.0) -> list[bytes]:
    """Messages with so many reads; a share of them are odd."""
    chance = np.random.default_rng(1)
    tags = []
    for number in range(reads):
        tag = Tag(
            epc=chance.bytes(12),
            antenna=1 + number % 4,
            rssi=-40 - number % 30,
            phase=number % 4096,
        )
        tags.append((odd(tag, chance) if chance.random() < odd_share else tag).encode())
    return [report(*tags[at : at + tags_a_message]) for at in range(0, reads, tags_a_message)]


def decode(stream: bytes) -> int:
    """All reads of a stream, as the daemon decodes them; how many there were."""
    splitter, decoder = FrameSplitter(), ReportDecoder("dock")
    reads = 0
    for at in range(0, len(stream), PIECE_BYTES):
        batch, _ = decoder.decode(splitter.feed(stream[at : at + PIECE_BYTES]), at + 1)
        reads += len(batch)
    return reads


def decode_by_sllurp(messages: list[bytes]) -> int:
    """The same, message by message."""
    reads = 0
    for message in messages:
        found = LLRPMessage(msgbytes=message).msgdict["RO_ACCESS_REPORT"]["TagReportData"]
        reads += len(found)
    return reads


def figure(name: str, effort: Effort, tags_a_message: int, odd_share: float = 0.0) -> Figure:
    """One figure of decoding."""
    count = effort.of(READS)
    count_of_sllurp = effort.of(READS_OF_SLLURP)
    messages = reports(count, tags_a_message, odd_share=odd_share)
    stream = b"".join(messages) * ROUNDS
    few = messages[: max(1, count_of_sllurp // tags_a_message)]
    if decode(b"".join(few)) != decode_by_sllurp(few):
        raise AssertionError("the decoders do not find the same reads")

    def ours() -> float:
        return ROUNDS * count / cpu_s(partial(decode, stream))

    def theirs() -> float:
        return len(few) * tags_a_message / cpu_s(partial(decode_by_sllurp, few))

    return Figure.more(name, UNIT, BASELINE, in_turns(effort, ours, theirs))


def decode_1(effort: Effort) -> list[Figure]:
    """One read in each message: a reader that reports at once."""
    return [figure("decode_1", effort, 1)]


def decode_50(effort: Effort) -> list[Figure]:
    """Fifty reads in each message."""
    return [figure("decode_50", effort, 50)]


def decode_mixed(effort: Effort) -> list[Figure]:
    """Ten reads in each message, one in twenty of another layout: see `odd`."""
    return [figure("decode_mixed", effort, 10, 0.05)]
