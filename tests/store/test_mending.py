"""A damaged store is put aside whole, the newest sound backup takes its place, the gap is told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edge.clock import PlayedClock
from edge.model.events import JournalRestored
from edge.model.places import Floor
from edge.store import backup, mending
from edge.store.database import open_reader
from edge.store.durable import sync_to_disk
from edge.store.errors import StoreBusyError, StoreDamagedError, StoreError, StoreFailedError
from edge.store.mending import Mended, is_being_mended, mend, mended
from edge.store.rotating import rotate
from tests.store.conftest import CountingIds, Gateway

NEVER_US = 86_400_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def mend_it(
    path: Path, folder: Path, floor: Floor, ids: CountingIds
) -> Callable[[int], Mended | None]:
    return lambda now_us: mend(path, [folder], floor, ids, now_us, "a page is not as written")


def spoil(path: Path, what: bytes = b"30340000000000", by: bytes = b"!") -> bytes:
    """Flip a byte wherever a tag's number stands; what the file then is."""
    found = path.read_bytes().replace(what, by + what[1:])
    path.write_bytes(found)
    return found


def facts_of(gateway: Gateway) -> list[tuple[int, str, str]]:
    """Every fact as position, id and type."""
    connection = open_reader(gateway.path)
    try:
        return connection.execute("SELECT position, id, type FROM facts ORDER BY 1").fetchall()
    finally:
        connection.close()


def backed_up(gateway: Gateway, folder: Path) -> None:
    rotate(gateway.path, folder, None, NEVER_US, gateway.clock.now_us())


def test_the_newest_backup_takes_the_place_and_the_gap_is_a_fact_for_the_central_system(
    gateway: Gateway,
    open_gateway: Callable[[], Gateway],
    folder: Path,
    path: Path,
    mend_it: Callable[[int], Mended | None],
) -> None:
    gateway.happen(*gateway.arrivals(1, 3))
    gateway.store.acknowledge(gateway.store.epoch, 2)
    gateway.store.checkpoint()
    gateway.happen(*gateway.arrivals(4, 1))
    backed_up(gateway, folder)
    gateway.happen(*gateway.arrivals(5, 3))
    epoch, before = gateway.store.epoch, facts_of(gateway)
    gateway.close()
    spoilt = spoil(path)

    done = mend_it(1_764_335_100_000_000)

    assert done is not None
    assert (done.epoch, done.fact.first_seq, done.fact.last_seq) == (epoch, 5, 7)
    assert path.with_name(done.quarantined).read_bytes() == spoilt
    after = open_gateway()
    assert after.store.epoch != epoch
    assert after.store.verify().good
    assert facts_of(after)[:4] == before[:4]
    assert [kind for _, _, kind in facts_of(after)[4:]] == [JournalRestored.type]
    assert after.store.last_seq == 3  # two that were not acknowledged, and the gap
    assert mended(path) == [done]
    assert not is_being_mended(path)


def test_without_a_backup_work_begins_with_nothing_and_says_that_all_is_missing(
    gateway: Gateway,
    open_gateway: Callable[[], Gateway],
    path: Path,
    mend_it: Callable[[int], Mended | None],
) -> None:
    gateway.happen(*gateway.arrivals(1, 3))
    epoch = gateway.store.epoch
    gateway.close()
    spoil(path)

    done = mend_it(1)

    assert done is not None
    assert done.backup == ""
    assert (done.fact.epoch, done.fact.first_seq, done.fact.last_seq) == (epoch, 1, 3)
    assert [kind for _, _, kind in facts_of(open_gateway())] == [JournalRestored.type]


def test_a_file_of_which_nothing_can_be_read_leaves_the_end_of_the_gap_open(
    gateway: Gateway, folder: Path, path: Path, mend_it: Callable[[int], Mended | None]
) -> None:
    gateway.happen(*gateway.arrivals(1, 3))
    backed_up(gateway, folder)
    epoch = gateway.store.epoch
    gateway.close()
    path.write_bytes(b"no database at all" * 100)

    done = mend_it(1)

    assert done is not None
    assert (done.fact.epoch, done.fact.first_seq, done.fact.last_seq) == (epoch, 4, None)


