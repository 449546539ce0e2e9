"""Others judge the simulated reader: sllurp as its client, tshark's dissector as its reader."""

import logging
import re
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sllurp.llrp import LLRPReaderClient, LLRPReaderConfig

from simulators.llrp.codec import encode
from simulators.llrp.parts import Bits, Part, message, part
from simulators.llrp.profile import Vendor
from simulators.llrp.settings import CONTENT_FLAGS
from tests.waiting import PATIENCE_S

Make = Callable[..., Any]
EVERYTHING = dict.fromkeys(CONTENT_FLAGS, True)
IMPINJ = dict.fromkeys(("EnableRFPhaseAngle", "EnablePeakRSSI", "EnableRFDopplerFrequency"), True)


def _leave(client: LLRPReaderClient) -> None:
    """Disconnect, by force in the end.

    Asked from another thread, sllurp sends its request before it notes that it waits for the
    answer: an answer that is quicker is missed, or taken for an unexpected one.
    """
    client.disconnect()
    client.join(3.0)
    if client.is_alive():
        client.hard_disconnect()
        client.join(PATIENCE_S)


def _sllurp(
    port: int, settings: dict[str, object], wanted: int, caplog: pytest.LogCaptureFixture
) -> list[dict[str, Any]]:
    """Inventory with sllurp until so many reads have come, without a complaint, then leave."""
    whole = {"report_every_n_tags": 5, "tag_content_selector": EVERYTHING, **settings}
    client = LLRPReaderClient("127.0.0.1", port, LLRPReaderConfig(whole))
    found: list[dict[str, Any]] = []
    enough = threading.Event()

    def heard(_client: object, tags: list[dict[str, Any]]) -> None:
        found.extend(tags)
        if len(found) >= wanted:
            enough.set()

    client.add_tag_report_callback(heard)
    client.connect()
    try:
        assert enough.wait(PATIENCE_S), f"{len(found)} of {wanted} reads came"
        assert client.is_alive()
        assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []
    finally:
        _leave(client)
    return found


@pytest.mark.parametrize("vendor", Vendor)
def test_sllurp_inventories_without_complaint(
    serve: Callable[..., int], vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    settings: dict[str, object] = {"antennas": [1, 2], "keepalive_interval": 100}
    if vendor is Vendor.IMPINJ:
        settings["impinj_tag_content_selector"] = IMPINJ
    port = serve("--vendor", vendor.value, "--rate", "1000")
    found = _sllurp(port, settings, 1000, caplog)
    assert {one["AntennaID"] for one in found} == {1, 2}
    assert all(-95 <= one["PeakRSSI"] <= -20 for one in found)
    assert all(len(one["EPC-96"]) == 24 for one in found)
    phases = [one["ImpinjRFPhaseAngle"] for one in found if "ImpinjRFPhaseAngle" in one]
    assert len(phases) == (len(found) if vendor is Vendor.IMPINJ else 0)


@pytest.mark.parametrize("vendor", Vendor)
def test_sllurp_inventories_by_gen2_rounds(
    serve: Callable[..., int], vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    port = serve("--vendor", vendor.value, "--tags", "50")
    found = _sllurp(port, {"antennas": [1, 2, 3, 4]}, 200, caplog)
    assert len({one["EPC-96"] for one in found}) > 20


def test_sllurp_comes_again_after_it_left(
    serve: Callable[..., int], caplog: pytest.LogCaptureFixture
) -> None:
    port = serve("--rate", "1000")
    for _ in range(2):
        assert len(_sllurp(port, {"antennas": [1, 2, 3, 4]}, 100, caplog)) >= 100
        caplog.clear()


def _pcap(frames: Iterator[tuple[bool, bytes]], path: Path) -> int:
    """Frames (from the client or not) as TCP segments on port 5084 in raw IP packets."""
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 101)
    packets, sequence = [head], {True: 1, False: 1}
    for from_client, frame in frames:
        ports = (40_000, 5084) if from_client else (5084, 40_000)
        counted = (sequence[from_client], sequence[not from_client])
        tcp = struct.pack(">HHIIBBHHH", *ports, *counted, 0x50, 0x18, 65_535, 0, 0)
        sequence[from_client] += len(frame)
        size = 40 + len(frame)
        home = socket.inet_aton("127.0.0.1")
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 0, 0, 64, 6, 0, home, home)
        packets.append(struct.pack("<IIII", 0, 0, size, size) + ip + tcp + frame)
    path.write_bytes(b"".join(packets))
    return len(packets) - 1


