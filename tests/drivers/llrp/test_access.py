"""Work on tags against the simulated reader: found, read, written, locked, killed, and faults."""

import pytest

from drivers.tag_look import Wanted, look, only
from drivers.tag_work import kill, lock, read, set_password, write, write_epc
from drivers.tags import Access, Bank, End, KillTag, LockField, LockHow, Outcome, ReadMemory
from simulators.llrp.profile import Vendor
from tests.drivers.llrp.bench import tag_bench, worker
from tests.waiting import PATIENCE_S, wait_until

NEW = "30340242201d8840009efdf7"
SECRET = 0x1234ABCD


def test_a_tag_is_found_with_its_tid_while_reading_goes_on() -> None:
    with tag_bench(tags=2) as bench, worker(bench.port) as dock:
        found = dock.do(look(Wanted()))
        dock.ears.wait_reads(100)
        one = dock.do(only(Wanted(epc=bench.epcs()[1])))
        both = dock.do(only(Wanted()))

    assert [(tag.epc, tag.tid) for tag in found.tags] == sorted(
        zip(bench.epcs(), bench.tids(), strict=True), key=lambda pair: pair[1]
    )
    assert one.tag is not None
    assert one.tag.tid == bench.tids()[1]
    assert both.code == "ambiguous"
    assert bench.tids()[0] in both.text


def test_an_epc_is_written_and_read_back_and_its_length_fits() -> None:
    with tag_bench() as bench, worker(bench.port) as dock:
        tag = dock.do(only(Wanted())).tag
        assert tag is not None
        longer = dock.do(write_epc(tag, NEW + "00aa"))
        as_longer = bench.epcs(), bench.control()
        shorter = dock.do(write_epc(tag, NEW[:16]))
        as_shorter = bench.epcs(), bench.control()

    assert longer.code == "memory_overrun", "the simulated tag has room for 96 bits"
    assert as_longer == ([bench.born[0].hex()], 6 << 11)
    assert shorter.done
    assert as_shorter == ([NEW[:16]], 4 << 11)
    assert shorter.tag is not None
    assert (shorter.tag.epc, shorter.tag.tid) == (NEW[:16], tag.tid)


@pytest.mark.parametrize("vendor", Vendor)
@pytest.mark.parametrize("version", ["1.0.1", "auto"])
def test_every_vendor_and_version_writes(vendor: Vendor, version: str) -> None:
    with tag_bench(tags=2, vendor=vendor) as bench, worker(bench.port, version=version) as dock:
        refused_in_set_up = dock.wire.states()["dock"].errors
        tag = dock.do(only(Wanted(tid=bench.tids()[1]))).tag
        assert tag is not None
        assert dock.do(write_epc(tag, NEW)).done
        assert bench.epcs() == [bench.born[0].hex(), NEW]
        assert dock.wire.states()["dock"].errors == refused_in_set_up


def test_a_tag_is_found_and_written_in_rounds_as_they_are_in_life() -> None:
    """Gen2 rounds with session 1, in which a tag is read again and again."""
    with tag_bench(tags=5, rate=None) as bench, worker(bench.port, session=1) as dock:
        found = dock.do(look(Wanted()))
        assert len(found.tags) == 5
        assert dock.do(write_epc(found.tags[0], NEW)).done
        assert bench.epcs().count(NEW) == 1


def test_user_memory_is_written_read_and_ends_somewhere() -> None:
    with tag_bench() as bench, worker(bench.port) as dock:
        tag = dock.do(only(Wanted())).tag
        assert tag is not None
        wrote = dock.do(write(tag, Bank.USER, 3, bytes.fromhex("cafebabe"), blocks=True))
        got = dock.do(read(tag, Bank.USER, 2, 4))
        beyond = dock.do(read(tag, Bank.USER, 31, 4))

    assert wrote.done
    assert got.data.hex() == "0000cafebabe0000"
    assert beyond.code == Outcome.TAG_ERROR, "LLRP 1.0.1 has no better word for a read"


def test_a_locked_tag_takes_the_right_password_only() -> None:
    with tag_bench() as bench, worker(bench.port) as dock:
        tag = dock.do(only(Wanted())).tag
        assert tag is not None
        armed = dock.do(set_password(tag, LockField.ACCESS_PASSWORD, SECRET))
        again = dock.do(set_password(tag, LockField.ACCESS_PASSWORD, SECRET))
        locked = dock.do(lock(tag, ((LockHow.LOCK, LockField.EPC),), SECRET))
        without = dock.do(write_epc(tag, NEW))
        wrong = dock.do(write_epc(tag, NEW, 0x99))
        before = bench.epcs()
        right = dock.do(write_epc(tag, NEW, SECRET))
        after = bench.epcs()

    assert (armed.code, again.code, locked.code) == ("done", "done", "done")
    assert without.code == Outcome.MEMORY_LOCKED
    assert wrong.code == Outcome.NO_RESPONSE, "a tag falls silent at a wrong password"
    assert "password" in wrong.text
    assert before == [bench.born[0].hex()]
    assert right.done
    assert after == [NEW]


