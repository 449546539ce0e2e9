"""tshark reads every message and parameter of LLRP as the simulator's codec writes it."""

import re
from pathlib import Path

from simulators.llrp.codec import encode
from simulators.llrp.layouts import (
    MESSAGE_LAYOUTS,
    PARAMETER_BY_NAME,
    PARAMETER_LAYOUTS,
    Field,
    Layout,
)
from simulators.llrp.parts import Bits, Message, Part, Value
from tests.simulators.llrp.test_referees import _dissected

CHOICES_MOST = 12
"""As many alternatives stand in the place that has the most."""
MISREAD = {
    "SET_PROTOCOL_VERSION",  # the dissector shows the version and does not step over it
    "CLIENT_REQUEST_OP_RESPONSE",  # it reads 16 bits of an AccessSpecID, which has 32
    "CUSTOM_MESSAGE",  # it leaves a strange vendor's data undecoded
}
MISREAD_PARAMETERS = {
    "Identification",  # it leaves the list's own count out
    "C1G2 Get Block Permalock Status",  # it does not step over the bank
}
NOT_IN_A_MESSAGE = {"Custom", "ClientRequestResponse"}


def _value(field: Field) -> Value:
    lists: dict[str, Value] = {"text": "abc", "rest": b"\1\2", "u1v": Bits(12, b"\xab\xc0")}
    if field.kind == "u" and field.bits > 64:
        return bytes(range(field.bits // 8))
    if field.kind in "us":
        return min(1, field.below[0] - 1) if field.below else 1
    return lists.get(field.kind, (1, 2, 3))


def _sample(layout: Layout, choice: int, seen: set[str], depth: int = 0) -> Part:
    """One of a kind with something in every place; the `choice`th where there are several."""
    seen.add(layout.name)
    inside = []
    for place in layout.places if depth < 7 else ():
        names = [name for name in place.names if name != "Custom"]
        if names:
            name = names[choice % len(names)]
            inside.append(_sample(PARAMETER_BY_NAME[name], choice, seen, depth + 1))
    return Part(layout.name, {f.name: _value(f) for f in layout.fields if f.name}, tuple(inside))


def _of_every_kind() -> tuple[list[tuple[bool, bytes]], set[str]]:
    """Frames of both versions that hold every parameter of the standard, and their names."""
    frames: dict[tuple[bool, bytes], None] = {}
    seen: set[str] = set()
    for layout in MESSAGE_LAYOUTS:
        if layout.vendor or layout.name in MISREAD:
            continue
        for choice in range(CHOICES_MOST):
            made = _sample(layout, choice, seen)
            for version in (1, 2):
                whole = Message(made.name, made.fields, made.inside, id=7, version=version)
                frames[False, encode(whole)] = None
    return list(frames), seen


def _blamed(text: str) -> set[str]:
    """The parameters in which the dissector finds something wrong."""
    found = set()
    for one in re.finditer(r"\[Expert Info", text):
        holders = re.findall(r"(?:TL?V Parameter|Type): ([^\n(]+)", text[: one.start()])
        found.add(holders[-1].strip())
    return found


def test_tshark_reads_every_word_of_both_versions(tmp_path: Path) -> None:
    frames, seen = _of_every_kind()
    missing = {one.name for one in PARAMETER_LAYOUTS if not one.vendor} - seen
    assert missing == NOT_IN_A_MESSAGE
    text, _ = _dissected(frames, tmp_path)
    assert _blamed(text) == MISREAD_PARAMETERS
    assert "Unknown Type" not in text
