"""AccessSpecs: what a reader does with a tag that it has just read (section 11).

    disabled --enable--> active --disable--> disabled
    any of the two --delete--> gone; active --spent--> gone (its OperationCountValue is reached)

Enabling what is active and disabling what is disabled change nothing and are no error.
"""

from dataclasses import dataclass
from enum import Enum, auto

from simulators.llrp.checking import type_of
from simulators.llrp.codec import encode_part
from simulators.llrp.parts import Bits, Part, Value, part
from simulators.llrp.profile import Profile
from simulators.llrp.status import Complaint, StatusCode
from simulators.llrp.tag_memory import Guarded, Outcome, Privilege, TagMemory

_WRITING = {Outcome.DONE: 0, Outcome.OVERRUN: 1, Outcome.LOCKED: 2, Outcome.NO_ANSWER: 5}
_RESULTS = {
    "C1G2Read": {Outcome.DONE: 0, Outcome.OVERRUN: 1, Outcome.LOCKED: 1, Outcome.NO_ANSWER: 2},
    "C1G2Write": _WRITING,
    "C1G2BlockWrite": _WRITING,
    "C1G2BlockErase": _WRITING,
    "C1G2Lock": {Outcome.DONE: 0, Outcome.LOCKED: 2, Outcome.NO_ANSWER: 3},
    "C1G2Kill": {Outcome.DONE: 0, Outcome.ZERO_KILL_PASSWORD: 1, Outcome.NO_ANSWER: 4},
}
"""The Result fields of LLRP 1.0.1; a read knows no better word than a nonspecific tag error."""


def bits_of(data: bytes, first: int, count: int) -> int | None:
    """Some bits as a number; None where the data is too short."""
    if first + count > 8 * len(data):
        return None
    whole = int.from_bytes(data, "big")
    return whole >> (8 * len(data) - first - count) & ((1 << count) - 1)


def number_of(bits: Bits) -> int:
    """A bit string as a number."""
    return int.from_bytes(bits.data, "big") >> (-bits.count % 8)


def _matches(target: Part, tag: TagMemory) -> bool:
    """Whether a tag fits one C1G2TargetTag; an empty mask fits every tag."""
    mask, data = target.fields["TagMask"], target.fields["TagData"]
    if not isinstance(mask, Bits) or not isinstance(data, Bits) or not mask.count:
        return True
    found = bits_of(bytes(tag.banks[target.number("MB")]), target.number("Pointer"), mask.count)
    if found is None:
        return not target.number("Match")
    same = (found ^ number_of(data)) & number_of(mask) == 0
    return same == bool(target.number("Match"))


class AccessState(Enum):
    """Where an AccessSpec stands; GONE is no state that a client ever sees."""

    DISABLED = auto()
    ACTIVE = auto()
    GONE = auto()


class AccessOrder(Enum):
    """What a client's request or its stop trigger wants of an AccessSpec."""

    ENABLE = auto()
    DISABLE = auto()
    DELETE = auto()
    SPENT = auto()


ACCESS_NEXT = {
    (AccessState.DISABLED, AccessOrder.ENABLE): AccessState.ACTIVE,
    (AccessState.ACTIVE, AccessOrder.ENABLE): AccessState.ACTIVE,
    (AccessState.DISABLED, AccessOrder.DISABLE): AccessState.DISABLED,
    (AccessState.ACTIVE, AccessOrder.DISABLE): AccessState.DISABLED,
    (AccessState.DISABLED, AccessOrder.DELETE): AccessState.GONE,
    (AccessState.ACTIVE, AccessOrder.DELETE): AccessState.GONE,
    (AccessState.ACTIVE, AccessOrder.SPENT): AccessState.GONE,
}


@dataclass(slots=True)
class AccessSpec:
    """One AccessSpec of a reader.

    Attributes:
        spec: the parameter as the client sent it.
        left: how many tags it is still good for; 0 without limit.
        state: where it stands.
    """

    spec: Part
    left: int
    state: AccessState = AccessState.DISABLED

    @classmethod
    def of(cls, spec: Part) -> "AccessSpec":
        """From an AccessSpec parameter that was checked."""
        stop = next(spec.all("AccessSpecStopTrigger"))
        counted = stop.number("AccessSpecStopTrigger") == 1
        return cls(spec, left=stop.number("OperationCountValue") * counted)

    def obey(self, order: AccessOrder) -> None:
        """Move to the state that the table names.

        Raises:
            KeyError: the table has no such step; nothing has changed.
        """
        self.state = ACCESS_NEXT[self.state, order]

    def is_spent(self) -> bool:
        """Whether its operations are counted and done: the reader forgets it then."""
        return self.state is AccessState.GONE

    def reports_at_once(self, *, usually: bool) -> bool:
        """Whether its results are reported by themselves (AccessReportTrigger 1)."""
        own = self.spec.first("AccessReportSpec")
        return bool(own.number("AccessReportTrigger")) if own is not None else usually

    def part(self) -> Part:
        """The parameter as GET_ACCESSSPECS tells it."""
        fields = {**self.spec.fields, "CurrentState": int(self.state is AccessState.ACTIVE)}
        return Part("AccessSpec", fields, self.spec.inside)

    def covers(self, rospec_id: int) -> bool:
        """Whether it is active for this ROSpec; 0 in the spec means every one."""
        return self.state is AccessState.ACTIVE and self.spec.number("ROSpecID") in (0, rospec_id)

    def listens_on(self, antenna: int) -> bool:
        """Whether it is for this antenna; 0 in the spec means every one."""
        return self.spec.number("AntennaID") in (0, antenna)

    def results(self, tag: TagMemory) -> bytes:
        """Do the operations on a tag: their results as parameters; empty if it is no target."""
        command = next(self.spec.all("AccessCommand"))
        targets = next(command.all("C1G2TagSpec")).all("C1G2TargetTag")
        if not all(_matches(target, tag) for target in targets):
            return b""
        done = [_operate(one, tag) for one in command.inside if one.name in _RESULTS]
        if self.left:
            self.left -= 1
            if not self.left:
                self.obey(AccessOrder.SPENT)
        return b"".join(encode_part(one) for one in done)


