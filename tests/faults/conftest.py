"""The oracle of the fault tests, and disks whose power can be cut.

The oracle keeps its own books: what a child has told is held against the rows of the file, read
with plain SQL. The product's own `verify` and `rebuild_and_compare` are asked besides.
"""

import fcntl
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.clock import SystemClock
from edge.model.places import Floor
from edge.store.rebuilding import rebuild_and_compare
from edge.store.store import Store

REPOSITORY = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("committing_child.py")
SHUTDOWN_IOCTL = 0x8004587D  # FS_IOC_SHUTDOWN of linux/fs.h
SHUTDOWN_WITHOUT_LOG_FLUSH = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the facts that were told to be safe.

    Attributes:
        kept: of the told facts, how many are in the file.
        lost: told, but not in the file, or with another id or tag.
        broken: what else is not as it must be.
    """

    kept: int
    lost: tuple[str, ...]
    broken: tuple[str, ...]


class Oracle:
    """Judges a store after a fault by what was told before it."""

    def judge(self, path: Path, told: list[str]) -> Verdict:
        """Open the store as a restart does, then compare."""
        store = Store.open(path, SystemClock(), lambda: os.urandom(16).hex())
        broken = [*store.verify().problems]
        store.close()
        broken += rebuild_and_compare(path, Floor({}))
        connection = sqlite3.connect(path)
        rows = {
            position: (id_, body)
            for position, id_, body in connection.execute("SELECT position, id, body FROM facts")
        }
        connection.close()
        if sorted(rows) != list(range(1, len(rows) + 1)):
            broken.append("the numbers have gaps")
        lost = [line for line in told if not self._has(rows, line)]
        return Verdict(len(told) - len(lost), tuple(lost), tuple(broken))

    @staticmethod
    def _has(rows: dict[int, tuple[str, str]], line: str) -> bool:
        seq, id_, epc = line.split()
        found = rows.get(int(seq))
        return found is not None and id_ in {found[0], "-"} and f'"epc":"{epc}"' in found[1]


class Child:
    """A committing child process with what it has told so far."""

    def __init__(self, path: Path, *arguments: str, before: tuple[str, ...] = ()) -> None:
        self.process = subprocess.Popen(
            [*before, sys.executable, str(CHILD), str(path), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        self._told = b""

    def wait_for_first(self, wait_s: float = 30.0) -> None:
        """Until it has told something; fails with what it said instead."""
        deadline = time.monotonic() + wait_s
        while b"\n" not in self._told and time.monotonic() < deadline:
            self.read()
            if self.process.poll() is not None:
                break
        assert b"\n" in self._told, self.process.communicate(timeout=10)[1].decode()[-2_000:]

    def read(self) -> list[str]:
        """All it has told up to now; waits a moment where there is nothing new."""
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        if part := self.process.stdout.read():
            self._told += part
        else:
            time.sleep(0.002)
        return self.told

    @property
    def told(self) -> list[str]:
        """Whole lines about facts, in order."""
        lines = self._told.decode().rpartition("\n")[0].splitlines()
        return [line for line in lines if not line.startswith("refused")]

    @property
    def refused(self) -> list[str]:
        """The kinds of refusals, in order."""
        lines = self._told.decode().rpartition("\n")[0].splitlines()
        return [line.split()[1] for line in lines if line.startswith("refused")]

    def go_on_for(self, span_s: float) -> list[str]:
        """Let it work, listening all the while."""
        deadline = time.monotonic() + span_s
        while time.monotonic() < deadline:
            self.read()
        return self.told

    def kill(self) -> list[str]:
        """SIGKILL; then all that it had told."""
        self.process.kill()
        return self.end()

    def end(self, wait_s: float = 60.0) -> list[str]:
        """Wait until it is gone; then all that it had told."""
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), True)
        rest, self.complaint = self.process.communicate(timeout=wait_s)
        self._told += rest or b""
        return self.told


class Disk:
    """An ext4 file system of its own, whose power can be cut."""

    def __init__(self, folder: Path) -> None:
        self.mount = folder / "disk"
        self.mount.mkdir()
        image = folder / "image"
        with image.open("wb") as file:
            file.truncate(48 * 1024 * 1024)
        self.device = _run("losetup", "-f", "--show", str(image)).strip()
        _run("mkfs.ext4", "-q", "-F", self.device)
        _run("mount", self.device, str(self.mount))

    def cut_power(self) -> None:
        """From now on nothing reaches the disk, not even what the system had still in memory."""
        descriptor = os.open(self.mount, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN_IOCTL, struct.pack("I", SHUTDOWN_WITHOUT_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def restore_power(self) -> None:
        """Mount again, as after a start: the file system repairs itself from its log."""
        _run("umount", str(self.mount))
        _run("mount", self.device, str(self.mount))

    def remove(self) -> None:
        """Take everything down."""
        subprocess.run(["umount", str(self.mount)], check=False, capture_output=True)
        subprocess.run(["losetup", "-d", self.device], check=False, capture_output=True)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture
def start() -> Iterator[Callable[..., Child]]:
    children: list[Child] = []

    def start_one(path: Path, *arguments: str, before: tuple[str, ...] = ()) -> Child:
        children.append(Child(path, *arguments, before=before))
        return children[-1]

    yield start_one
    for child in children:
        child.process.kill()
        child.process.communicate(timeout=30)


@pytest.fixture
def new_disk(tmp_path: Path) -> Iterator[Callable[[], Disk]]:
    if os.geteuid() != 0:
        pytest.skip("cutting the power of a loop device needs root")
    if not (shutil.which("losetup") and shutil.which("mkfs.ext4")):
        pytest.skip("losetup or mkfs.ext4 is not installed")
    disks: list[Disk] = []

    def make() -> Disk:
        folder = tmp_path / f"power-{len(disks)}"
        folder.mkdir()
        try:
            disks.append(Disk(folder))
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no loop device here: {error.stderr.strip()}")
        return disks[-1]

    yield make
    for disk in disks:
        disk.remove()
