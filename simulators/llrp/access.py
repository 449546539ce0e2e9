"""AccessSpecs: what a reader does with a tag it has just read (section 11). Reading memory only.

A tag's memory is as plain as can be: the EPC bank is what its EPC says, the TID bank is made from
the EPC, the user bank is empty. Everything that would change a tag is refused when it is added.
"""

from dataclasses import dataclass
from hashlib import sha256

from simulators.llrp.checking import type_of
from simulators.llrp.codec import encode_part
from simulators.llrp.parts import Bits, Part, part
from simulators.llrp.reports import protocol_bits
from simulators.llrp.status import Complaint, StatusCode

_RESULT_SUCCESS = 0
_RESULT_NO_SUCH_MEMORY = 1
"""Nonspecific tag error: that is what a tag without that memory answers."""


def memory(bank: int, epc: bytes, epc_bits: int) -> bytes:
    """The words of one bank of a tag: 0 reserved, 1 EPC, 2 TID, 3 user."""
    match bank:
        case 0:
            return bytes(8)
        case 1:
            return b"\0\0" + protocol_bits(epc_bits).to_bytes(2, "big") + epc
        case 2:
            return bytes.fromhex("e2801160") + sha256(epc).digest()[:8]
        case _:
            return b""


def bits_of(data: bytes, first: int, count: int) -> int | None:
    """Some bits as a number; None where the data is too short."""
    if first + count > 8 * len(data):
        return None
    whole = int.from_bytes(data, "big")
    return whole >> (8 * len(data) - first - count) & ((1 << count) - 1)


def number_of(bits: Bits) -> int:
    """A bit string as a number."""
    return int.from_bytes(bits.data, "big") >> (-bits.count % 8)


def _matches(target: Part, epc: bytes, epc_bits: int) -> bool:
    """Whether a tag fits one C1G2TargetTag; an empty mask fits every tag."""
    mask, data = target.fields["TagMask"], target.fields["TagData"]
    if not isinstance(mask, Bits) or not isinstance(data, Bits) or not mask.count:
        return True
    bank = memory(target.number("MB"), epc, epc_bits)
    found = bits_of(bank, target.number("Pointer"), mask.count)
    if found is None:
        return not target.number("Match")
    same = (found ^ number_of(data)) & number_of(mask) == 0
    return same == bool(target.number("Match"))


@dataclass(slots=True)
class AccessSpec:
    """One AccessSpec of a reader.

    Attributes:
        spec: the parameter as the client sent it.
        enabled: whether it is active.
        left: how many tags it is still good for; 0 without limit.
    """

    spec: Part
    enabled: bool
    left: int

    @classmethod
    def of(cls, spec: Part) -> "AccessSpec":
        """From an AccessSpec parameter that was checked."""
        stop = next(spec.all("AccessSpecStopTrigger"))
        counted = stop.number("AccessSpecStopTrigger") == 1
        return cls(spec, enabled=False, left=stop.number("OperationCountValue") * counted)

    def part(self) -> Part:
        """The parameter as GET_ACCESSSPECS tells it."""
        fields = {**self.spec.fields, "CurrentState": int(self.enabled)}
        return Part("AccessSpec", fields, self.spec.inside)

    def covers(self, rospec_id: int) -> bool:
        """Whether it is active for this ROSpec; 0 in the spec means every one."""
        return self.enabled and self.spec.number("ROSpecID") in (0, rospec_id)

    def listens_on(self, antenna: int) -> bool:
        """Whether it is for this antenna; 0 in the spec means every one."""
        return self.spec.number("AntennaID") in (0, antenna)

    def results(self, epc: bytes, epc_bits: int) -> bytes:
        """What the operations on a tag gave, as parameters; empty if it is not a target."""
        command = next(self.spec.all("AccessCommand"))
        targets = next(command.all("C1G2TagSpec")).all("C1G2TargetTag")
        if not all(_matches(target, epc, epc_bits) for target in targets):
            return b""
        return b"".join(encode_part(_read(one, epc, epc_bits)) for one in command.all("C1G2Read"))


def _read(operation: Part, epc: bytes, epc_bits: int) -> Part:
    bank = memory(operation.number("MB"), epc, epc_bits)
    first = 2 * operation.number("WordPointer")
    count = operation.number("WordCount")
    data = bank[first : first + 2 * count] if count else bank[first:]
    good = len(data) == 2 * count or not count
    words = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
    return part(
        "C1G2ReadOpSpecResult",
        Result=_RESULT_SUCCESS if good else _RESULT_NO_SUCH_MEMORY,
        OpSpecID=operation.number("OpSpecID"),
        ReadData=tuple(words) if good else (),
    )


def complain_of(spec: Part, path: tuple[int, ...]) -> Complaint | None:
    """What this reader cannot do of an AccessSpec; `path` leads to it."""
    if spec.number("CurrentState"):
        text = "an AccessSpec is added disabled"
        return Complaint(text, StatusCode.INVALID, path, 4)
    command = next(spec.all("AccessCommand"))
    for one in command.inside:
        if one.name not in ("C1G2TagSpec", "C1G2Read"):
            culprit = (*path, type_of(command), type_of(one))
            text = f"{one.name} is not supported"
            return Complaint(text, StatusCode.UNSUPPORTED_PARAMETER, culprit)
    return None