ALL_EVENTS = part(
    "ReaderEventNotificationSpec",
    *(part("EventNotificationState", EventType=n, NotificationState=1) for n in range(9)),
)
KEEPALIVE = part("KeepaliveSpec", KeepaliveTriggerType=1, PeriodicTriggerValue=300)
ACCESS = part(
    "AccessSpec",
    part("AccessSpecStopTrigger", AccessSpecStopTrigger=1, OperationCountValue=20),
    part(
        "AccessCommand",
        part(
            "C1G2TagSpec",
            part(
                "C1G2TargetTag",
                MB=1,
                Match=1,
                Pointer=32,
                TagMask=Bits(8, b"\xff"),
                TagData=Bits(8, b"\x30"),
            ),
        ),
        part("C1G2Read", OpSpecID=3, AccessPassword=0, MB=2, WordPointer=0, WordCount=6),
        part(
            "C1G2Write", OpSpecID=4, AccessPassword=0, MB=3, WordPointer=0, WriteData=(0xCAFE, 7)
        ),
        part("C1G2BlockWrite", OpSpecID=5, AccessPassword=9, MB=3, WordPointer=0, WriteData=(1,)),
        part(
            "C1G2Lock",
            part("C1G2LockPayload", Privilege=0, DataField=4),
            OpSpecID=6,
            AccessPassword=0,
        ),
        part("C1G2BlockErase", OpSpecID=7, AccessPassword=0, MB=3, WordPointer=0, WordCount=1),
        part("C1G2Kill", OpSpecID=8, KillPassword=0),
    ),
    AccessSpecID=4,
    AntennaID=0,
    ProtocolID=1,
    CurrentState=0,
    ROSpecID=0,
)


def _long_session(reader: Any, spec: Any) -> None:  # noqa: ANN401 - the played reader of conftest
    """Every request once at least, refusals among them, and two seconds of reads."""
    reader.ask("IMPINJ_ENABLE_EXTENSIONS")
    reader.ask("GET_READER_CAPABILITIES", RequestedData=0)
    reader.ask("GET_READER_CONFIG", AntennaID=0, RequestedData=0, GPIPortNum=0, GPOPortNum=0)
    reader.ask("SET_READER_CONFIG", ALL_EVENTS, KEEPALIVE, ResetToFactoryDefault=1)
    reader.ask("ENABLE_EVENTS_AND_REPORTS")
    reader.ask("ADD_ROSPEC", spec)
    reader.ask("ADD_ROSPEC", spec)
    reader.ask("ADD_ACCESSSPEC", ACCESS)
    reader.ask("GET_ACCESSSPECS")
    reader.ask("ENABLE_ROSPEC", ROSpecID=0)
    reader.run(1.0)
    reader.ask("ENABLE_ACCESSSPEC", AccessSpecID=4)
    reader.run(1.0)
    reader.ask("GET_ROSPECS")
    reader.ask("START_ROSPEC", ROSpecID=1)
    reader.ask("STOP_ROSPEC", ROSpecID=1)
    reader.ask("STOP_ROSPEC", ROSpecID=99)
    reader.ask("GET_REPORT")
    reader.ask("DISABLE_ROSPEC", ROSpecID=0)
    reader.ask("DELETE_ROSPEC", ROSpecID=0)
    reader.ask("DISABLE_ACCESSSPEC", AccessSpecID=0)
    reader.ask("DELETE_ACCESSSPEC", AccessSpecID=0)
    reader.ask("KEEPALIVE_ACK")
    reader.ask("CLOSE_CONNECTION")


SURVEY = part(
    "ROSpec",
    part(
        "ROBoundarySpec",
        part("ROSpecStartTrigger", ROSpecStartTriggerType=0),
        part("ROSpecStopTrigger", ROSpecStopTriggerType=0, DurationTriggerValue=0),
    ),
    part(
        "RFSurveySpec",
        part("RFSurveySpecStopTrigger", StopTriggerType=2, DurationPeriod=0, N=2),
        AntennaID=1,
        StartFrequency=902_000,
        EndFrequency=904_000,
    ),
    ROSpecID=7,
    Priority=0,
    CurrentState=0,
)


