"""No client can bring the reader down: what is damaged is refused, what is good is served."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from simulators.llrp.codec import encode, frame
from simulators.llrp.parts import Bits, message, part
from simulators.llrp.profile import Vendor

Make = Callable[..., Any]
MUTATIONS = 1_500


def _good_frames(spec: Any) -> list[bytes]:  # noqa: ANN401 - a ROSpec of conftest's maker
    target = part(
        "C1G2TargetTag",
        MB=1,
        Match=1,
        Pointer=32,
        TagMask=Bits(8, b"\xff"),
        TagData=Bits(8, b"\x30"),
    )
    tid = part("C1G2Read", OpSpecID=3, AccessPassword=0, MB=2, WordPointer=0, WordCount=6)
    words = part(
        "C1G2Write", OpSpecID=4, AccessPassword=0, MB=1, WordPointer=1, WriteData=(0x3000,)
    )
    payload = part("C1G2LockPayload", Privilege=0, DataField=4)
    lock = part("C1G2Lock", payload, OpSpecID=5, AccessPassword=0)
    kill = part("C1G2Kill", OpSpecID=6, KillPassword=0)
    access = part(
        "AccessSpec",
        part("AccessSpecStopTrigger", AccessSpecStopTrigger=0, OperationCountValue=0),
        part("AccessCommand", part("C1G2TagSpec", target), tid, words, lock, kill),
        AccessSpecID=4,
        AntennaID=0,
        ProtocolID=1,
        CurrentState=0,
        ROSpecID=0,
    )
    antenna = part(
        "AntennaConfiguration",
        part("RFTransmitter", HopTableID=1, ChannelIndex=0, TransmitPower=41),
        AntennaID=2,
    )
    keepalive = part("KeepaliveSpec", KeepaliveTriggerType=1, PeriodicTriggerValue=500)
    requests = (
        message("ADD_ROSPEC", 1, spec),
        message("ENABLE_ROSPEC", 2, ROSpecID=1),
        message("ADD_ACCESSSPEC", 3, access),
        message("ENABLE_ACCESSSPEC", 4, AccessSpecID=4),
        message("DELETE_ACCESSSPEC", 10, AccessSpecID=4),
        message("SET_READER_CONFIG", 5, antenna, keepalive, ResetToFactoryDefault=0),
        message("GET_READER_CAPABILITIES", 6, RequestedData=0),
        message("GET_READER_CONFIG", 7, AntennaID=0, RequestedData=0, GPIPortNum=0, GPOPortNum=0),
        message("DELETE_ROSPEC", 8, ROSpecID=0),
        message("IMPINJ_ENABLE_EXTENSIONS", 9),
    )
    return [encode(one) for one in requests]


def _damaged(good: bytes, chance: np.random.Generator) -> bytes:
    """A few bytes of the body changed, or its end cut off; the header's length agrees."""
    body = bytearray(good[10:])
    for _ in range(int(chance.integers(1, 5)) if body else 0):
        body[int(chance.integers(len(body)))] = int(
            chance.choice([0, 1, 255, chance.integers(256)])
        )
    if body and chance.random() < 0.2:
        del body[int(chance.integers(len(body))) :]
    number = int.from_bytes(good[:2], "big") & 0x3FF
    return frame(number, int(chance.integers(1 << 32)), bytes(body))


@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_requests_never_stop_the_reader(
    play: Make, a_rospec: Make, a_report_spec: Make, reads: Make, seed: int
) -> None:
    reader = play(vendor=Vendor.IMPINJ)
    chance = np.random.default_rng(seed)
    frames = _good_frames(a_rospec(report=a_report_spec(3, impinj=True)))
    for n in range(MUTATIONS):
        one = frames[int(chance.integers(len(frames)))]
        reader.device.receive(one if n % 3 == 0 else _damaged(one, chance), reader.now_us)
        if n % 10 == 0:
            reader.run(0.02)
    reader.taken()
    assert reader.status("DELETE_ROSPEC", ROSpecID=0).number("StatusCode") == 0
    assert reader.status("DELETE_ACCESSSPEC", AccessSpecID=0).number("StatusCode") == 0
    reader.status("SET_READER_CONFIG", ResetToFactoryDefault=1)
    reader.inventory()
    assert len(reads(reader.run(1.0))) >= 190, f"seed {seed}"
