"""`warehouse-edge read`: the first thing that an owner of a reader types."""

import queue
import threading
from collections.abc import Iterator, Mapping
from math import isnan
from typing import Annotated

import typer

from drivers.driver import DeviceDown, DeviceEvent, DeviceUp, Scan
from drivers.reads import ANTENNA_ABSENT, CHANNEL_ABSENT, TIME_ABSENT, ReadBatch
from edge.cli.console import NO, SECONDS_MAX, bad_input_told, print_json
from edge.compose.devices import device_at, link_states
from edge.compose.reader_watch import clock_view

EPC_BITS_USUAL = 96
EVENTS_TOLD = 100


class Printer:
    """A listener whose words are printed by the main thread.

    The queue is bounded by what a reader can say in a second or two; past it reads are counted
    but not printed.
    """

    def __init__(self) -> None:
        self.lines: queue.Queue[Mapping[str, object]] = queue.Queue(maxsize=20_000)
        self.reads_count = 0
        self.tags: set[str] = set()
        self.device: Mapping[str, object] = {}
        self.notes: tuple[str, ...] = ()
        self.events: list[Mapping[str, object]] = []
        self.errors: list[str] = []
        self.unprinted = 0

    def reads(self, batch: ReadBatch) -> None:
        """Reads, a line each."""
        self.reads_count += len(batch)
        for row in rows(batch):
            self.tags.add(str(row["epc"]))
            self._say(row)

    def scan(self, scan: Scan) -> None:
        """A barcode, a line."""
        self.reads_count += 1
        self.tags.add(scan.text)
        self._say({"code": scan.text, "scanned_us": scan.scanned_us})

    def device_up(self, change: DeviceUp) -> None:
        """What the device says of itself stands in the summary."""
        self.notes = change.notes
        self.device = {
            "manufacturer": change.manufacturer,
            "model": change.model,
            "firmware": change.firmware,
            "protocol": change.protocol,
        }
        if change.channels_khz:  # to be written into the floor file
            self.device = {**self.device, "hop_table_khz": change.channels_khz}

    def device_down(self, change: DeviceDown) -> None:
        """Why it does not answer stands in the summary; the driver goes on trying."""
        self.errors.append(change.reason)

    def device_event(self, event: DeviceEvent) -> None:
        """What happened to the device stands in the summary, as far as it is short."""
        if len(self.events) < EVENTS_TOLD:
            self.events.append(
                {
                    "kind": event.kind,
                    "port": event.port,
                    "detail": event.detail,
                    "at_us": event.at_us,
                }
            )

    def left(self) -> Iterator[Mapping[str, object]]:
        """What came between the end of the time and the end of the driver: counted, so printed."""
        while not self.lines.empty():
            if line := self.lines.get_nowait():
                yield line

    def _say(self, line: Mapping[str, object]) -> None:
        try:
            self.lines.put_nowait(line)
        except queue.Full:
            self.unprinted += 1


def rows(batch: ReadBatch) -> Iterator[dict[str, object]]:
    """Each read as plain values; what the reader left out is left out.

    Times are the gateway's; the reader's own stamps stand beside them, with `reader_` before.
    """
    began_us = batch.began_us()
    for i in range(len(batch)):
        bits = int(batch.epc_bits[i])
        row: dict[str, object] = {"epc": batch.epc[i, : (bits + 7) // 8].tobytes().hex()}
        if bits != EPC_BITS_USUAL:
            row["epc_bits"] = bits
        optional: tuple[tuple[str, float | int, bool], ...] = (
            ("antenna", int(batch.antenna[i]), batch.antenna[i] != ANTENNA_ABSENT),
            ("rssi_dbm", float(batch.rssi_dbm[i]), not isnan(batch.rssi_dbm[i])),
            ("phase_rad", float(batch.phase_rad[i]), not isnan(batch.phase_rad[i])),
            ("channel", int(batch.channel[i]), batch.channel[i] != CHANNEL_ABSENT),
            ("doppler_hz", float(batch.doppler_hz[i]), not isnan(batch.doppler_hz[i])),
            ("first_seen_us", int(began_us[i]), batch.first_seen_us[i] != TIME_ABSENT),
            ("last_seen_us", int(batch.seen_us[i]), batch.last_seen_us[i] != TIME_ABSENT),
            *(
                (f"reader_{name}", int(stamps[i]), stamps[i] != TIME_ABSENT)
                for name, stamps in (
                    ("first_seen_us", batch.first_seen_us),
                    ("last_seen_us", batch.last_seen_us),
                )
            ),
        )
        row |= {name: value for name, value, present in optional if present}
        yield {
            **row,
            "count": int(batch.count[i]),
            "seen_us": int(batch.seen_us[i]),
            "clock": batch.clock.value,
        }


def _ports(antennas: str) -> tuple[int, ...]:
    words = [one.strip() for one in antennas.split(",") if one.strip()]
    if not all(word.isdigit() and int(word) > 0 for word in words):
        raise ValueError(f"--antennas {antennas}: write port numbers from 1, such as 1,2")
    return tuple(int(word) for word in words)


def read(
    address: Annotated[
        str,
        typer.Argument(help="llrp://HOST[:PORT], llrps://, serial:PATH?kind=scanner|uhf"),
    ],
    seconds: Annotated[
        float, typer.Option(min=0.1, max=SECONDS_MAX, help="how long to listen")
    ] = 10.0,
    antennas: Annotated[str, typer.Option(help="such as 1,2; empty for all")] = "",
    power: Annotated[float | None, typer.Option(min=0, max=33, help="dBm")] = None,
) -> None:
    """Try a device without any configuration: what it reads as JSON lines, then a summary."""
    printer = Printer()
    with bad_input_told():
        ports = _ports(antennas)
        driver = device_at(address, ports, power, printer)
    ending = threading.Timer(seconds, printer.lines.put, args=({},))
    driver.start()
    ending.start()
    try:
        while line := printer.lines.get():
            print_json(line)
    finally:
        ending.cancel()
        driver.stop()
    for line in printer.left():
        print_json(line)
    states = link_states([(address, driver)])
    if not printer.device and not printer.errors:
        is_heard = any(state.counters.frames for state in states.values())
        printer.errors.append(
            f"not set up in {seconds:g} s: it answers slowly; give it longer, --seconds"
            if is_heard
            else f"no answer in {seconds:g} s: something accepts the connection but does not "
            "speak as a reader does; look at address and port"
        )
    refused = [one for state in states.values() for one in state.refused_reports]
    summary: dict[str, object] = {
        "reads": printer.reads_count,
        "tags": len(printer.tags),
        "device": printer.device,
        "clock": next((clock_view(one.clock) for one in states.values()), None),
        "notes": printer.notes,
        "events": printer.events,
        "errors": list(dict.fromkeys((*printer.errors, *refused))),
    }
    if printer.unprinted:
        summary["unprinted"] = printer.unprinted
    print_json(summary)
    if not printer.device:
        raise typer.Exit(NO)