def _of_version_2(reader: Any, spec: Any) -> None:  # noqa: ANN401 - the played reader of conftest
    """Agree on LLRP 1.1, then ask, loop, listen to an input, survey."""
    listen = part("GPIPortCurrentState", GPIPortNum=1, Config=1, State=2)
    looping = Part(spec.name, spec.fields, (*spec.inside, part("LoopSpec", LoopCount=3)))
    loops = part("EventNotificationState", EventType=9, NotificationState=1)
    events = Part(ALL_EVENTS.name, {}, (*ALL_EVENTS.inside, loops))
    requests = (
        message("GET_SUPPORTED_VERSION", 1),
        message("SET_PROTOCOL_VERSION", 2, ProtocolVersion=2),
        message("GET_READER_CAPABILITIES", 3, RequestedData=0),
        message("SET_READER_CONFIG", 4, events, KEEPALIVE, listen, ResetToFactoryDefault=0),
        message("GET_READER_CONFIG", 5, AntennaID=0, RequestedData=0, GPIPortNum=0, GPOPortNum=0),
        message("ADD_ROSPEC", 6, looping),
        message("ADD_ROSPEC", 7, SURVEY),
        message("GET_ROSPECS", 8),
        message("ENABLE_ROSPEC", 9, ROSpecID=0),
        message("START_ROSPEC", 10, ROSpecID=7),
    )
    for request in requests:
        reader.device.receive(encode(replace(request, version=2)), reader.now_us)
        reader.taken()
    reader.run(0.5)
    reader.device.put_input(1, reader.now_us, high=True)
    for request in (message("KEEPALIVE_ACK", 0), message("START_ROSPEC", 11, ROSpecID=1)):
        reader.device.receive(encode(replace(request, version=2)), reader.now_us)
    reader.run(1.0)


FALSE_ALARMS = {
    "13 bytes decoded, but 15 bytes claimed",  # Identification: it leaves the list's count out
    "12 bytes decoded, but 14 bytes claimed",  # ImpinjRFDopplerFrequency: it does not know it
}


def _dissected(frames: list[tuple[bool, bytes]], folder: Path) -> tuple[str, list[str]]:
    """What tshark says of these frames, and what it finds wrong with them."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    count = _pcap(iter(frames), folder / "session.pcap")
    done = subprocess.run(
        ["tshark", "-r", str(folder / "session.pcap"), "-V", "-O", "llrp"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert done.stdout.count("Low Level Reader Protocol") == count
    return done.stdout, re.findall(r"\[Expert Info \(.*?\): (.*?)\]", done.stdout)


def _lengths(alarms: list[str]) -> set[str]:
    return {re.sub(r"^Incorrect length of parameter: |\.$", "", one) for one in alarms}


def test_tshark_finds_nothing_malformed_in_a_long_mixed_session(
    play: Make, a_rospec: Make, a_report_spec: Make, tmp_path: Path
) -> None:
    reader = play(vendor=Vendor.IMPINJ, rate=300.0)
    _long_session(reader, a_rospec(report=a_report_spec(3, impinj=True)))
    asked = (True, encode(message("GET_SUPPORTED_VERSION", 9)))
    text, alarms = _dissected([asked, *((False, one.frame) for one in reader.sent)], tmp_path)
    assert _lengths(alarms) <= FALSE_ALARMS
    assert len(alarms) == text.count("subtype: Unknown (68)") + text.count("Reader ID:")
    assert text.count("TLV Parameter: Tag Report Data") == sum(one.reads for one in reader.sent)
    told = {int(one) for one in re.findall(r"Antenna ID: (\d+)\n", text)}
    assert told >= {1, 2, 3, 4}
    for operation in ("Read", "Write", "Kill", "Lock", "Block Erase", "Block Write"):
        found = text.count(f"TLV Parameter: C1G2 {operation} Op Spec Result")
        assert found == 20, operation


def test_tshark_finds_nothing_malformed_in_a_session_of_version_1_1(
    play: Make, a_rospec: Make, a_report_spec: Make, tmp_path: Path
) -> None:
    reader = play(vendor=Vendor.ZEBRA, rate=300.0)
    ends = part("AISpecStopTrigger", AISpecStopTriggerType=1, DurationTrigger=100)
    never = part("ROSpecStartTrigger", ROSpecStartTriggerType=0)
    _of_version_2(reader, a_rospec(start=never, spec_stop=ends, report=a_report_spec(3)))
    spoken = [one.frame for one in reader.sent if one.frame[0] >> 2 == 2]
    text, alarms = _dissected([(False, one) for one in spoken], tmp_path)
    assert _lengths(alarms) <= FALSE_ALARMS
    for name in (
        "Maximum Receive Sensitivity",
        "RF Survey Frequency Capabilities",
        "RF Survey Report Data",
        "RF Survey Event",
        "GPI Event",
        "Spec loop event",
        "Loop Spec",
        "Tag Report Data",
    ):
        assert f"TLV Parameter: {name}" in text, name
