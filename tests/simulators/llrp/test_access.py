"""AccessSpecs that change tags: what is written stays, who has no password changes nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from simulators.air import Dwell, Sightings
from simulators.llrp.parts import Bits, Part, part
from simulators.llrp.status import StatusCode
from simulators.llrp.tag_memory import Outcome, TagMemory
from simulators.llrp.written_air import WrittenAir

Make = Callable[..., Any]
EVERY_TAG = part(
    "C1G2TargetTag", MB=1, Match=1, Pointer=0, TagMask=Bits(0, b""), TagData=Bits(0, b"")
)
RESERVED, EPC, TID, USER = range(4)


def target(epc: bytes) -> Part:
    """The tag with this EPC."""
    ones = Bits(96, b"\xff" * 12)
    data = Bits(96, epc)
    return part("C1G2TargetTag", MB=1, Match=1, Pointer=32, TagMask=ones, TagData=data)


def read(bank: int, word: int, words: int, password: int = 0, number: int = 1) -> Part:
    return part(
        "C1G2Read",
        OpSpecID=number,
        AccessPassword=password,
        MB=bank,
        WordPointer=word,
        WordCount=words,
    )


def write(
    bank: int,
    word: int,
    data: tuple[int, ...],
    password: int = 0,
    number: int = 2,
    name: str = "C1G2Write",
) -> Part:
    return part(
        name,
        OpSpecID=number,
        AccessPassword=password,
        MB=bank,
        WordPointer=word,
        WriteData=data,
    )


def lock(privilege: int, field: int, password: int = 0, number: int = 3) -> Part:
    payload = part("C1G2LockPayload", Privilege=privilege, DataField=field)
    return part("C1G2Lock", payload, OpSpecID=number, AccessPassword=password)


def kill(password: int, number: int = 4) -> Part:
    return part("C1G2Kill", OpSpecID=number, KillPassword=password)


def accessspec(*operations: Part, tag: Part = EVERY_TAG, count: int = 0, antenna: int = 0) -> Part:
    stop = part(
        "AccessSpecStopTrigger",
        AccessSpecStopTrigger=int(count > 0),
        OperationCountValue=count,
    )
    return part(
        "AccessSpec",
        stop,
        part("AccessCommand", part("C1G2TagSpec", tag), *operations),
        AccessSpecID=4,
        AntennaID=antenna,
        ProtocolID=1,
        CurrentState=0,
        ROSpecID=0,
    )


def do(reader: Any, reads: Make, epc: bytes, *operations: Part) -> list[Part]:  # noqa: ANN401 - the played reader of conftest
    """Do this once with one tag; the results."""
    spec = accessspec(*operations, tag=target(epc), count=1)
    assert reader.status("ADD_ACCESSSPEC", spec).number("StatusCode") == 0
    assert reader.status("ENABLE_ACCESSSPEC", AccessSpecID=4).number("StatusCode") == 0
    found = reads(reader.run(1.0))
    assert reader.ask("GET_ACCESSSPECS")[0].first("AccessSpec") is None  # spent, so deleted
    results = [one for row in found for one in row.inside if one.name.endswith("OpSpecResult")]
    assert len(results) == len(operations)
    return results


def epcs(found: list[Part]) -> set[bytes]:
    return {one.inside[0].fields["EPC"] for one in found if one.inside[0].name == "EPC_96"}


@pytest.fixture
def bench(play: Make, reads: Make) -> tuple[Any, bytes]:
    """A reader that reads, and the EPC of one of its tags."""
    reader = play(rate=1000.0)
    reader.inventory()
    return reader, min(epcs(reads(reader.run(0.5))))


def test_what_is_written_to_user_memory_is_read_again(
    bench: tuple[Any, bytes], reads: Make
) -> None:
    reader, epc = bench
    done = do(reader, reads, epc, write(USER, 3, (0xCAFE, 0xBABE)), read(USER, 2, 4))
    assert done[0] == part("C1G2WriteOpSpecResult", Result=0, OpSpecID=2, NumWordsWritten=2)
    assert done[1].fields["ReadData"] == (0, 0xCAFE, 0xBABE, 0)


def test_a_tag_with_a_new_epc_answers_with_it_from_then_on(
    bench: tuple[Any, bytes], reads: Make
) -> None:
    reader, epc = bench
    new = bytes.fromhex("300000000000000000abcdef")
    words = tuple(int.from_bytes(new[at : at + 2], "big") for at in range(0, 12, 2))
    written = do(reader, reads, epc, write(EPC, 2, words, name="C1G2BlockWrite"))
    assert written[0].fields["Result"] == 0
    heard = epcs(reads(reader.run(1.0)))
    assert new in heard
    assert epc not in heard
    tid = do(reader, reads, new, read(TID, 0, 6))[0].fields["ReadData"]
    born = TagMemory.of(epc, 96).banks[TID]
    assert b"".join(word.to_bytes(2, "big") for word in tid) == bytes(born)


def test_a_shorter_epc_is_told_with_its_own_length(bench: tuple[Any, bytes], reads: Make) -> None:
    reader, epc = bench
    do(reader, reads, epc, write(EPC, 1, (4 << 11,)))
    short = [one.inside[0] for one in reads(reader.run(1.0))]
    assert {one.fields["EPC"] for one in short if one.name == "EPCData"} == {Bits(64, epc[:8])}


def test_locked_memory_is_written_with_the_password_only(
    bench: tuple[Any, bytes], reads: Make
) -> None:
    reader, epc = bench
    set_up = do(reader, reads, epc, write(RESERVED, 2, (0x1234, 0x5678)), lock(0, 4, 0x12345678))
    assert [one.fields["Result"] for one in set_up] == [0, 0]
    tried = do(
        reader,
        reads,
        epc,
        write(USER, 0, (1,)),
        write(USER, 0, (2,), 0x99, number=5),
        write(USER, 0, (3,), 0x12345678, number=6),
        lock(3, 4, 0, number=7),
        read(USER, 0, 1, number=8),
    )
    assert [one.fields["Result"] for one in tried] == [2, 5, 0, 2, 0]
    assert tried[-1].fields["ReadData"] == (3,)


def test_what_is_locked_for_ever_stays(bench: tuple[Any, bytes], reads: Make) -> None:
    reader, epc = bench
    done = do(
        reader,
        reads,
        epc,
        lock(1, 4),
        write(USER, 0, (1,)),
        lock(3, 4, number=5),
        write(TID, 0, (1,), number=6),
    )
    assert [one.fields["Result"] for one in done] == [0, 2, 2, 2]


def test_a_killed_tag_is_never_heard_again(bench: tuple[Any, bytes], reads: Make) -> None:
    reader, epc = bench
    refused = do(reader, reads, epc, kill(0), kill(7, number=5))
    assert [one.fields["Result"] for one in refused] == [1, 1]
    done = do(
        reader,
        reads,
        epc,
        write(RESERVED, 0, (0, 7)),
        kill(8),
        kill(7, number=5),
        read(TID, 0, 1, number=6),
    )
    assert [one.fields["Result"] for one in done] == [0, 4, 0, 2]
    assert epc not in epcs(reads(reader.run(1.0)))


def test_memory_ends_somewhere(bench: tuple[Any, bytes], reads: Make) -> None:
    reader, epc = bench
    erase = part(
        "C1G2BlockErase", OpSpecID=9, AccessPassword=0, MB=USER, WordPointer=0, WordCount=2
    )
    done = do(reader, reads, epc, read(USER, 30, 4), write(USER, 31, (1, 2)), erase)
    assert [one.fields["Result"] for one in done] == [1, 1, 0]
    assert done[1].fields["NumWordsWritten"] == 0


def _innermost(status: Part) -> tuple[list[int], int]:
    """The parameter types on the way to the culprit, and its field."""
    path, at = [], status
    while (below := at.first("ParameterError")) is not None:
        path.append(below.number("ParameterType"))
        at = below
    field = at.first("FieldError")
    return path, field.number("FieldNum") if field else 0


@pytest.mark.parametrize(
    ("spec", "culprit"),
    [
        (accessspec(read(USER, 0, 1), read(USER, 1, 1)), ([207, 209, 341], 1)),
        (accessspec(read(USER, 0, 1), antenna=5), ([207], 2)),
        (accessspec(), ([207, 209, 341], 0)),
        (accessspec(lock(4, 0)), ([207, 209, 344, 345], 1)),
    ],
)
def test_a_refusal_names_the_way_to_the_culprit(
    play: Make, spec: Part, culprit: tuple[list[int], int]
) -> None:
    reader = play()
    status = reader.status("ADD_ACCESSSPEC", spec)
    assert status.number("StatusCode") == StatusCode.MESSAGE_PARAMETER_ERROR
    assert _innermost(status) == culprit
    assert reader.ask("GET_ACCESSSPECS")[0].first("AccessSpec") is None


class OneOddTag:
    """An air with one tag whose EPC has 7 bits, heard once a dwell."""

    def slots(self) -> None:
        """Rounds are not played here."""

    def inventory(self, dwell: Dwell) -> Sightings:
        one = {"epc_bits": 7, "rssi_dbm": -50, "phase_rad": 0, "channel": 1, "doppler_hz": 0}
        columns = {name: np.full(1, value) for name, value in one.items()}
        seen = np.full(1, dwell.from_us)
        return Sightings(np.full((1, 1), 0xAA, np.uint8), seen_us=seen, count=seen, **columns)


def test_an_epc_may_grow_to_whole_words_when_it_is_written() -> None:
    air = WrittenAir(OneOddTag())
    tag = air.tag((b"\xaa", 7))
    assert tag.write(EPC, 2, b"\xbe\xef", 0) is Outcome.DONE
    air.written((b"\xaa", 7))
    heard = air.inventory(Dwell(1, 0, 1000))
    assert (heard.epc.tolist(), heard.epc_bits.tolist()) == ([[0xBE, 0xEF]], [16])


def test_a_tag_of_odd_bits_keeps_them_until_it_is_written() -> None:
    assert TagMemory.of(b"\xab", 7).key() == (b"\xab", 7)
    assert TagMemory.of(bytes(16), 128).key() == (bytes(16), 128)
    assert TagMemory.of(b"", 0).key() == (b"", 0)
