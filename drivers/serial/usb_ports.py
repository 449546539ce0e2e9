"""USB adapters by what they are or where they are plugged in, not by the name of the moment.

`usb:VID:PID[:SERIAL]` is an adapter by its makers' numbers and, where it has one, its own serial
number; `usb-path:BUS-PORT[.PORT…][:CONFIG.INTERFACE]` is whatever is plugged in there. The names
are those that the system shows, `lsusb` the first, `/dev/serial/by-path` the second. An address
that fits two adapters is refused: a scanner must never be taken for a module.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from serial.tools import list_ports

_BY_MAKER = re.compile(r"usb:([0-9a-fA-F]{4}):([0-9a-fA-F]{4})(?::(.+))?")
_BY_PLACE = re.compile(r"usb-path:(\d+-\d+(?:\.\d+)*(?::\d+\.\d+)?)")
_SCHEMES = ("usb:", "usb-path:")
_NAMED_MOST = 8


class NotPluggedInError(OSError):
    """No adapter fits an address; names those that are there."""


@dataclass(frozen=True, slots=True)
class UsbPort:
    """One serial port of a USB adapter that is plugged in.

    Attributes:
        device: its name of the moment, such as /dev/ttyUSB0.
        vendor, product: the makers' numbers.
        serial_number: the adapter's own; empty where it has none.
        place: bus and ports, such as 1-1.2; with the interface where the adapter has several.
    """

    device: str
    vendor: int
    product: int
    serial_number: str
    place: str

    @property
    def address(self) -> str:
        """Its own address: by serial number where it has one, else by its place."""
        if self.serial_number:
            return f"usb:{self.vendor:04x}:{self.product:04x}:{self.serial_number}"
        return f"usb-path:{self.place}"


def is_usb(path: str) -> bool:
    """Whether a port is named by its adapter."""
    return path.startswith(_SCHEMES)


def plugged_in() -> list[UsbPort]:
    """The serial ports of all USB adapters."""
    return [
        UsbPort(one.device, one.vid, one.pid or 0, one.serial_number or "", one.location or "")
        for one in list_ports.comports()
        if one.vid is not None
    ]


def device_of(path: str, ports: Callable[[], Iterable[UsbPort]] = plugged_in) -> str:
    """The name of the moment of a port; a path stays as it is.

    Args:
        path: a path, or an adapter's address.
        ports: finds what is plugged in; for tests another.

    Raises:
        NotPluggedInError: no such adapter is plugged in; names those that are.
        ValueError: no such kind of address, or two adapters fit.
    """
    if not is_usb(path):
        return path
    wanted = _wanted(path)
    there = sorted(ports(), key=lambda one: one.device)
    found = [one for one in there if wanted(one)]
    if not found:
        hint = ", ".join(f"{one.address} ({one.device})" for one in there[:_NAMED_MOST])
        raise NotPluggedInError(f"not plugged in; plugged in: {hint or 'no USB adapter'}")
    if len(found) > 1:
        places = ", ".join(f"usb-path:{one.place}" for one in found[:_NAMED_MOST])
        raise ValueError(f"{len(found)} ports fit; write which of {places}")
    return found[0].device


def _wanted(path: str) -> Callable[[UsbPort], bool]:
    if made := _BY_MAKER.fullmatch(path):
        vendor, product, serial_number = made.groups()
        numbers = (int(vendor, 16), int(product, 16))
        return lambda port: (
            (port.vendor, port.product) == numbers and serial_number in {None, port.serial_number}
        )
    if placed := _BY_PLACE.fullmatch(path):
        place = placed.group(1)
        return lambda port: place in {port.place, port.place.partition(":")[0]}
    raise ValueError("write usb:VID:PID[:SERIAL] with four hex digits each, or usb-path:1-1.2")
