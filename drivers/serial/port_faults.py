"""Why a serial port cannot be opened or was lost: one sentence that says how to mend it."""

import errno
import grp
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from drivers.serial.usb_ports import NotPluggedInError, device_of

NETWORK_SCHEMES = ("socket://", "rfc2217://")
BY_ID = Path("/dev/serial/by-id")
PROCESSES = Path("/proc")
_PASSING_NAME = re.compile(r"/dev/tty(USB|ACM)\d+")
_NAMES_MOST = 8


def is_network(path: str) -> bool:
    """Whether a port is reached over the network."""
    return path.startswith(NETWORK_SCHEMES)


def reason_of(
    path: str, fault: Exception, by_id: Path = BY_ID, processes: Path = PROCESSES
) -> str:
    """One sentence: what happened to the port and, where known, how to mend it.

    Args:
        path: as configured.
        fault: as the operating system or pyserial told it.
        by_id: where the stable names of what is plugged in stand.
        processes: where the kernel tells about processes.
    """
    text = str(fault)
    number = getattr(fault, "errno", None)
    if is_network(path):
        return f"{path}: {text}; look at the cable and at the serial server's address"
    if "multiple access" in text:
        return f"{path}: unplugged, or another program reads it: {text}"
    if "exclusively lock" in text or number == errno.EBUSY:
        return f"{path}: another program holds it{_named_holders(path, processes)}: {text}"
    if number in {errno.EACCES, errno.EPERM}:
        return f"{path}: {_permission_remedy(_device_now(path))}: {text}"
    if number in {errno.ENOENT, errno.ENODEV, errno.ENXIO}:
        return f"{path}: {_absent_remedy(path, by_id)}{_taken_away(processes)}: {text}"
    if f"({errno.ENOTTY}," in text:  # pyserial has only the sentence
        text = f"is no serial port; name one, such as those below {by_id}: {text}"
    absent = isinstance(fault, NotPluggedInError)
    return f"{path}: {text}{_taken_away(processes) if absent else ''}"


def _device_now(path: str) -> str:
    """The device behind an adapter's address, if it is still there."""
    try:
        return device_of(path)
    except (OSError, ValueError):
        return path


def holders(path: str, processes: Path = PROCESSES) -> list[str]:
    """The programs that have a device open, as far as this user may see them.

    Args:
        path: of the device; a symbolic link is followed.
        processes: where the kernel tells about processes; for tests another.
    """
    device = os.path.realpath(path)
    return sorted(
        f"{_name_of(folder)} (process {folder.name})"
        for folder in processes.glob("[0-9]*")
        if device in _open_files(folder)
    )


def _open_files(process: Path) -> Iterator[str]:
    try:
        entries = list((process / "fd").iterdir())
    except OSError:
        return  # another user's, or it has just ended
    for entry in entries:
        try:
            yield str(entry.readlink())
        except OSError:
            continue  # closed in between


def _name_of(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "a program"


def _named_holders(path: str, processes: Path) -> str:
    device = _device_now(path)
    names = ", ".join(holders(device, processes)[:_NAMES_MOST])
    if names:
        return f", {names}; stop it"
    if _runs("ModemManager", processes):  # as root, so its files are not to be seen
        return (
            "; ModemManager runs here and tries new ports for seconds; install "
            "60-warehouse-edge.rules into /etc/udev/rules.d, which sends it away"
        )
    return f"; `fuser {device}` as root names it"


def _taken_away(processes: Path) -> str:
    """The driver of braille displays takes the adapters that look like one from the kernel's."""
    if not _runs("brltty", processes):
        return ""
    return (
        "; brltty runs here and takes CH340, CP210x and FT232 adapters away: remove it, or "
        "`systemctl mask --now brltty-udev.service brltty.path brltty.service`"
    )


def _runs(name: str, processes: Path) -> bool:
    return any(_name_of(folder) == name for folder in processes.glob("[0-9]*"))


def _permission_remedy(path: str) -> str:
    group = "dialout"
    with suppress(OSError, KeyError):  # not to be seen either, or a group without name
        group = grp.getgrgid(Path(path).stat().st_gid).gr_name
    if group == "root":
        return (
            "this user may not open it; install 60-warehouse-edge.rules into /etc/udev/rules.d, "
            "which gives serial adapters to the group dialout, and plug it in again"
        )
    return (
        f"this user may not open it; add the user to the group {group} "
        f"(usermod -aG {group} USER) and start the service again"
    )


def _absent_remedy(path: str, by_id: Path) -> str:
    there = sorted(str(one) for one in by_id.glob("*")) if by_id.is_dir() else []
    hint = f"; plugged in are {', '.join(there[:_NAMES_MOST])}" if there else ""
    if _PASSING_NAME.fullmatch(path):
        return (
            f"not there, and this name changes with each plugging; use /dev/serial/by-id/…{hint}"
        )
    return f"not plugged in{hint}"