def test_a_tag_is_killed_only_with_its_kill_password_and_is_silent_then() -> None:
    with tag_bench(tags=2) as bench, worker(bench.port) as dock:
        tag = dock.do(only(Wanted(tid=bench.tids()[0]))).tag
        assert tag is not None
        unarmed = dock.do(kill(tag, SECRET))
        armed = dock.do(set_password(tag, LockField.KILL_PASSWORD, SECRET))
        wrong = dock.do(kill(tag, 1))
        alive = [one.killed for one in bench.memories()]
        right = dock.do(kill(tag, SECRET))
        dead = [one.killed for one in bench.memories()]
        gone = dock.do(only(Wanted(tid=tag.tid)))

    assert unarmed.code == Outcome.ZERO_KILL_PASSWORD
    assert armed.done
    assert wrong.code == Outcome.NO_RESPONSE
    assert alive == [False, False]
    assert right.done
    assert dead == [True, False]
    assert gone.code == "absent"


def test_a_reader_that_gathers_its_reports_is_asked_for_them() -> None:
    with tag_bench() as bench, worker(bench.port, report_every=250) as dock:
        tag = dock.do(only(Wanted())).tag
        assert tag is not None
        assert dock.do(write_epc(tag, NEW)).done
        assert bench.epcs() == [NEW]


def test_a_tag_that_is_not_there_is_absent_and_reading_goes_on() -> None:
    absent = Access(Wanted(tid="e28011600000000000000001").masks(), (ReadMemory(Bank.TID, 0, 6),))
    with tag_bench() as bench, worker(bench.port) as dock:
        assert dock.access(absent).end is End.ABSENT
        heard = sum(map(len, dock.ears.wait_reads(1)))
        dock.ears.wait_reads(heard + 50)


def test_a_reader_that_reboots_in_the_middle_leaves_it_unknown_and_comes_back() -> None:
    elsewhere = Wanted(tid="e28011600000000000000001").masks()
    waits = Access(elsewhere, (ReadMemory(Bank.TID, 0, 6),), wait_ms=20_000)
    with tag_bench(faults=("reboots=0.1",)) as bench, worker(bench.port) as dock:
        told = dock.begin(waits)
        bench.strike_at_work()
        report = told.get(timeout=PATIENCE_S)
        at_once = dock.access(waits)
        dock.ears.wait_up(times=2)
        found = dock.do(only(Wanted()))

    assert report.end is End.UNKNOWN
    assert at_once.end is End.REFUSED
    assert "does not answer" in at_once.reason
    assert found.done


def test_work_that_a_lost_link_left_on_the_reader_is_taken_back() -> None:
    """A kill whose outcome nobody waits for must not strike when the tag comes by in an hour."""
    elsewhere = Wanted(tid="e28011600000000000000001").masks()
    waits = Access(elsewhere, (KillTag(SECRET),), wait_ms=20_000)
    with tag_bench(faults=("cut-mid-frame=0.1",)) as bench, worker(bench.port) as dock:
        told = dock.begin(waits)
        bench.strike_at_work()
        report = told.get(timeout=PATIENCE_S)
        left = len(bench.specs)
        dock.ears.wait_up(times=2)
        wait_until("it is taken back", lambda: not bench.specs)

    assert report.end is End.UNKNOWN
    assert left == 1


def test_the_work_in_hand_ends_with_the_driver() -> None:
    elsewhere = Wanted(tid="e28011600000000000000001").masks()
    waits = Access(elsewhere, (ReadMemory(Bank.TID, 0, 6),), wait_ms=60_000)
    told: list[End] = []
    with tag_bench() as bench:
        with worker(bench.port) as dock:
            dock.do(only(Wanted()))
            for _ in range(20):
                dock.wire.access("dock", waits, lambda report: told.append(report.end))
            dock.wire.access("roof", waits, lambda report: told.append(report.end))
        specs = bench.reader._device.inventory.access.specs

    assert len(told) == 21
    assert set(told) <= {End.REFUSED, End.UNKNOWN}
    assert specs == {}
