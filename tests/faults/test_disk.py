"""A disk that is full, fails or may not be written: nothing untrue is told, and it goes on."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edge.clock import SystemClock
from edge.drills.child import WritingChild
from edge.store.errors import StoreFullError, StoreReadOnlyError
from edge.store.store import Store

if TYPE_CHECKING:
    from tests.faults.conftest import Oracle

pytestmark = pytest.mark.fault


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB in memory."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    made = subprocess.run(command, check=False, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def remount(folder: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", str(folder)], check=True)


def test_on_a_full_disk_commits_are_refused_and_go_on_when_there_is_room(
    mounted: Path, start: Callable[..., WritingChild], oracle: "Oracle"
) -> None:
    # given a disk that fills up
    child = start(mounted / "edge.db", "--refusals-max", "100000")
    child.wait_for_first()
    for _ in range(600):
        child.go_on_for(0.05)
        if child.refused:
            break
    assert set(child.refused) == {"StoreFullError"}
    kept = child.told

    # when there is room again
    remount(mounted, "size=64m")
    for _ in range(200):
        child.go_on_for(0.05)
        if len(child.told) > len(kept) + 10:
            break
    told = child.kill()

    # then it went on where it had stopped, and nothing that it told is lost
    assert len(told) > len(kept) + 10
    verdict = oracle.judge(mounted / "edge.db", told)
    assert (verdict.lost, verdict.broken) == ((), ())


def test_a_store_on_a_full_disk_cannot_be_made_and_says_why(mounted: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        (mounted / "ballast").write_bytes(bytes(2 * 1024 * 1024))
    with pytest.raises(StoreFullError, match=r"edge\.db"):
        Store.open(mounted / "edge.db", SystemClock(), str)


def test_a_store_that_may_not_be_written_is_refused_and_says_why(mounted: Path) -> None:
    Store.open(mounted / "edge.db", SystemClock(), lambda: "one").close()
    remount(mounted, "ro")
    with pytest.raises(StoreReadOnlyError, match=r"Read-only file system.*look at the disk"):
        Store.open(mounted / "edge.db", SystemClock(), str)
    remount(mounted, "rw")


@pytest.mark.parametrize(
    "injected",
    [
        "fdatasync:error=EIO:when=12",
        "fdatasync:error=EIO:when=15..30",
        "fdatasync:error=EIO:when=15+",
        "pwrite64:error=ENOSPC:when=150",
        "pwrite64:error=ENOSPC:when=161..200",
        "pwrite64:error=EIO:when=173",
        "pwrite64:error=EIO:when=140+",
        "fdatasync:signal=KILL:when=20",
        "pwrite64:signal=KILL:when=155",
        "pwrite64:signal=KILL:when=187",
    ],
)
def test_an_error_of_the_disk_is_never_told_as_success(
    tmp_path: Path, start: Callable[..., WritingChild], oracle: "Oracle", injected: str
) -> None:
    """After an error of fdatasync the page cache cannot be believed: the file is opened anew."""
    _need_strace()
    path = tmp_path / "edge.db"
    Store.open(path, SystemClock(), lambda: "one").close()  # so that its making is not counted
    trace = ("strace", "-f", "-qq", "-o", str(tmp_path / "trace"), "-e", f"inject={injected}")
    child = start(path, "--turns", "60", "--refusals-max", "30", before=trace)

    told = child.end()

    if "KILL" not in injected:
        assert child.refused, child.complaint
        assert child.process.returncode == (3 if injected.endswith("+") else 0)
    verdict = oracle.judge(path, told)
    assert (verdict.lost, verdict.broken) == ((), ())
    assert verdict.kept == len(told) > 0


def _need_strace() -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    tried = subprocess.run(
        ["strace", "-qq", "-o", os.devnull, "true"], check=False, capture_output=True, text=True
    )
    if tried.returncode:
        pytest.skip(f"strace may not trace here: {tried.stderr.strip()}")
