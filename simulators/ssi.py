"""Zebra's SSI as a scanner speaks it: a code in packets that are repeated until they are taken.

`length opcode source status data sum(2)`; the sum is the two's complement, high byte first.
"""

DECODED = 0xF3
TAKEN = 0xD0
NOT_TAKEN = 0xD1
TRIES = 3
"""The packet and two repetitions."""
ANSWER_S = 0.5
_CODE_128 = 0x03
_GS1 = {"]C1": 0x0F, "]e0": 0x30, "]d2": 0xC1, "]Q3": 0xC2}
_AGAIN, _MORE = 1, 2
_HOST = 4
_DATA_MOST = 240


def packets_of(code: str) -> list[bytes]:
    """The contents of the packets that a label becomes, without status; all but the last go on."""
    kind = _GS1.get(code[:3], _CODE_128)
    text = code.removeprefix(code[:3] if kind != _CODE_128 else "").encode()
    pieces = [text[at : at + _DATA_MOST] for at in range(0, len(text), _DATA_MOST)] or [b""]
    return [bytes((kind,)) + piece for piece in pieces]


def decoded(content: bytes, *, again: bool, more: bool) -> bytes:
    """One packet with a label's data."""
    status = _AGAIN * again + _MORE * more
    body = bytes((4 + len(content), DECODED, 0, status)) + content
    return body + _sum(body)


def orders_in(data: bytes) -> list[int]:
    """The opcodes of the host's packets; whatever else comes is passed over."""
    found: list[int] = []
    at = 0
    while at < len(data):
        end = at + data[at]
        body = data[at:end]
        if len(body) > _HOST - 1 and body[2] == _HOST and data[end : end + 2] == _sum(body):
            found.append(body[1])
            at = end + 2
        else:
            at += 1
    return found


def _sum(body: bytes) -> bytes:
    return (0x10000 - sum(body)).to_bytes(2, "big")
