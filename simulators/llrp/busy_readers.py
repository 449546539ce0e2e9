"""`warehouse-sim readers`: many busy readers in one process, for measuring who listens to them.

Each reader is a `Device` behind a TCP port of its own: it greets, is set up and answers as any
other simulated reader. Once its ROSpec runs, its reads are not made one by one by an air but come
as columns from `busy`, so that one process can play hundreds of thousands of reads a second.

Phases come as JSON lines on standard input: `{"reads_per_s", "seconds", "residents", "group"}`.
Each is answered by one JSON line when all of it was sent, and `stamps` of it names a NumPy file
with serial and UTC microseconds of each newcomer's second read leaving its reader. The end of the
input ends the program.
"""

import contextlib
import json
import queue
import selectors
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from simulators.air import Dwell, Sightings
from simulators.faults import FaultPlan
from simulators.gen2 import Slots
from simulators.llrp.busy import ReportForm, Scene, Told
from simulators.llrp.codec import HEADER_BYTES, frame_length
from simulators.llrp.device import Device
from simulators.llrp.keepalive import Keepalive
from simulators.llrp.profile import PROFILES, Vendor
from simulators.llrp.reader import utc_us
from simulators.llrp.report_rule import Rule

PERIOD_S = 0.005
"""How often each reader sends."""
BETWEEN_S = 0.5
"""From a newcomer's first read to its second."""
GROUPS = 4
"""The readers do not send at the same moment but in so many groups, one after the other."""
_RECEIVE_BYTES = 65_536
_IDS = 1 << 31


class Silence:
    """An air without tags: the reads come from elsewhere."""

    def inventory(self, _: Dwell) -> Sightings:
        """Nothing."""
        return Sightings.none()

    def slots(self) -> Slots | None:
        """No rounds are played."""
        return None


class BusyReader:
    """One reader on a port of its own.

    Args:
        bind: address to listen on.
    """

    def __init__(self, bind: str) -> None:
        self.door = socket.create_server((bind, 0))
        self.door.settimeout(0)
        self.port = int(self.door.getsockname()[1])
        self.client: socket.socket | None = None
        self.unsent = bytearray()
        self.reads = 0
        self._device = Device(PROFILES[Vendor.GENERIC], Silence(), FaultPlan(), utc_us())
        self._keepalive = Keepalive(utc_us())
        self._heard = bytearray()
        self._ids = 0

    def accept(self) -> None:
        """A client is there; a second one is turned away."""
        client, _ = self.door.accept()
        if self.client is not None:
            client.close()
            return
        client.settimeout(0)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client = client
        self._heard.clear()
        self.unsent.clear()
        self._keepalive = Keepalive(utc_us())
        self._device.connect(utc_us())
        self._answer()

    def hear(self) -> None:
        """Bytes of the client, or its end."""
        data = b""
        if self.client is not None:
            with contextlib.suppress(ConnectionError):
                data = self.client.recv(_RECEIVE_BYTES)
        if not data:
            self.leave()
            return
        self._heard += data
        while len(self._heard) >= HEADER_BYTES:
            length = frame_length(bytes(self._heard[:HEADER_BYTES]))
            if len(self._heard) < length:
                break
            self._device.receive(bytes(self._heard[:length]), utc_us())
            del self._heard[:length]
        self._answer()
        if self._device.closing:
            self.leave()

    def leave(self) -> None:
        """Let the client go."""
        if self.client is not None:
            self.client.close()
            self.client = None
            self._device.disconnect()

    def form(self) -> ReportForm | None:
        """How it words its reports; None while no ROSpec runs."""
        rospec = self._device.inventory.running() if self.client is not None else None
        if rospec is None:
            return None
        rule = Rule.of(rospec.report_spec or self._device.settings.report_spec)
        content = rule.content(rospec.id, rospec.run.spec, uptime=False, tail=b"")
        return ReportForm.learn(content, rule.message_size)

    def live(self) -> None:
        """Let time pass: start what is to be started, keep alive."""
        if self.client is None:
            return
        now_us = utc_us()
        if self._device.inventory.running() is None:
            self._device.advance(now_us)
            self._answer()
        frame = self._keepalive.due(now_us, self._device.settings.keepalive_us(), self.ids(1))
        if frame is not None:
            self._keepalive.answered()
            self.send(frame)

    def ids(self, count: int) -> int:
        """The first of `count` message ids."""
        first, self._ids = self._ids, (self._ids + count) % _IDS
        return first

    def send(self, data: bytes) -> None:
        """Send, or keep what the client does not take yet."""
        if self.client is None:
            return
        self.unsent += data
        with contextlib.suppress(BlockingIOError):
            del self.unsent[: self.client.send(self.unsent)]

    def _answer(self) -> None:
        self.send(b"".join(one.frame for one in self._device.take()))


@dataclass(slots=True)
class Phase:
    """A stretch of time with one load for each reader; `began_s` by the monotonic clock."""

    reads_per_s: float
    seconds: float
    scene: Scene
    form: ReportForm
    began_s: float

    def due(self, now_s: float) -> int:
        """How many reads each reader should have told by now, whole messages."""
        passed_s = min(now_s - self.began_s, self.seconds)
        reads = int(passed_s * self.reads_per_s)
        return reads - reads % self.form.reads


