"""Looking readers over: each is asked for real, or the gateway that runs and holds them is."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from drivers.driver import DeviceDown, DeviceEvent, DeviceUp, Scan
from drivers.llrp.reader import LlrpWire
from drivers.reads import ReadBatch
from edge.clock import Clock
from edge.compose.core import seeded
from edge.compose.devices import reader_settings
from edge.daemon.checks.finding import Finding, bad, good, warning
from edge.settings.gateway import Settings

READER_S_MAX = 8.0
_KEY_WANTED = "ask as a user who may read its session key"


@dataclass(frozen=True, slots=True)
class Running:
    """The gateway that runs on these settings' journal.

    Attributes:
        readers: as it has them, by name; None where it could not be asked.
        silent: why it could not.
    """

    readers: Mapping[str, Mapping[str, object]] | None
    silent: str = ""


class _Greeting:
    """A listener that waits for each reader to answer or to be given up."""

    def __init__(self, names: list[str]) -> None:
        self._missing = set(names)
        self._lock = threading.Lock()
        self.done = threading.Event()
        self.up: dict[str, DeviceUp] = {}
        self.down: dict[str, DeviceDown] = {}

    def reads(self, batch: ReadBatch) -> None:
        """Not asked for."""

    def scan(self, scan: Scan) -> None:
        """Not asked for."""

    def device_event(self, event: DeviceEvent) -> None:
        """Not asked for."""

    def device_up(self, change: DeviceUp) -> None:
        """It answers."""
        self.up[change.device] = change
        self._heard(change.device)

    def device_down(self, change: DeviceDown) -> None:
        """It does not; the reason tells why."""
        self.down[change.device] = change
        self._heard(change.device)

    def _heard(self, device: str) -> None:
        with self._lock:
            self._missing.discard(device)
            if not self._missing:
                self.done.set()


def asked(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Every reader by its own answer; none may be held by a gateway that runs."""
    wanted = reader_settings(settings)
    if not wanted:
        return
    greeting = _Greeting([one.device for one in wanted])
    wire = LlrpWire(wanted, greeting, clock, seeded(0))
    wire.start()
    try:
        greeting.done.wait(READER_S_MAX)
    finally:
        wire.stop()
    for one in wanted:
        yield from _reader(one.device, greeting.up.get(one.device), greeting.down.get(one.device))


def _reader(name: str, up: DeviceUp | None, down: DeviceDown | None) -> Iterator[Finding]:
    about = f"reader {name}"
    if up is None:
        reason = down.reason if down else f"no answer within {READER_S_MAX:.0f} s"
        yield bad(about, reason, "look at power, cable and address")
        return
    ports = ", ".join(map(str, up.antennas))
    yield good(about, f"{up.manufacturer} {up.model}, firmware {up.firmware}, antennas {ports}")
    for note in up.notes:
        yield warning(f"{about} settings", note, "change them, or accept what it offers")


def held(settings: Settings, running: Running) -> Iterator[Finding]:
    """The readers of a gateway that runs, as it has them."""
    for one in reader_settings(settings):
        about = f"reader {one.device}"
        if running.readers is None:
            text = "is in use by the gateway that runs, which could not be asked"
            yield warning(about, text, _KEY_WANTED)
        elif (row := running.readers.get(one.device)) is None:
            text = "the gateway that runs does not know it yet"
            yield warning(about, text, "it is taken up at the next start")
        elif row["up"]:
            text = f"in use by the gateway that runs, {row['reads']} reads since its start"
            yield good(about, text)
        else:
            reason = row["trouble"] or "does not answer yet"
            text = f"the gateway that runs does not reach it: {reason}"
            yield bad(about, text, "look at power, cable and address")
