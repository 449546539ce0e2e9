"""tshark and our decoder tell the same values of everything that the simulated reader sends.

Each parameter is compared by its place in the tree: its type number and those of its holders. The
two have only the bytes in common.
"""

import math
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.llrp.decode import decode_stream
from drivers.llrp.definitions import CUSTOM, MESSAGES, PARAMETERS
from drivers.llrp.vendor_definitions import VENDOR_PARAMETERS
from simulators.llrp.parts import part
from simulators.llrp.profile import Vendor
from tests.simulators.llrp.test_referees import _long_session, _of_version_2, _pcap
from tests.waiting import PATIENCE_S

Make = Callable[..., Any]
Values = dict[tuple[int, ...], list[tuple[Any, ...]]]

STANDARD = {definition.name: number for number, definition in PARAMETERS.items()}
READ_NAMES = {
    "antenna": ("AntennaID",),
    "rssi_dbm": ("PeakRSSI",),
    "channel": ("ChannelIndex",),
    "first_seen_us": ("FirstSeenTimestampUTC", "FirstSeenTimestampUptime"),
    "last_seen_us": ("LastSeenTimestampUTC", "LastSeenTimestampUptime"),
    "count": ("TagSeenCount",),
}
BYTES = {f"llrp.param.{name}" for name in ("epc", "read_data", "write_data", "reader_id")} | {
    "llrp.param.tag_mask",
    "llrp.param.tag_data",
}
IMPINJ = 25882
PHASE, PEAK_RSSI, DOPPLER = 56, 57, 68
SKIPPED = {
    "llrp.tlv_type",
    "llrp.tv_type",
    "llrp.tlv_len",
    "llrp.param.rfu",
    "llrp.version",
    "llrp.type",
    "llrp.length",
    "llrp.id",
    "llrp.invalid_length_of_string_claimed",
}


def tshark(frames: list[bytes], folder: Path) -> list[ET.Element]:
    """The dissected LLRP part of each frame."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    _pcap(iter((False, one) for one in frames), folder / "session.pcap")
    command = ["tshark", "-r", str(folder / "session.pcap"), "-T", "pdml", "-J", "llrp"]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=True)
    root = ET.fromstring(done.stdout)  # noqa: S314 - written by tshark
    return [one for packet in root for one in packet if one.get("name") == "llrp"]


def theirs(element: ET.Element, path: tuple[int, ...], found: Values) -> None:
    leaves: list[Any] = []
    _leaves(element, path, leaves, found)
    found[path].append(tuple(leaves))


def _leaves(element: ET.Element, path: tuple[int, ...], leaves: list[Any], found: Values) -> None:
    for child in element:
        name, shown = child.get("name", ""), child.get("show", "")
        if name == "llrp.param":
            kinds = [one for one in child if one.get("name") in {"llrp.tlv_type", "llrp.tv_type"}]
            theirs(child, (*path, int(kinds[0].get("show", ""))), found)
        elif name.startswith("llrp.") and name not in SKIPPED:
            leaves.append(shown.replace(":", "") if name in BYTES else _shown(shown))
            _leaves(child, path, leaves, found)


def _shown(text: str) -> Any:  # noqa: ANN401 - a number or a text
    if text in {"True", "False"}:
        return int(text == "True")
    try:
        number = int(text, 0)
        return number if number >= 0 else number % 0x10000  # of one field it knows the sign
    except ValueError:
        return text


def ours(decoded: dict[str, Any]) -> Values:
    found: Values = defaultdict(list)
    number = next(kind for kind, one in MESSAGES.items() if one.name == decoded["message"])
    rest = dict(decoded)
    for name in ("message", "id", "version", "length"):
        del rest[name]
    tags = [_tag(read) for read in rest.pop("reads", [])]
    if tags:
        rest["TagReportData"] = tags
    _values((), MESSAGES[number].fields, rest, found)
    return found


def _tag(read: dict[str, Any]) -> dict[str, Any]:
    """A read by the standard's names again; a vendor's values as the numbers on the wire."""
    tag = dict(read)
    bits = tag.pop("epc_bits", 96)
    epc = tag.pop("epc")
    tag |= {"EPC_96": epc} if bits == 96 else {"EPCData": {"bits": bits, "hex": epc}}
    if "phase_rad" in tag:  # and with it the finer RSSI, which takes the place of the whole dBm
        values = {
            PHASE: ("PhaseAngle", round(tag.pop("phase_rad") * 4096 / math.tau)),
            PEAK_RSSI: ("RSSI", round(tag.pop("rssi_dbm") * 100)),
            DOPPLER: ("DopplerFrequency", round(tag.pop("doppler_hz") * 16)),
        }
        tag["Custom"] = [
            {
                "vendor": IMPINJ,
                "subtype": number,
                VENDOR_PARAMETERS[IMPINJ, number].name: {name: value},
            }
            for number, (name, value) in values.items()
        ]
    for short, names in READ_NAMES.items():
        if short in tag:
            tag[names[0]] = tag.pop(short)
    return tag


def _values(
    path: tuple[int, ...],
    fields: tuple[tuple[str, str], ...],
    value: Any,  # noqa: ANN401 - what JSON can be
    found: Values,
) -> None:
    names = [name for name, _ in fields if name != "_"]
    bare = not isinstance(value, dict) or (len(names) == 1 and value.keys() == {"bits", "hex"})
    told = {names[0]: value} if bare else dict(value)
    leaves: list[Any] = []
    for name, kind in fields:
        if name != "_":
            leaves += _flat(name, kind, told.pop(name))
    found[path].append(tuple(leaves))
    for part_ in told.pop("Custom", []):
        definition = VENDOR_PARAMETERS[part_["vendor"], part_["subtype"]]
        inner: Values = defaultdict(list)
        _values((*path, CUSTOM), definition.fields, part_[definition.name], inner)
        own = inner[*path, CUSTOM][0]
        inner[*path, CUSTOM][0] = (part_["vendor"], part_["subtype"], *own)
        for where, several in inner.items():
            found[where] += several
    for name, inside in told.items():
        number = STANDARD[name]
        for one in inside if isinstance(inside, list) else [inside]:
            _values((*path, number), PARAMETERS[number].fields, one, found)


def _flat(name: str, kind: str, value: Any) -> Iterator[Any]:  # noqa: ANN401 - what JSON can be
    """A value as tshark tells it: numbers without sign, counts before lists, words as hex."""
    match name, value:
        case "ReaderID", _:  # it leaves the count out
            yield value
        case "ReadData" | "WriteData", _:
            yield from (len(value), "".join(f"{word:04x}" for word in value))
        case "ProtocolID", str():
            yield from (len(value) // 2, *bytes.fromhex(value))
        case _, {"bits": bits, "hex": raw}:
            yield from (bits, raw)
        case _, list():
            yield from (len(value), *value)
        case _, int():
            yield value % (1 << int(kind[1:]))
        case _:
            yield value


def _without_what_tshark_does_not_know(found: Values) -> Values:
    """Impinj's Doppler; and whole dBm, where ours tells the finer ones."""
    tags = (STANDARD["TagReportData"],)
    fine = (IMPINJ, PEAK_RSSI) in {one[:2] for one in found[*tags, CUSTOM]}
    dropped = {(*tags, STANDARD["PeakRSSI"])} if fine else set()
    return {
        path: kept
        for path, several in found.items()
        if path not in dropped
        if (kept := [one for one in several if one[:2] != (IMPINJ, DOPPLER)])
    }


