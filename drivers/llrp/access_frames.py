"""AccessSpecs as bytes, and what tag reports say of them (LLRP 1.0.1, sections 11, 15.2.1.5, 16).

Our own encoders: sllurp has none for a kill and takes one operation in an AccessSpec.
"""

import re
import struct
from typing import Any

from drivers.llrp.framing import ReportRun
from drivers.llrp.messages import BadMessageError, decode_frame
from drivers.tags import (
    Access,
    KillTag,
    LockMemory,
    Mask,
    Operation,
    Outcome,
    ReadMemory,
    Result,
    TagAnswer,
    WriteMemory,
)

_HEADER = struct.Struct("!HII")
_TLV = struct.Struct("!HH")
_GEN2 = 1
_ACCESSSPEC, _STOP_TRIGGER, _COMMAND, _REPORT_SPEC = 207, 208, 209, 239
_TAG_SPEC, _TARGET_TAG = 338, 339
_READ, _WRITE, _KILL, _LOCK, _LOCK_PAYLOAD, _BLOCK_WRITE = 341, 342, 343, 344, 345, 347
_MATCH = 0x20

ADD_ACCESSSPEC, DELETE_ACCESSSPEC, ENABLE_ACCESSSPEC, GET_REPORT = 40, 41, 42, 60
RESPONSES = {ADD_ACCESSSPEC: 50, DELETE_ACCESSSPEC: 51, ENABLE_ACCESSSPEC: 52}

_WRITING = (
    Outcome.DONE,
    Outcome.MEMORY_OVERRUN,
    Outcome.MEMORY_LOCKED,
    Outcome.LOW_POWER,
    Outcome.TAG_ERROR,
    Outcome.NO_RESPONSE,
    Outcome.READER_ERROR,
    Outcome.WRONG_PASSWORD,
)
_RESULTS: dict[str, tuple[int, tuple[Outcome, ...]]] = {
    "C1G2ReadOpSpecResult": (
        349,
        (
            Outcome.DONE,
            Outcome.TAG_ERROR,
            Outcome.NO_RESPONSE,
            Outcome.READER_ERROR,
            Outcome.MEMORY_OVERRUN,
            Outcome.MEMORY_LOCKED,
            Outcome.WRONG_PASSWORD,
        ),
    ),
    "C1G2WriteOpSpecResult": (350, _WRITING),
    "C1G2KillOpSpecResult": (
        351,
        (
            Outcome.DONE,
            Outcome.ZERO_KILL_PASSWORD,
            Outcome.LOW_POWER,
            Outcome.TAG_ERROR,
            Outcome.NO_RESPONSE,
            Outcome.READER_ERROR,
            Outcome.WRONG_PASSWORD,
        ),
    ),
    "C1G2LockOpSpecResult": (
        352,
        (
            Outcome.DONE,
            Outcome.LOW_POWER,
            Outcome.TAG_ERROR,
            Outcome.NO_RESPONSE,
            Outcome.READER_ERROR,
            Outcome.WRONG_PASSWORD,
            Outcome.MEMORY_OVERRUN,
            Outcome.MEMORY_LOCKED,
        ),
    ),
    "C1G2BlockWriteOpSpecResult": (354, _WRITING),
}
"""Each result's type and the meaning of its code, by LLRP 1.1; 1.0.1 has the first ones."""


def request(kind: int, message_id: int, body: bytes = b"") -> bytes:
    """A message of LLRP 1.0.1."""
    return _HEADER.pack(1 << 10 | kind, _HEADER.size + len(body), message_id) + body


def accessspec(spec_id: int, first_operation: int, access: Access) -> bytes:
    """The AccessSpec parameter, disabled as the standard wants it.

    Args:
        spec_id: its number.
        first_operation: OpSpecID of the first operation; the others count on from it.
        access: what is to be done.
    """
    targets = b"".join(_target(mask) for mask in access.target) or _target(None)
    operations = b"".join(
        _operation(first_operation + index, one) for index, one in enumerate(access.operations)
    )
    # Without a stop trigger it goes on to every tag; else one tag ends it, whatever the result.
    stop = _tlv(_STOP_TRIGGER, struct.pack("!BH", 0, 0) if access.every else b"\x01\x00\x01")
    command = _tlv(_COMMAND, _tlv(_TAG_SPEC, targets) + operations)
    at_its_end = _tlv(_REPORT_SPEC, b"\x01")
    head = struct.pack("!IHBBI", spec_id, access.antenna, _GEN2, 0, 0)
    return _tlv(_ACCESSSPEC, head + stop + command + at_its_end)


