"""A simulated LLRP reader on a TCP port: the wire and the timer around a `Device`.

Runs in whatever event loop starts it; several readers share one loop. A warehouse may play its
own time: the reader asks the clock it was given and sleeps only between looking at it. Reads,
stamps and keepalives then go by played time; up to 10 played seconds between two looks are heard
in full. Whoever embeds a reader waits on `ended`, so that a failure is told and not lost.
"""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Callable

from simulators.air import Air
from simulators.faults import FaultName, FaultPlan
from simulators.llrp.client import Client
from simulators.llrp.codec import HEADER_BYTES, frame_length
from simulators.llrp.device import Device
from simulators.llrp.dialling import dial_for_ever
from simulators.llrp.profile import Profile
from simulators.llrp.tally import Tally
from simulators.llrp.wire import Then, Wire

TICK_S = 0.02
_FRAME_BYTES_MOST = 1 << 20
"""No request is longer; a client that announces more is cut off."""
_SLOW_BYTES_PER_S = 20_000
_SLOW_BYTES = 64
_REBOOT_S = 2.0
_GOODBYE_S = 1.0


def utc_us() -> int:
    """True UTC microseconds, by the host's clock."""
    return time.time_ns() // 1000


class SimulatedReader:
    """An LLRP reader that clients can connect to.

    Args:
        air: what its antennas hear.
        profile: which model.
        faults: what goes wrong, and when.
        clock: true UTC microseconds; the host's clock unless a warehouse plays its own.
        bind: address to listen on, loopback unless told otherwise.
        port: TCP port; 0 takes a free one.
        tls: speaks TLS with this certificate.
        dials: host and port of a client that waits to be called; then nothing listens here.
        tick_s: seconds between two looks at the clock.
    """

    def __init__(  # noqa: PLR0913 - a reader's parts, all but the first two with defaults
        self,
        air: Air,
        profile: Profile,
        *,
        faults: FaultPlan | None = None,
        clock: Callable[[], int] = utc_us,
        bind: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        dials: tuple[str, int] | None = None,
        tick_s: float = TICK_S,
    ) -> None:
        self._faults = faults or FaultPlan()
        self._clock = clock
        self._bind = bind
        self._port = port
        self._tls = tls
        self._dials = dials
        self._dialling: asyncio.Task[None] | None = None
        self._tick_s = tick_s
        self._device = Device(profile, air, self._faults, clock())
        self._wire = Wire(self._faults)
        self._client: Client | None = None
        self._forgotten: list[Client] = []
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._away_until_s = 0.0
        self.tally = Tally()

    async def start(self) -> int:
        """Listen, or dial, and let time run.

        Returns:
            The port.

        Raises:
            OSError: the port cannot be had.
        """
        if self._dials is not None:
            self._dialling = asyncio.create_task(dial_for_ever(*self._dials, self._serve))
            self._port = self._dials[1]
        else:
            self._server = await asyncio.start_server(
                self._serve, self._bind, self._port, ssl=self._tls, reuse_address=True
            )
            self._port = int(self._server.sockets[0].getsockname()[1])
        self._ticking = asyncio.create_task(self._tick_for_ever())
        return self._port

    async def stop(self) -> None:
        """Say good-bye, send what is left, close every connection and the port; within 2 s."""
        await self._stop_own_tasks()
        if self._server is not None:
            self._server.close()
        client = self._client
        if client is not None:
            self._device.say_goodbye()
            self._flush(client)
            self._drop_client(gently=True)
        for forgotten in self._forgotten:
            forgotten.abort()
        if self._serving:
            await asyncio.wait(self._serving, timeout=_GOODBYE_S)
        if client is not None:
            client.abort()
        if self._serving:
            await asyncio.wait(self._serving, timeout=_GOODBYE_S)
        self.tally.lost = self._device.lost_reads
        self.tally.unsent = self._device.waiting_reads()

    async def _stop_own_tasks(self) -> None:
        for task in (self._ticking, self._dialling):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def ended(self) -> None:
        """Wait until the reader is stopped or its timer failed, whose error is raised here."""
        if self._ticking is not None:
            await self._ticking

    def put_input(self, port: int, *, high: bool) -> None:
        """Drive a GPI, as a light barrier would; raises KeyError where there is none."""
        self._device.put_input(port, self._clock(), high=high)

    def toggle_input(self, port: int) -> None:
        """Drive a GPI to its other level; raises KeyError where there is none."""
        self.put_input(port, high=not self._device.settings.ports.is_high(port))

    def power_dbm(self, antenna: int) -> float | None:
        """With what power an antenna reads now; None while nothing is read."""
        return self._device.inventory.power_dbm(antenna)

    def outputs(self) -> dict[int, bool]:
        """Which GPOs are high, by port."""
        return dict(self._device.settings.ports.outputs)

    async def _tick_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            due_s = max(due_s + self._tick_s, loop.time())
            await asyncio.sleep(due_s - loop.time())
            self.tick()

    def tick(self) -> None:
        """Let the device live until now and send what it has to say."""
        self._device.advance(self._clock())
        client = self._client
        if client is None:
            return
        if not client.behind():
            self._flush(client)
            self._send_slowly(client)
        if self._device.closing:
            self.tally.dropped += 1
            self._drop_client(gently=True)

    def _flush(self, client: Client) -> None:
        """Everything that the device has to say, through the wire's faults."""
        sendable = self._wire.send(self._device.take())
        if client.muted:
            self._device.lost_reads += sendable.reads
            return
        counts = sendable.reads, sendable.reports, sendable.messages
        self.tally.sent(*counts, len(sendable.data))
        self.tally.keepalives += sendable.keepalives
        if self._faults.on(FaultName.SLOW):
            client.slow += sendable.data
        else:
            client.send(sendable.data)
        self._then(client, sendable.then)

    def _then(self, client: Client, then: Then) -> None:
        match then:
            case Then.GO_ON:
                pass
            case Then.MUTE:
                client.muted = True
            case Then.CLOSE:
                self._drop_client(gently=True)
            case Then.FORGET:
                client.writer.transport.pause_reading()  # type: ignore[attr-defined]
                self._forgotten.append(client)
                self._client = None
                self._device.disconnect()
            case Then.REBOOT:
                self._drop_client()
                self._device.reboot(self._clock())
                self._away_until_s = asyncio.get_running_loop().time() + _REBOOT_S

    def _send_slowly(self, client: Client) -> None:
        """A few bytes of what waits on a slow link."""
        allowed = int(_SLOW_BYTES_PER_S * self._tick_s)
        while client.slow and allowed > 0:
            client.send(client.slow[:_SLOW_BYTES])
            del client.slow[:_SLOW_BYTES]
            allowed -= _SLOW_BYTES

    def _drop_client(self, *, gently: bool = False) -> None:
        client, self._client = self._client, None
        self._device.disconnect()
        if client is None:
            return
        if gently:
            client.send(client.slow)
            client.writer.close()
            asyncio.get_running_loop().call_later(_GOODBYE_S, client.abort)
        else:
            client.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        client = Client(writer)
        if asyncio.get_running_loop().time() < self._away_until_s:
            client.abort()
            return
        if self._client is not None:
            await asyncio.sleep(0)  # the old client's end may have come in the same moment
        if self._client is not None:
            await self._refuse(client)
            return
        self.tally.connected()
        self._client = client
        self._device.connect(self._clock())
        self._flush(client)
        try:
            await self._listen(reader, client)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the client is gone, with or without a word
        finally:
            if self._client is client:
                self._drop_client(gently=True)

    async def _refuse(self, client: Client) -> None:
        """Tell a second client that there is one, and close."""
        self.tally.refused += 1
        client.send(self._device.refusal(self._clock()))
        with contextlib.suppress(ConnectionError):
            await client.writer.drain()
        client.writer.close()

    async def _listen(self, reader: asyncio.StreamReader, client: Client) -> None:
        """Frame after frame, however the stream cuts them, until the client goes."""
        while self._client is client:
            head = await reader.readexactly(HEADER_BYTES)
            length = frame_length(head)
            if not HEADER_BYTES <= length <= _FRAME_BYTES_MOST:
                return
            frame = head + await reader.readexactly(length - HEADER_BYTES)
            if self._client is not client:
                return
            self._device.receive(frame, self._clock())
            self._flush(client)
            if self._device.closing:
                self._drop_client(gently=True)