def test_a_backup_that_is_spoilt_too_is_passed_over_for_an_older_one(
    gateway: Gateway,
    clock: PlayedClock,
    folder: Path,
    path: Path,
    mend_it: Callable[[int], Mended | None],
) -> None:
    gateway.happen(*gateway.arrivals(1, 1))
    backed_up(gateway, folder)
    clock.advance_us(60_000_000)
    gateway.happen(*gateway.arrivals(2, 1))
    backed_up(gateway, folder)
    gateway.close()
    older, newer = sorted(folder.iterdir())
    spoil(path)
    spoil(newer)

    done = mend_it(1)

    assert done is not None
    assert (done.backup, done.fact.first_seq, done.fact.last_seq) == (older.name, 2, 2)


def test_a_store_that_is_as_it_was_written_stays(
    gateway: Gateway, path: Path, mend_it: Callable[[int], Mended | None]
) -> None:
    gateway.happen(*gateway.arrivals(1, 3))
    gateway.close()
    before = path.read_bytes()

    assert mend_it(1) is None
    assert path.read_bytes() == before
    assert mended(path) == []


def test_a_store_in_use_is_left_alone(
    gateway: Gateway, mend_it: Callable[[int], Mended | None]
) -> None:
    gateway.happen(*gateway.arrivals(1, 3))
    with pytest.raises(StoreBusyError):
        mend_it(1)


def test_a_disk_that_spoils_one_file_after_the_other_is_told_and_grinds_no_more_backups(
    gateway: Gateway, path: Path, mend_it: Callable[[int], Mended | None]
) -> None:
    gateway.happen(*gateway.arrivals(1, 3))
    gateway.close()
    for minute in range(mending.MENDS_MAX):
        path.write_bytes(b"spoilt")
        assert mend_it(minute * 60_000_000) is not None
    path.write_bytes(b"spoilt")

    with pytest.raises(StoreDamagedError, match="replace the disk"):
        mend_it(4 * 60_000_000)

    assert path.read_bytes() == b"spoilt"
    assert mend_it(mending.MENDS_MAX * 3_600_000_000) is not None


def test_a_record_that_is_none_is_named(path: Path) -> None:
    path.with_name(f"{path.name}.damaged-20261128T130500000000Z.json").write_text("{}")
    with pytest.raises(StoreError, match="is no record of a mending"):
        mended(path)


def cut_at(step: int, patch: pytest.MonkeyPatch) -> None:
    """Let each renaming, linking and syncing from the given one on fail, before it is done."""
    left = step

    def cut(doing: Callable[..., object]) -> Callable[..., object]:
        def instead(*words: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise StoreFailedError("cut off")
            return doing(*words, **named)

        return instead

    patch.setattr(Path, "replace", cut(Path.replace))
    patch.setattr(Path, "hardlink_to", cut(Path.hardlink_to))
    for module in (mending, backup):
        patch.setattr(module, "sync_to_disk", cut(sync_to_disk))


@pytest.mark.parametrize("step", range(12))
def test_a_mending_that_is_cut_off_at_any_step_is_gone_on_with_and_tells_the_same_gap(
    gateway: Gateway,
    open_gateway: Callable[[], Gateway],
    folder: Path,
    mend_it: Callable[[int], Mended | None],
    step: int,
) -> None:
    """File and log must stay in one piece."""
    path, log = gateway.path, gateway.path.with_name(gateway.path.name + "-wal")
    gateway.happen(*gateway.arrivals(1, 3))
    backed_up(gateway, folder)
    gateway.happen(*gateway.arrivals(4, 2))
    epoch, begun = gateway.store.epoch, log.read_bytes()[:64]
    gateway.close()
    spoilt = spoil(path)
    log.write_bytes(begun)  # nothing is in it yet, but it belongs to the file

    with pytest.MonkeyPatch.context() as patch:
        cut_at(step, patch)
        with pytest.raises(StoreFailedError, match="cut off"):
            mend_it(1)
    marked = is_being_mended(path)
    done = mend_it(1)

    assert marked == (step >= 2)
    assert done is not None
    assert done.fact == JournalRestored(epoch, 4, 5, done.backup, done.reason)
    assert path.with_name(done.quarantined).read_bytes() == spoilt
    assert path.with_name(f"{done.quarantined}-wal").read_bytes() == begun
    assert mended(path) == [done]
    after = open_gateway()
    assert after.store.verify().good
    assert [kind for _, _, kind in facts_of(after)[3:]] == [JournalRestored.type]
