"""`warehouse-edge record` and `replay`: the floor's raw bytes kept, and played again."""

import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from drivers.capture import CaptureReader, CaptureWriter
from drivers.driver import DeviceDown, DeviceEvent, DeviceUp, Scan
from drivers.reads import ReadBatch
from edge import log
from edge.cli.console import NO, SECONDS_MAX, bad_input_told, fail, print_json
from edge.cli.journal import plain_fact
from edge.clock import SystemClock
from edge.compose.checking import check_files
from edge.compose.devices import device_drivers
from edge.compose.playing import Recording, network_capture, play
from edge.settings.faults import ConfigurationError
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Settings, load
from edge.store.errors import StoreError

SYNC_S = 1.0
Config = Annotated[
    Path, typer.Option("--config", help="the gateway's TOML file; see config/gateway.toml")
]


class Counting:
    """A listener that counts what it is told."""

    def __init__(self) -> None:
        self.reads_of: Counter[str] = Counter()
        self.scans_count = 0
        self.devices: dict[str, bool] = {}
        self._lock = threading.Lock()

    def reads(self, batch: ReadBatch) -> None:
        """Reads came."""
        with self._lock:
            self.reads_of[batch.reader] += len(batch)

    def scan(self, _scan: Scan) -> None:
        """A code was scanned."""
        with self._lock:
            self.scans_count += 1

    def device_up(self, change: DeviceUp) -> None:
        """A device answers."""
        self.devices[change.device] = True

    def device_down(self, change: DeviceDown) -> None:
        """A device does not answer."""
        self.devices.setdefault(change.device, False)

    def device_event(self, _event: DeviceEvent) -> None:
        """A device said what happened to it; its bytes are in the capture."""


def record(
    config_file: Config,
    out: Annotated[Path, typer.Option(help="new folder for the capture")],
    seconds: Annotated[
        float, typer.Option(min=0, max=SECONDS_MAX, help="end by itself after so long")
    ] = 0.0,
) -> None:
    """Keep every byte that readers and scanners send, until Ctrl-C; then print a summary."""
    with bad_input_told():
        settings = _settings(config_file)
        if not (settings.reader or settings.module or settings.scanner):
            raise ConfigurationError([f"{config_file}: names no device that could be recorded"])
        writer = CaptureWriter(out, SystemClock())
    counting = Counting()
    _run(settings, counting, writer, seconds)
    fault = writer.fault
    writer.close()
    print_json(
        {
            "reads": counting.reads_of.total(),
            "reads_of": dict(sorted(counting.reads_of.items())),
            "scans": counting.scans_count,
            "devices": dict(sorted(counting.devices.items())),
            "records": writer.records,
            "files": writer.files,
            "bytes": writer.bytes,
        }
    )
    if fault:
        typer.echo(f"recording ended early: {fault}", err=True)
        raise typer.Exit(NO)


def _run(settings: Settings, counting: Counting, writer: CaptureWriter, seconds: float) -> None:
    """Run the drivers until a signal, the time is up, or nothing more can be written."""
    clock, ending = SystemClock(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    barriers = load_floor(settings.gateway.floor_file).light_barriers
    named = device_drivers(settings, clock, counting, writer, barriers)
    drivers = [driver for _, driver in named]
    ends_us = clock.monotonic_us() + round(seconds * 1e6) if seconds else None
    try:
        for driver in drivers:
            driver.start()
        while not writer.fault:
            left_s = (ends_us - clock.monotonic_us()) / 1e6 if ends_us is not None else SYNC_S
            if left_s <= 0 or ending.wait(min(left_s, SYNC_S)):
                break
            writer.sync()
    finally:
        for driver in drivers:
            driver.stop()


def replay(
    capture: Annotated[
        Path, typer.Argument(metavar="DIR|FILE", help="what `record` wrote, or a file of tcpdump")
    ],
    config_file: Config,
) -> None:
    """Print the events that the daemon would have made of a capture, the same ones each time.

    In a file of tcpdump (pcap or pcapng) the readers are known by their addresses in the
    configuration.
    """
    log.configure("warning")
    with bad_input_told():
        settings = _settings(config_file)
        try:
            for fact in play(settings, _recording(settings, capture)):
                print_json(plain_fact(fact))
        except StoreError as error:
            raise fail(str(error)) from None


def _recording(settings: Settings, capture: Path) -> Recording:
    """Either kind of capture, checked to its end; what it lacks is told."""
    if not capture.exists():
        raise ValueError(f"{capture}: there is no such folder or file; name what record wrote")
    if capture.is_file():
        network = network_capture(settings, capture)
        for note in network.notes:
            typer.echo(note, err=True)
        return network
    reader = CaptureReader(capture)
    for _ in reader.records():
        pass
    if reader.cut_bytes:
        typer.echo(
            f"{capture}: the recording was cut off: its last {reader.cut_bytes} bytes are "
            "an unfinished record and are passed over",
            err=True,
        )
    return reader


def _settings(config_file: Path) -> Settings:
    faults = check_files(config_file)
    if faults:
        raise ConfigurationError(faults)
    return load(config_file)