def expected(first_operation: int, access: Access) -> re.Pattern[bytes]:
    """Finds a result of one of these operations in the bytes of a report."""
    forms = []
    for index, one in enumerate(access.operations):
        kind = _RESULTS[_result_name(one)][0]
        number = (first_operation + index).to_bytes(2, "big")
        forms.append(re.escape(kind.to_bytes(2, "big")) + b"..." + re.escape(number))
    return re.compile(b"|".join(forms), re.DOTALL)


def answers(run: ReportRun, first_operation: int, access: Access) -> list[TagAnswer]:
    """What the tags in these reports did of it; a report that breaks the standard tells nothing.

    `expected` tells cheaply whether looking is worth while.
    """
    found = []
    for frame in run.frames():
        try:
            reads = decode_frame(frame)["reads"]
        except BadMessageError:
            continue  # the decoder of reads has counted it
        for read in reads:
            results = _results(read, first_operation, access)
            if results is not None:
                found.append(TagAnswer(read["epc"], int(read.get("antenna", 0)), results))
    return found


def _results(
    read: dict[str, Any], first_operation: int, access: Access
) -> tuple[Result, ...] | None:
    told = [
        _result(read, first_operation + index, one) for index, one in enumerate(access.operations)
    ]
    if all(one is None for one in told):
        return None
    return tuple(one or Result(Outcome.SKIPPED) for one in told)


def _result(read: dict[str, Any], number: int, operation: Operation) -> Result | None:
    name = _result_name(operation)
    parts = read.get(name, [])
    for part in parts if isinstance(parts, list) else [parts]:
        if part["OpSpecID"] == number:
            outcomes = _RESULTS[name][1]
            code = part["Result"]
            outcome = outcomes[code] if code < len(outcomes) else Outcome.READER_ERROR
            data = b"".join(word.to_bytes(2, "big") for word in part.get("ReadData", ()))
            return Result(outcome, data, part.get("NumWordsWritten", 0))
    return None


def _result_name(operation: Operation) -> str:
    match operation:
        case ReadMemory():
            return "C1G2ReadOpSpecResult"
        case WriteMemory():
            return "C1G2BlockWriteOpSpecResult" if operation.blocks else "C1G2WriteOpSpecResult"
        case LockMemory():
            return "C1G2LockOpSpecResult"
        case KillTag():
            return "C1G2KillOpSpecResult"


def _operation(number: int, operation: Operation) -> bytes:
    match operation:
        case ReadMemory():
            where = (operation.bank << 6, operation.word, operation.count)
            return _tlv(_READ, struct.pack("!HIBHH", number, operation.password, *where))
        case WriteMemory():
            where = (operation.bank << 6, operation.word, len(operation.data) // 2)
            head = struct.pack("!HIBHH", number, operation.password, *where)
            kind = _BLOCK_WRITE if operation.blocks else _WRITE
            return _tlv(kind, head + operation.data)
        case LockMemory():
            payloads = b"".join(
                _tlv(_LOCK_PAYLOAD, bytes([how, what])) for how, what in operation.changes
            )
            return _tlv(_LOCK, struct.pack("!HI", number, operation.password) + payloads)
        case KillTag():
            return _tlv(_KILL, struct.pack("!HI", number, operation.password))


def _target(mask: Mask | None) -> bytes:
    """A C1G2TargetTag; an empty one fits every tag."""
    if mask is None:
        return _tlv(_TARGET_TAG, struct.pack("!BHHH", 1 << 6 | _MATCH, 0, 0, 0))
    bits = 8 * len(mask.data)
    head = struct.pack("!BHH", mask.bank << 6 | _MATCH, mask.first_bit, bits)
    all_ones = b"\xff" * len(mask.data)
    return _tlv(_TARGET_TAG, head + all_ones + struct.pack("!H", bits) + mask.data)


def _tlv(kind: int, body: bytes) -> bytes:
    return _TLV.pack(kind, _TLV.size + len(body)) + body
