"""The host: its clock, its SQLite, its disk, its ports."""

import os
import socket
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from edge.clock import Clock
from edge.daemon.checks.finding import Finding, bad, good, warning
from edge.daemon.health import disk_free_bytes, disk_used_share
from edge.daemon.kernel_clock import kernel_clock
from edge.store.database import SQLITE_VERSION

SQLITE_MENDED = (3, 51, 3)
"""From here on two connections cannot damage a WAL (sqlite.org/wal.html#walresetbug)."""
DISK_SHARE_WARNED = 0.8
DISK_BYTES_MIN = 256 * 1024 * 1024
SYNCS = 25
SYNC_MS_SLOW = 20.0
SYNC_MS_BAD = 500.0
_SYNC_BYTES = 4096


def clock_synchronised() -> Finding:
    """Whether something keeps the clock right."""
    known = kernel_clock()
    if not known.synchronised:
        return warning(
            "clock",
            "nothing keeps it synchronised",
            "install and start chrony or systemd-timesyncd: events are stamped by this clock",
        )
    if known.error_us_max is None:
        return good("clock", "synchronised by systemd-timesyncd")
    return good("clock", f"synchronised, at most {known.error_us_max / 1000:.0f} ms off")


def sqlite() -> Finding:
    """Whether the library has a known fault that the daemon has to work around."""
    version = ".".join(map(str, SQLITE_VERSION))
    if SQLITE_VERSION >= SQLITE_MENDED:
        return good("sqlite", version)
    return warning(
        "sqlite",
        f"{version} can damage a journal that two programs write at once",
        "the daemon never does that; do not write to the journal with other tools, and take "
        "3.51.3 or later when the system offers it",
    )


def folder_writable(about: str, folder: Path) -> Finding:
    """Whether files can be made in a folder, or the folder itself where it is missing."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if not there.is_dir():
        return bad(about, f"{there} is no folder", f"move it away, or set another {about}")
    if not os.access(there, os.W_OK | os.X_OK):
        return bad(
            about,
            f"{there} may not be written by {_user()}",
            f"chown it to {_user()}, or run as the service's own user",
        )
    missing = "" if there == folder else f"; {folder} will be made"
    return good(about, f"{there} can be written{missing}")


def file_usable(about: str, path: Path) -> Finding:
    """Whether a file that is there can be read and written."""
    if not path.is_file():
        return bad(about, f"{path} is no file", "move it away")
    if not os.access(path, os.R_OK | os.W_OK):
        return bad(about, f"{path} may not be written by {_user()}", f"chown it to {_user()}")
    return good(about, f"{path} can be written")


def disk_room(folder: Path) -> Finding:
    """Whether there is room for the journal."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    free, used = disk_free_bytes(there), disk_used_share(there)
    text = f"{free / 1e9:.1f} GB free, {used:.0%} used"
    remedy = "make room, or shorten [journal] keep_days"
    if free < DISK_BYTES_MIN:
        return bad("disk room", text, remedy)
    return (
        warning("disk room", text, remedy) if used > DISK_SHARE_WARNED else good("disk room", text)
    )


def disk_sync(folder: Path, clock: Clock) -> Finding:
    """How long the disk takes to have a page for good: every answer waits for that."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    try:
        times_ms = sorted(_sync_times_ms(there, clock))
    except OSError as error:
        return bad("disk sync", f"{there}: {error.strerror}", "look at the disk and its rights")
    middle, slowest = statistics.median(times_ms), times_ms[-1]
    text = f"{middle:.1f} ms median, {slowest:.1f} ms at worst for {SYNCS} pages"
    if middle > SYNC_MS_BAD:
        return bad("disk sync", text, "the disk is dying, or on a network: use a local one")
    if middle > SYNC_MS_SLOW:
        return warning("disk sync", text, "scans will be answered late; use an SSD or eMMC")
    return good("disk sync", text)


def port_free(about: str, host: str, port: int) -> Finding:
    """Whether the daemon can listen there; a daemon that runs already holds it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return warning(
                about,
                f"{host}:{port}: {error.strerror}",
                "right if the daemon runs now; else stop the other program or change the port",
            )
    return good(about, f"{host}:{port} is free")


def _sync_times_ms(folder: Path, clock: Clock) -> Iterator[float]:
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
        for _ in range(SYNCS):
            file.write(os.urandom(_SYNC_BYTES))
            file.flush()
            started_us = clock.monotonic_us()
            os.fdatasync(file.fileno())
            yield (clock.monotonic_us() - started_us) / 1000


def _user() -> str:
    return f"user {os.geteuid()}"


def port_usable(about: str, path: Path) -> Finding:
    """Whether a serial port's node may be opened by us."""
    if not path.is_char_device():
        return bad(about, f"{path} is no serial port", "ls /dev/serial/by-id names those")
    if os.access(path, os.R_OK | os.W_OK):
        return good(about, f"{path} may be opened")
    return bad(about, f"{path} may not be opened by {_user()}", "add it to the group dialout")
