"""What a tag stores, and who may change it (ISO/IEC 18000-63, 6.3.2.1 and 6.3.2.12).

Four banks: 0 reserved (kill password, access password), 1 EPC (CRC, protocol control, EPC), 2 TID,
3 user. A tag is secured for whoever knows its access password, or while that is zero; locked
fields are written in the secured state only, permanently locked ones never.
"""

from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto
from hashlib import sha256

from simulators.llrp.reports import crc_16, protocol_bits

RESERVED, EPC, TID, USER = range(4)
_EPC_AT = 4
_USER_WORDS = 32
_KILL, _ACCESS = slice(0, 4), slice(4, 8)
Key = tuple[bytes, int]
"""What a tag answers with: its EPC and how many bits it has."""


class Outcome(Enum):
    """How an operation on a tag ended."""

    DONE = auto()
    OVERRUN = auto()
    LOCKED = auto()
    NO_ANSWER = auto()
    """A tag that hears a wrong password falls silent."""
    ZERO_KILL_PASSWORD = auto()
    TAG_ERROR = auto()


class Privilege(IntEnum):
    """C1G2LockPayload's Privilege (section 15.2.1.5.3.2 of LLRP)."""

    LOCK = 0
    LOCK_FOR_EVER = 1
    UNLOCK_FOR_EVER = 2
    UNLOCK = 3


class Guarded(IntEnum):
    """C1G2LockPayload's DataField."""

    KILL_PASSWORD = 0
    ACCESS_PASSWORD = 1
    EPC = 2
    TID = 3
    USER = 4


_GUARDED_BANK = {EPC: Guarded.EPC, TID: Guarded.TID, USER: Guarded.USER}
_FOR_EVER = (Privilege.LOCK_FOR_EVER, Privilege.UNLOCK_FOR_EVER)


def _factory_locks() -> dict[Guarded, Privilege]:
    locks = dict.fromkeys(Guarded, Privilege.UNLOCK)
    locks[Guarded.TID] = Privilege.LOCK_FOR_EVER
    return locks


@dataclass(slots=True, eq=False)
class TagMemory:
    """One tag.

    Attributes:
        banks: bytes of the four banks.
        locks: of what may be locked.
        killed: whether it never answers again.
        spare_bits: bits by which its EPC is shorter than its words.
    """

    banks: tuple[bytearray, bytearray, bytearray, bytearray]
    spare_bits: int = 0
    locks: dict[Guarded, Privilege] = field(default_factory=_factory_locks)
    killed: bool = False

    @classmethod
    def of(cls, epc: bytes, epc_bits: int) -> "TagMemory":
        """As it leaves the factory with this EPC; its TID is made from that."""
        control = protocol_bits(epc_bits).to_bytes(2, "big")
        padded = epc + bytes(len(epc) % 2)
        check = crc_16(control + epc).to_bytes(2, "big")
        return cls(
            (
                bytearray(8),
                bytearray(check + control + padded),
                bytearray(bytes.fromhex("e2801160") + sha256(epc).digest()[:8]),
                bytearray(2 * _USER_WORDS),
            ),
            spare_bits=8 * len(padded) - epc_bits,
        )

    def key(self) -> Key:
        """What it answers an inventory with."""
        stored = self.banks[EPC]
        words = min(stored[2] >> 3, (len(stored) - _EPC_AT) // 2)
        bits = 16 * words - (self.spare_bits if self.spare_bits < 16 * words else 0)
        return bytes(stored[_EPC_AT : _EPC_AT + (bits + 7) // 8]), bits

    def secured(self, password: int) -> bool | None:
        """Whether this password brings it into the secured state; None: it falls silent."""
        own = int.from_bytes(self.banks[RESERVED][_ACCESS], "big")
        if password in (0, own):
            return own == password
        return None

    def _guards(self, bank: int, first: int, last: int) -> list[Guarded]:
        """What guards these bytes of a bank."""
        if bank != RESERVED:
            return [_GUARDED_BANK[bank]]
        kill = [Guarded.KILL_PASSWORD] if first < _KILL.stop else []
        return kill + ([Guarded.ACCESS_PASSWORD] if last > _ACCESS.start else [])

    def _forbids(self, guard: Guarded, *, secured: bool) -> bool:
        lock = self.locks[guard]
        return lock is Privilege.LOCK_FOR_EVER or (lock is Privilege.LOCK and not secured)

    def _reach(self, bank: int, first: int, size: int, password: int) -> Outcome:
        secured = self.secured(password)
        if secured is None:
            return Outcome.NO_ANSWER
        if first + size > len(self.banks[bank]):
            return Outcome.OVERRUN
        guards = self._guards(bank, first, first + size)
        shut = any(self._forbids(guard, secured=secured) for guard in guards)
        return Outcome.LOCKED if shut else Outcome.DONE

    def read(self, bank: int, word: int, words: int, password: int) -> tuple[Outcome, bytes]:
        """Some words of a bank; 0 words means all that follow."""
        first = 2 * word
        size = 2 * words or max(len(self.banks[bank]) - first, 0)
        outcome = self._reach(bank, first, size, password)
        if outcome is Outcome.LOCKED and bank != RESERVED:
            outcome = Outcome.DONE  # locks hide the passwords only
        good = outcome is Outcome.DONE
        return outcome, bytes(self.banks[bank][first : first + size]) if good else b""

    def write(self, bank: int, word: int, data: bytes, password: int) -> Outcome:
        """Put words into a bank; all of them or, where it may not be, none."""
        outcome = self._reach(bank, 2 * word, len(data), password)
        if outcome is Outcome.DONE:
            self.banks[bank][2 * word : 2 * word + len(data)] = data
            if bank == EPC:
                self._epc_written()
        return outcome

    def _epc_written(self) -> None:
        """A tag that was given another EPC counts it in words, and its CRC follows."""
        self.spare_bits = 0
        epc, _ = self.key()
        check = crc_16(bytes(self.banks[EPC][2:4]) + epc)
        self.banks[EPC][:2] = check.to_bytes(2, "big")

    def lock(self, wanted: list[tuple[Privilege, Guarded]], password: int) -> Outcome:
        """Change locks; only the secured state may, and what holds for ever stays."""
        secured = self.secured(password)
        if secured is None:
            return Outcome.NO_ANSWER
        changes = [guard for how, guard in wanted if self.locks[guard] is not how]
        if not secured or any(self.locks[guard] in _FOR_EVER for guard in changes):
            return Outcome.LOCKED
        self.locks.update({guard: how for how, guard in wanted})
        return Outcome.DONE

    def kill(self, password: int) -> Outcome:
        """Silence it for ever; a tag whose kill password is zero cannot be killed."""
        own = int.from_bytes(self.banks[RESERVED][_KILL], "big")
        if not own:
            return Outcome.ZERO_KILL_PASSWORD
        if own != password:
            return Outcome.NO_ANSWER
        self.killed = True
        return Outcome.DONE
