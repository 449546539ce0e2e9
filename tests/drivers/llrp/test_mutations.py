"""Good frames changed at random: no exception leaves, no good frame behind them is lost."""

import struct
import time

import numpy as np
import pytest

from drivers.llrp.attempt import Attempt
from drivers.llrp.decode import decode_stream
from drivers.llrp.framing import BadFrame, Frame, FrameSplitter, ReportRun
from drivers.llrp.messages import BadMessageError, decode_frame
from drivers.llrp.reports import ReportDecoder
from drivers.llrp.session import Session
from drivers.llrp.settings import LlrpSettings
from tests.drivers.llrp.llrp_bytes import Tag, custom, message, report, tlv
from tests.drivers.llrp.peer import capabilities, greeting, status

GOOD = (
    report(Tag()),
    report(Tag(phase=7, rssi_fine=-6000, doppler=3), Tag(phase=8, rssi_fine=-6100, doppler=4)),
    report(*[Tag(antenna=number) for number in range(1, 9)]),
    report(Tag(epc=bytes(16), epc_bits=128, extra=custom(161, 1, b"abc"))),
    greeting(),
    message(63, tlv(246, tlv(129, bytes(8)) + tlv(254, bytes(7)))),
    message(11, status() + capabilities(band=False)),
    message(13, status(100, "M_ParameterError")),
    message(100, status(109, "unsupported")),
    message(1023, struct.pack("!IB", 25882, 22) + status()),
    message(62),
)


def mutate(rng: np.random.Generator, good: bytes) -> bytes:
    """Change bytes of the body, cut it or lengthen it; the header stays true."""
    body = bytearray(good[10:])
    how = rng.integers(4)
    if how == 0 and body:
        del body[int(rng.integers(len(body))) :]
    elif how == 1:
        at = int(rng.integers(len(body) + 1))
        body[at:at] = rng.bytes(int(rng.integers(1, 9)))
    if how >= 1 and body:
        for at in rng.integers(len(body), size=int(rng.integers(1, 5))):
            body[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, int(rng.integers(256))])
    return good[:2] + struct.pack("!I", 10 + len(body)) + good[6:10] + bytes(body)


def singly(item: Frame | ReportRun | BadFrame) -> list[Frame]:
    if isinstance(item, ReportRun):
        return item.frames()
    assert isinstance(item, Frame)
    return [item]


def test_ten_thousand_mutated_messages_raise_nothing_and_harm_no_neighbour() -> None:
    seed = 20261123
    rng = np.random.default_rng(seed)
    marker = report(Tag(epc=b"\xaa" * 12))
    decoder = ReportDecoder("dock")
    mutated = refused = 0
    worst_s = 0.0
    for turn in range(100):
        batch_of_bad = [mutate(rng, GOOD[int(rng.integers(len(GOOD)))]) for _ in range(100)]
        stream = b"".join(bad + marker for bad in batch_of_bad)
        began = time.process_time()

        items = FrameSplitter().feed(stream)
        batch, _ = decoder.decode(items, 1)
        frames = [one for item in items for one in singly(item)]
        for frame in frames[::2]:
            mutated += 1
            try:
                decode_frame(frame)
            except BadMessageError:
                refused += 1

        worst_s = max(worst_s, time.process_time() - began)
        markers = (batch.epc[:, :12] == 0xAA).all(axis=1).sum()
        assert markers >= 100, f"seed {seed}, turn {turn}"

    assert mutated == 10_000
    assert refused > 1_000, "the mutations do harm"
    assert worst_s < 1


def test_the_two_decoders_of_tag_reports_agree_on_mutated_ones() -> None:
    """One is table-driven, one made for speed: they share the standard and nothing else."""
    seed = 4
    rng = np.random.default_rng(seed)
    reads = 0
    for turn in range(3000):
        bad = mutate(rng, GOOD[int(rng.integers(4))])
        batch, errors = ReportDecoder("dock").decode(FrameSplitter().feed(bad), 1)
        (told,) = decode_stream(bad, "bin")

        if "error" in told:  # the quick one does not look into what it passes over
            continue
        where = f"seed {seed}, turn {turn}"
        assert not errors, where
        epcs = zip(batch.epc, batch.epc_bits.tolist(), strict=True)
        hexes = [row.tobytes()[: (bits + 7) // 8].hex() for row, bits in epcs]
        assert hexes == [one["epc"] for one in told["reads"]], where
        assert batch.antenna.tolist() == [one.get("antenna", 0) for one in told["reads"]], where
        for got, one in zip(batch.rssi_dbm.tolist(), told["reads"], strict=True):
            assert got == pytest.approx(one.get("rssi_dbm", np.nan), nan_ok=True), where
        reads += len(batch)

    assert reads > 1000


def test_a_session_survives_any_bytes_at_any_moment() -> None:
    seed = 9
    rng = np.random.default_rng(seed)
    settings = LlrpSettings("dock", "reader")
    for turn in range(400):
        session = Session(settings, Attempt(), 0)
        session.receive(greeting(), 0, 1)
        for step in range(12):
            session.to_send()
            good = GOOD[int(rng.integers(len(GOOD)))]
            number = struct.pack("!I", int(rng.integers(12)))
            answer = good[:6] + number + good[10:]
            data = mutate(rng, answer) if rng.random() < 0.5 else answer
            outputs = session.receive(data, step, step)
            outputs += session.tick(step)
            assert isinstance(outputs, list), f"seed {seed}, turn {turn}"
