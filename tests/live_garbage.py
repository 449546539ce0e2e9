"""Garbage for drivers that run: callers of the LLRP door, streams on serial ports.

Each target has good devices beside the bad ones; these must not notice anything. What a driver's
own thread lets out is a finding too.
"""

import socket
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from random import Random

import numpy as np

from drivers.driver import Scan
from drivers.reads import ReadBatch
from drivers.serial.scanner import Scanner, ScannerSettings, ScanProtocol
from drivers.serial.uhf_frames import Region
from drivers.serial.uhf_module import UhfModule, UhfSettings
from tests import fuzz_targets
from tests.drivers.fakes import Ears, HostClock, Told, batches, downs
from tests.drivers.llrp.llrp_bytes import Tag, report
from tests.drivers.llrp.peer import Peer, greeting
from tests.drivers.llrp.test_doors import calling, connected, free_port, gateway
from tests.drivers.serial.test_scanner import Plug

LiveTarget = Callable[[Random, int], None]
"""Makes so many tries; raises what a driver let out or a good device noticed."""
GOOD = "127.0.0.2"
BAD = tuple(f"127.0.0.{number}" for number in range(10, 42))
STREAMS = 32
_GOOD_EACH = 25
"""The good device says something among so many bad ones."""
_PULLED_EACH = 40
_RESET = struct.pack("ii", 1, 0)
_ROOM_S = 0.05
_HUNG_UP_S = 2.0
_SAID = (fuzz_targets.CODES + fuzz_targets.PACKETS, fuzz_targets.MODULE_FRAMES)
"""By scanners, by modules."""


@contextmanager
def no_thread_dies() -> Iterator[None]:
    """Whatever a thread lets out meanwhile.

    Raises:
        AssertionError: names the thread and its last words.
    """
    before, let_out = threading.excepthook, []

    def noted(fault: threading.ExceptHookArgs) -> None:
        let_out.append(f"{fault.thread}: {fault.exc_type.__name__}: {fault.exc_value}")

    threading.excepthook = noted
    try:
        yield
    finally:
        threading.excepthook = before
    if let_out:
        raise AssertionError("; ".join(let_out))


def llrp_callers(chance: Random, tries: int) -> None:
    """So many connections to a running wire, each with garbage, beside a good reader."""
    peer, port = Peer(), free_port()
    peer.after_enable = lambda: report(Tag())
    with (
        no_thread_dies(),
        gateway(port, GOOD, *BAD) as (wire, ears),
        calling(peer, port, GOOD) as good,
    ):
        ears.wait("the good reader", lambda heard: GOOD in {_device_of(one) for one in heard})
        reports = 1
        for number in range(tries):
            _call(chance, port, BAD[number % len(BAD)])
            if number % _GOOD_EACH == 0:
                good.sendall(report(Tag()))
                reports += 1
        ears.wait(f"{reports} reads of the good reader", lambda heard: _reads(heard) == reports)
        state = wire.states()[GOOD]
        if not state.up or state.errors or any(one.device == GOOD for one in downs(ears.heard)):
            raise AssertionError(f"the good reader was disturbed: {state}")
        taken = sum(wire.states()[host].connections for host in BAD)
        if taken < tries // 2:
            raise AssertionError(f"only {taken} of {tries} connections were let in")


def _call(chance: Random, port: int, host: str) -> None:
    """One connection: noise, broken frames with or without a greeting; closed or reset."""
    with connected(port, host) as caller, suppress(ConnectionError, TimeoutError):
        said = greeting() if chance.randrange(2) else b""
        for _ in range(chance.randrange(4)):
            said += fuzz_targets.frame(chance)
        if chance.randrange(3) == 0:
            said += chance.randbytes(chance.randrange(2000))
        caller.sendall(said)
        if chance.randrange(4) == 0:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            return
        caller.shutdown(socket.SHUT_WR)
        caller.settimeout(_HUNG_UP_S)
        while caller.recv(4096):
            pass  # until the wire hangs up, so that callers do not pile up before the door


def serial_streams(chance: Random, tries: int) -> None:
    """So many streams of garbage on the ports of running drivers, beside a good scanner."""
    with no_thread_dies(), tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        site = _Site(Path(folder), min(STREAMS, tries))
        stack.callback(site.end)
        site.start()
        expected = []
        for number in range(tries):
            site.spoil(chance, number % len(site.bad))
            if number % _GOOD_EACH == 0:
                expected.append(f"GOOD-{number}")
                site.good.type(f"{expected[-1]}\r".encode())
        site.ears.wait("the last good code", lambda heard: _codes(heard)[-1:] == expected[-1:])
        if _codes(site.ears.heard) != expected or any(
            one.device == "good" for one in downs(site.ears.heard)
        ):
            raise AssertionError(f"the good scanner was disturbed: {_codes(site.ears.heard)}")
        if not all(driver.alive for driver in site.drivers):
            raise AssertionError("a driver's thread has ended")


class _Site:
    """Scanners and modules that hear garbage, and one good scanner."""

    def __init__(self, folder: Path, count: int) -> None:
        self.ears = Ears()
        self.good, *self.bad = [Plug(folder / f"port-{at}") for at in range(count + 1)]
        clock, rng = HostClock(), np.random.default_rng(1)
        self.drivers: list[Scanner | UhfModule] = [
            Scanner(ScannerSettings("good", str(folder / "port-0")), self.ears, clock, rng)
        ]
        for at in range(1, count + 1):
            name, path = f"bad-{at}", str(folder / f"port-{at}")
            if at % 3 == 0:
                module = UhfSettings(name, path, region=Region.EU, power_dbm=20.0)
                self.drivers.append(UhfModule(module, self.ears, clock, rng))
            else:
                protocol = ScanProtocol.SSI if at % 3 == 1 else ScanProtocol.LINE
                scanner = ScannerSettings(name, path, protocol=protocol)
                self.drivers.append(Scanner(scanner, self.ears, clock, rng))

    def start(self) -> None:
        """Plug everything in; the good scanner answers."""
        for plug in (self.good, *self.bad):
            plug.plug_in()
        for driver in self.drivers:
            driver.start()
        self.ears.wait("the good scanner", lambda heard: "good" in {_device_of(o) for o in heard})

    def spoil(self, chance: Random, at: int) -> None:
        """One stream of garbage on one port, which is pulled now and then."""
        plug = self.bad[at]
        if chance.randrange(_PULLED_EACH) == 0:
            plug.pull()
            plug.plug_in()
        good = chance.choice(_SAID[(at + 1) % 3 == 0])
        said = fuzz_targets.mutated(chance, good) * chance.randrange(1, 9)
        if chance.randrange(4) == 0:
            said += chance.randbytes(chance.randrange(1500))
        plug.type_if_fetched(said, _ROOM_S)

    def end(self) -> None:
        """Stop the drivers, then unplug."""
        for driver in self.drivers:
            driver.stop()
        for plug in (self.good, *self.bad):
            plug.close()


def _device_of(told: Told) -> str:
    return told.reader if isinstance(told, ReadBatch) else told.device


def _reads(heard: list[Told]) -> int:
    return sum(len(one) for one in batches(heard) if one.reader == GOOD)


def _codes(heard: list[Told]) -> list[str]:
    return [one.text for one in heard if isinstance(one, Scan) and one.device == "good"]