def _words(operation: Part) -> bytes:
    words = operation.fields["WriteData"]
    return b"".join(word.to_bytes(2, "big") for word in words) if isinstance(words, tuple) else b""


def _read(operation: Part, tag: TagMemory, password: int) -> tuple[Outcome, dict[str, Value]]:
    at = (operation.number("MB"), operation.number("WordPointer"))
    outcome, data = tag.read(*at, operation.number("WordCount"), password)
    words = tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    return outcome, {"ReadData": words}


def _write(operation: Part, tag: TagMemory, password: int) -> tuple[Outcome, dict[str, Value]]:
    data = _words(operation)
    at = (operation.number("MB"), operation.number("WordPointer"))
    outcome = tag.write(*at, data, password)
    return outcome, {"NumWordsWritten": len(data) // 2 if outcome is Outcome.DONE else 0}


def _lock(operation: Part, tag: TagMemory, password: int) -> Outcome:
    wanted = [
        (Privilege(one.number("Privilege")), Guarded(one.number("DataField")))
        for one in operation.all("C1G2LockPayload")
    ]
    return tag.lock(wanted, password)


def _operate(operation: Part, tag: TagMemory) -> Part:
    kills = operation.name == "C1G2Kill"
    password = operation.number("KillPassword" if kills else "AccessPassword")
    told: dict[str, Value] = {}
    match operation.name:
        case _ if tag.killed:
            outcome = Outcome.NO_ANSWER
            told = _told_of_nothing(operation.name)
        case "C1G2Read":
            outcome, told = _read(operation, tag, password)
        case "C1G2Write" | "C1G2BlockWrite":
            outcome, told = _write(operation, tag, password)
        case "C1G2BlockErase":
            at = (operation.number("MB"), operation.number("WordPointer"))
            outcome = tag.write(*at, bytes(2 * operation.number("WordCount")), password)
        case "C1G2Lock":
            outcome = _lock(operation, tag, password)
        case _:
            outcome = tag.kill(password)
    result = _RESULTS[operation.name][outcome]
    name = f"{operation.name}OpSpecResult"
    return part(name, Result=result, OpSpecID=operation.number("OpSpecID"), **told)


def _told_of_nothing(operation: str) -> dict[str, Value]:
    """What a result must tell besides its code where the tag did not answer."""
    match operation:
        case "C1G2Read":
            return {"ReadData": ()}
        case "C1G2Write" | "C1G2BlockWrite":
            return {"NumWordsWritten": 0}
        case _:
            return {}


def complain_of(spec: Part, path: tuple[int, ...], profile: Profile) -> Complaint | None:
    """What this reader cannot do of an AccessSpec; `path` leads to it."""
    if spec.number("AntennaID") > profile.antennas:
        return Complaint(f"antennas go to {profile.antennas}", StatusCode.OUT_OF_RANGE, path, 2)
    if spec.number("ProtocolID") != 1:
        text = "the only air protocol is EPCGlobalClass1Gen2"
        return Complaint(text, StatusCode.INVALID, path, 3)
    if spec.number("CurrentState"):
        text = "an AccessSpec is added disabled"
        return Complaint(text, StatusCode.INVALID, path, 4)
    command = next(spec.all("AccessCommand"))
    below = (*path, type_of(command))
    return _complain_of_command(command, below, profile.opspecs_most)


def _complain_of_command(command: Part, path: tuple[int, ...], most: int) -> Complaint | None:
    seen: set[int] = set()
    for one in command.inside:
        below = (*path, type_of(one))
        if one.name == "C1G2TagSpec":
            continue
        if one.name not in _RESULTS:
            text = f"{one.name} is not supported"
            return Complaint(text, StatusCode.UNSUPPORTED_PARAMETER, below)
        if one.number("OpSpecID") in seen:
            text = f"OpSpecID {one.number('OpSpecID')} stands twice"
            return Complaint(text, StatusCode.INVALID, below, 1)
        seen.add(one.number("OpSpecID"))
        if len(seen) > most:
            text = f"an AccessSpec takes {most} operations"
            return Complaint(text, StatusCode.OVERFLOW_PARAMETER, below)
    if not seen:
        return Complaint("there is no operation", StatusCode.MISSING_PARAMETER, (*path, 341))
    return None