def agree(frames: list[bytes], folder: Path) -> Counter[str]:
    """Compare every frame; how many parameters of each message agreed."""
    dissected = tshark(frames, folder)
    assert len(dissected) == len(frames)
    agreed: Counter[str] = Counter()
    for frame, element in zip(frames, dissected, strict=True):
        (decoded,) = decode_stream(frame, "bin")
        if decoded["message"] == "CUSTOM_MESSAGE":  # tshark names its vendor and no more
            continue
        other: Values = defaultdict(list)
        theirs(element, (), other)
        one = _without_what_tshark_does_not_know(ours(decoded))
        assert one == _without_what_tshark_does_not_know(other), decoded["message"]
        agreed[decoded["message"]] += sum(map(len, one.values()))
    return agreed


def test_a_long_session_of_version_1_0_1_is_told_alike(
    play: Make, a_rospec: Make, a_report_spec: Make, tmp_path: Path
) -> None:
    reader = play(vendor=Vendor.IMPINJ, rate=300.0)
    _long_session(reader, a_rospec(report=a_report_spec(3, impinj=True)))

    agreed = agree([one.frame for one in reader.sent], tmp_path)

    assert agreed["RO_ACCESS_REPORT"] > 5000
    assert agreed["GET_READER_CAPABILITIES_RESPONSE"] > 100
    assert agreed["READER_EVENT_NOTIFICATION"] > 20
    assert len(agreed) > 15


def test_a_session_of_version_1_1_is_told_alike(
    play: Make, a_rospec: Make, a_report_spec: Make, tmp_path: Path
) -> None:
    reader = play(vendor=Vendor.ZEBRA, rate=300.0)
    ends = part("AISpecStopTrigger", AISpecStopTriggerType=1, DurationTrigger=100)
    never = part("ROSpecStartTrigger", ROSpecStartTriggerType=0)
    _of_version_2(reader, a_rospec(start=never, spec_stop=ends, report=a_report_spec(3)))

    agreed = agree([one.frame for one in reader.sent], tmp_path)

    assert agreed["RO_ACCESS_REPORT"] > 500
    assert agreed["GET_SUPPORTED_VERSION_RESPONSE"] == 2
    assert agreed["READER_EVENT_NOTIFICATION"] > 20
