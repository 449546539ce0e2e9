"""Disks for exercises: one whose power can be cut or that fails, and one that fills up.

All need root.

The power cut: a file as a loop device with ext4, and the ioctl FS_IOC_SHUTDOWN without log flush:
from that instant nothing reaches the file, not even what the system still has in memory. Mounting
again replays the file system's log, as after a real power cut (Linux, fs/ext4/ioctl.c).

The failure: ext4 is told of an error (`trigger_fs_error`) and, mounted with `errors=remount-ro`,
becomes read-only at once, under whoever writes, as with a worn card.
"""

import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.drills.errors import DrillError

_SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN of linux/fs.h
_WITHOUT_LOG_FLUSH = 2
_COMMAND_S_MAX = 60


class PowerDisk:
    """An ext4 file system of its own, cut off or failing at will; made by `power_disk`."""

    def __init__(self, device: str, mount: Path) -> None:
        self._device = device
        self.mount = mount

    def cut_power(self) -> None:
        """From now on nothing reaches the disk."""
        descriptor = os.open(self.mount, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", _WITHOUT_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def fail(self) -> None:
        """From now on the file system is read-only.

        Raises:
            DrillError: the kernel offers no way to say so.
        """
        trigger = Path("/sys/fs/ext4") / Path(self._device).name / "trigger_fs_error"
        if not trigger.exists():
            raise DrillError(f"this kernel has no {trigger}; ext4 cannot be told to fail")
        trigger.write_text("1", encoding="ascii")

    def restore_power(self) -> None:
        """Mount again, as after a start."""
        _run("umount", str(self.mount))
        self.attach()

    def attach(self) -> None:
        """Mount it; at the first error it is to become read-only."""
        _run("mount", "-o", "errors=remount-ro", self._device, str(self.mount))


@contextmanager
def power_disk(folder: Path, size_bytes: int = 48 * 1024 * 1024) -> Iterator[PowerDisk]:
    """A disk of `size_bytes` below `folder`, taken down at the end.

    Raises:
        DrillError: not root, a tool is missing, or there are no loop devices.
    """
    _need("losetup", "mkfs.ext4", "mount", "umount")
    mount = folder / "disk"
    mount.mkdir(parents=True)
    image = folder / "image"
    with image.open("wb") as file:
        file.truncate(size_bytes)
    device = _run("losetup", "-f", "--show", str(image)).strip()
    try:
        _run("mkfs.ext4", "-q", "-F", device)
        disk = PowerDisk(device, mount)
        disk.attach()
        yield disk
    finally:
        _try("umount", str(mount))
        _try("losetup", "-d", device)


class SmallDisk:
    """A file system in memory with a limit; made by `small_disk`."""

    def __init__(self, mount: Path) -> None:
        self.mount = mount

    def grow(self, size_bytes: int) -> None:
        """From now on there is so much room."""
        _run("mount", "-o", f"remount,size={size_bytes}", str(self.mount))


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[SmallDisk]:
    """A disk below `folder` that holds `size_bytes`, taken down at the end.

    Raises:
        DrillError: not root, or nothing may be mounted here.
    """
    _need("mount", "umount")
    mount = folder / "small"
    mount.mkdir(parents=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(mount))
    try:
        yield SmallDisk(mount)
    finally:
        _try("umount", "-l", str(mount))


def _need(*programs: str) -> None:
    if os.geteuid() != 0:
        raise DrillError("this exercise mounts a disk of its own and needs root: run it with sudo")
    for program in programs:
        if shutil.which(program) is None:
            raise DrillError(
                f"{program} is not installed: apt-get install mount util-linux e2fsprogs"
            )


def _run(*command: str) -> str:
    done = subprocess.run(  # noqa: S603 - the system's own tools, with paths that we made
        command, check=False, capture_output=True, text=True, timeout=_COMMAND_S_MAX
    )
    if done.returncode:
        raise DrillError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def _try(*command: str) -> None:
    subprocess.run(command, check=False, capture_output=True, timeout=_COMMAND_S_MAX)  # noqa: S603 - as above