class Choir:
    """All readers and the one loop that serves them."""

    def __init__(self, readers: list[BusyReader], stamps_dir: Path) -> None:
        self.readers = readers
        self._stamps_dir = stamps_dir
        self._phases = 0
        self._orders: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._selector = selectors.DefaultSelector()
        self._watched: dict[int, socket.socket] = {}
        for reader in self.readers:
            self._selector.register(reader.door, selectors.EVENT_READ, reader)
        self._phase: Phase | None = None
        self._begin_next = 0
        self._stamps: list[NDArray[np.int64]] = []
        self._late_bytes = 0

    def order(self, line: str) -> None:
        """One phase, or the end where it is empty. Any thread."""
        self._orders.put(line)

    def run(self) -> None:
        """Serve until the orders end."""
        turn, next_s = 0, time.monotonic()
        while True:
            self._serve(max(0.0, next_s - time.monotonic()))
            if time.monotonic() < next_s:
                continue
            next_s = max(next_s + PERIOD_S / GROUPS, time.monotonic())
            turn += 1
            self._talk(turn)
            if self._phase is None and not self._begin():
                return
            self._end_if_over()

    def close(self) -> None:
        """Let every client go."""
        for reader in self.readers:
            reader.leave()
            reader.door.close()

    def _serve(self, wait_s: float) -> None:
        for number, reader in enumerate(self.readers):
            known = self._watched.get(number)
            if known is not reader.client:
                if known is not None:
                    self._selector.unregister(known)
                    del self._watched[number]
                if reader.client is not None:
                    self._selector.register(reader.client, selectors.EVENT_READ, reader)
                    self._watched[number] = reader.client
        for key, _ in self._selector.select(wait_s):
            reader = key.data
            if key.fileobj is reader.door:
                reader.accept()
            else:
                reader.hear()

    def _talk(self, turn: int) -> None:
        """Let a group of readers live, and tell what they have read by now."""
        numbers = range(turn % GROUPS, len(self.readers), GROUPS)
        for number in numbers:
            self.readers[number].live()
        phase = self._phase
        if phase is None:
            return
        due = phase.due(time.monotonic())
        counts = [due - self.readers[number].reads for number in numbers]
        if not sum(counts):
            return
        told = [
            Told.of(phase.scene, number, phase.scene.begin + due - count, count)
            for number, count in zip(numbers, counts, strict=True)
        ]
        ago = np.concatenate([np.arange(count)[::-1] for count in counts])
        seen_us = utc_us() - (ago * (1e6 / phase.reads_per_s)).astype(np.int64)
        first_id = self.readers[0].ids(sum(counts))
        messages = phase.form.messages(told, seen_us, first_id)
        begin = 0
        for number, one, count in zip(numbers, told, counts, strict=True):
            reader = self.readers[number]
            end = begin + count // phase.form.reads
            self._stamps.append(np.stack([one.newcomers, np.full(len(one.newcomers), utc_us())]))
            reader.send(messages[begin:end].tobytes())
            reader.reads += count
            self._late_bytes = max(self._late_bytes, len(reader.unsent))
            begin = end

    def _begin(self) -> bool:
        """Begin the phase that is ordered, if all readers run; False where the orders ended."""
        if self._orders.empty():
            return True
        forms = [reader.form() for reader in self.readers]
        if any(form is None for form in forms):
            return True
        order = self._orders.get()
        if not order:
            return False
        asked = json.loads(order)
        group, reads_per_s = int(asked["group"]), float(asked["reads_per_s"]) / len(self.readers)
        between = max(1, round(BETWEEN_S * reads_per_s / group))
        scene = Scene(int(asked["residents"]), group, between, self._begin_next)
        form = next(form for form in forms if form is not None)
        self._late_bytes = 0
        for reader in self.readers:
            reader.reads = 0
        self._phase = Phase(reads_per_s, float(asked["seconds"]), scene, form, time.monotonic())
        return True

    def _end_if_over(self) -> None:
        """Tell when all of a phase has left."""
        phase = self._phase
        if phase is None:
            return
        due = phase.due(phase.began_s + phase.seconds)
        for reader in self.readers:
            reader.send(b"")
        if any(reader.reads < due or reader.unsent for reader in self.readers):
            return
        self._phase = None
        self._begin_next = phase.scene.begin + due + phase.scene.group
        self._begin_next -= self._begin_next % phase.scene.group
        self._phases += 1
        stamps_file = self._stamps_dir / f"stamps-{self._phases}.npy"
        np.save(stamps_file, np.concatenate(self._stamps, axis=1))
        self._stamps.clear()
        told = {
            "sent": due * len(self.readers),
            "seconds": round(time.monotonic() - phase.began_s, 3),
            "waited_bytes_most": self._late_bytes,
            "stamps": str(stamps_file),
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _take_orders(choir: Choir) -> None:
    for line in sys.stdin:
        if line.strip():
            choir.order(line.strip())
    choir.order("")


def readers(
    stamps_dir: Annotated[Path, typer.Option(help="Where the stamps of newcomers are written.")],
    count: Annotated[int, typer.Option(help="How many readers.", min=1, max=1000)] = 32,
    bind: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Many busy LLRP readers in one process; what they read comes as orders on standard input.

    Prints one JSON line with the ports, then one for each order when it is carried out.
    """
    choir = Choir([BusyReader(bind) for _ in range(count)], stamps_dir)
    typer.echo(json.dumps({"ports": [reader.port for reader in choir.readers]}))
    threading.Thread(target=_take_orders, args=(choir,), name="orders", daemon=True).start()
    choir.run()
    choir.close()
