"""The reader on its port: streams cut anywhere, clients that come, stay silent, go."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from itertools import pairwise

import pytest

from simulators.faults import PlannedFault
from simulators.llrp.codec import HEADER_BYTES, decode, encode, frame_length
from simulators.llrp.parts import Message, Part, Value, message, part
from simulators.llrp.profile import PROFILES, Vendor
from simulators.llrp.reader import SimulatedReader
from simulators.tag_field import TagField
from tests.simulators.held_faults import HeldFaults
from tests.waiting import PATIENCE_S

Make = Callable[..., Part]
START_US = 1_700_000_000_000_000


class Client:
    """A client that reads whole frames; every wait ends within `PATIENCE_S`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def frame(self) -> bytes:
        """The next frame as bytes."""
        async with asyncio.timeout(PATIENCE_S):
            head = await self.reader.readexactly(HEADER_BYTES)
            return head + await self.reader.readexactly(frame_length(head) - HEADER_BYTES)

    async def message(self) -> Message:
        """The next message; keepalives are acknowledged."""
        found = decode(await self.frame())
        if found.name == "KEEPALIVE":
            self.writer.write(encode(message("KEEPALIVE_ACK", 0)))
        return found

    async def until(self, name: str) -> Message:
        """The next message of that name."""
        while (found := await self.message()).name != name:
            pass
        return found

    async def ask(self, name: str, *inside: Part, **fields: Value) -> Message:
        """A request's answer."""
        self.writer.write(encode(message(name, 7, *inside, **fields)))
        return await self.until(f"{name}_RESPONSE")

    async def inventory(self, spec: Part) -> None:
        """Set the reader reading, as the spec says."""
        await self.ask("ADD_ROSPEC", spec)
        await self.ask("ENABLE_ROSPEC", ROSpecID=1)

    async def ends(self) -> None:
        """Wait until the reader has closed the connection, by whatever means."""
        async with asyncio.timeout(PATIENCE_S):
            with contextlib.suppress(ConnectionError):
                while await self.reader.read(65536):
                    pass


class Bench:
    """A running reader and the clients at it."""

    def __init__(self, reader: SimulatedReader, port: int, faults: HeldFaults) -> None:
        self.reader = reader
        self.faults = faults
        self._port = port
        self._clients: list[Client] = []

    async def client(self) -> Client:
        """A new client; it is closed with the bench."""
        client = Client(*await asyncio.open_connection("127.0.0.1", self._port))
        self._clients.append(client)
        return client

    async def close(self) -> None:
        """Close everything."""
        await self.reader.stop()
        for client in self._clients:
            client.writer.close()
            with contextlib.suppress(ConnectionError):
                await client.writer.wait_closed()


@contextlib.asynccontextmanager
async def _bench(*faults: str, rate: float = 500.0) -> AsyncIterator[Bench]:
    plan = HeldFaults(tuple(PlannedFault.parse(name) for name in faults))
    field = TagField(20, 4, rate, seed=1)
    reader = SimulatedReader(field, PROFILES[Vendor.GENERIC], faults=plan)
    bench = Bench(reader, await reader.start(), plan)
    try:
        yield bench
    finally:
        await bench.close()


def _run(story: Coroutine[object, object, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 3 * PATIENCE_S))


def test_requests_are_answered_however_the_stream_cuts_them() -> None:
    async def story() -> None:
        async with _bench() as bench:
            client = await bench.client()
            await client.message()
            both = encode(message("GET_ROSPECS", 1)) + encode(message("GET_ACCESSSPECS", 2))
            client.writer.write(both + both)
            names = [(await client.message()).name for _ in range(4)]
            assert names == ["GET_ROSPECS_RESPONSE", "GET_ACCESSSPECS_RESPONSE"] * 2
            for byte in both:
                client.writer.write(bytes([byte]))
                await client.writer.drain()
                await asyncio.sleep(0)
            names = [(await client.message()).name for _ in range(2)]
            assert names == ["GET_ROSPECS_RESPONSE", "GET_ACCESSSPECS_RESPONSE"]

    _run(story())


def test_a_second_client_is_turned_away_and_the_next_one_let_in_when_the_first_has_gone() -> None:
    async def story() -> None:
        async with _bench() as bench:
            first = await bench.client()
            await first.message()
            second = await bench.client()
            refusal = (await second.message()).inside[0]
            assert refusal.first("ConnectionAttemptEvent") == part(
                "ConnectionAttemptEvent", Status=2
            )
            await second.ends()
            await first.ask("CLOSE_CONNECTION")
            await first.ends()
            third = await bench.client()
            told = (await third.message()).inside[0]
            assert told.first("ConnectionAttemptEvent") == part("ConnectionAttemptEvent", Status=0)
            assert (bench.reader.tally.connections, bench.reader.tally.refused) == (2, 1)

    _run(story())


def test_every_read_that_is_counted_arrives(a_rospec: Make, a_report_spec: Make) -> None:
    async def story() -> None:
        async with _bench(rate=20_000) as bench:
            client = await bench.client()
            await client.inventory(a_rospec(report=a_report_spec(10)))
            arrived = 0
            while arrived < 5_000:
                arrived += len((await client.until("RO_ACCESS_REPORT")).inside)
            stopping = asyncio.create_task(bench.reader.stop())
            with contextlib.suppress(asyncio.IncompleteReadError):
                while True:
                    found = await client.message()
                    arrived += sum(1 for _ in found.all("TagReportData"))
            await stopping
            assert arrived == bench.reader.tally.reads

    _run(story())


def test_a_request_that_announces_too_much_ends_the_connection() -> None:
    async def story() -> None:
        async with _bench() as bench:
            client = await bench.client()
            await client.message()
            client.writer.write(b"\x04\x1a\xff\xff\xff\xff\0\0\0\1")
            await client.ends()
            again = await bench.client()
            assert (await again.message()).name == "READER_EVENT_NOTIFICATION"

    _run(story())


def test_a_client_that_never_acknowledges_is_told_good_bye() -> None:
    async def story() -> None:
        async with _bench() as bench:
            client = await bench.client()
            keepalive = part("KeepaliveSpec", KeepaliveTriggerType=1, PeriodicTriggerValue=50)
            await client.ask("SET_READER_CONFIG", keepalive, ResetToFactoryDefault=0)
            names = []
            with contextlib.suppress(asyncio.IncompleteReadError):
                while True:
                    names.append(decode(await client.frame()).name)
            assert names == ["KEEPALIVE"] * 3 + ["READER_EVENT_NOTIFICATION"]
            assert bench.reader.tally.dropped == 1

    _run(story())


async def _gone(client: Client) -> None:
    """The connection ends, perhaps in the middle of a frame."""
    await client.ends()


async def _hear(client: Client) -> None:
    """All that comes, until nothing comes for half a second."""
    while await asyncio.wait_for(client.reader.read(65_536), 0.5):
        pass


async def _mute(client: Client) -> None:
    """Nothing comes any more, but the connection stays."""
    with pytest.raises(TimeoutError):
        await _hear(client)
    assert not client.reader.at_eof()


async def _hear_500(client: Client) -> None:
    """Two seconds of a healthy reader."""
    for _ in range(500):
        await asyncio.wait_for(client.message(), 0.7)


async def _damaged(client: Client) -> None:
    """A frame comes that is no LLRP, or one whose end never comes."""
    with pytest.raises((ValueError, TimeoutError)):
        await _hear_500(client)


@pytest.mark.parametrize(
    ("fault", "what_follows"),
    [
        ("cut-mid-frame=0.1", _gone),
        ("reboots=0.1", _gone),
        ("silent=0.1", _mute),
        ("half-open=0.1", _mute),
        ("cut-field=0.1", _damaged),
        ("wrong-count=0.1", _damaged),
        ("garbage=0.1", _damaged),
        ("oversized-length=0.1", _damaged),
        ("undersized-length=0.1", _damaged),
    ],
)
def test_the_wire_breaks_as_the_fault_says(
    fault: str,
    what_follows: Callable[[Client], Awaitable[None]],
    a_rospec: Make,
    a_report_spec: Make,
) -> None:
    async def story() -> None:
        async with _bench(fault) as bench:
            client = await bench.client()
            await client.inventory(a_rospec(report=a_report_spec(2)))
            await client.until("RO_ACCESS_REPORT")
            bench.faults.let_go()
            async with asyncio.timeout(PATIENCE_S):
                await what_follows(client)

    _run(story())


@pytest.mark.parametrize("fault", ["half-open=0.1", "cut-mid-frame=0.1", "reboots=0.1"])
def test_a_client_may_come_back_after_its_connection_broke(
    fault: str, a_rospec: Make, a_report_spec: Make
) -> None:
    async def story() -> None:
        async with _bench(fault) as bench:
            client = await bench.client()
            await client.inventory(a_rospec(report=a_report_spec(2)))
            bench.faults.let_go()
            async with asyncio.timeout(PATIENCE_S):
                while bench.reader.tally.connections < 2:
                    await asyncio.sleep(0.3)
                    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                        again = await bench.client()
                        told = (await again.message()).inside[0]
                        status = next(told.all("ConnectionAttemptEvent")).number("Status")
                        assert status in (0, 2)
                kept = await again.ask("GET_ROSPECS")
                assert (kept.first("ROSpec") is None) == fault.startswith("reboots")

    _run(story())


def test_a_slow_link_brings_every_byte_late(a_rospec: Make, a_report_spec: Make) -> None:
    async def story() -> None:
        async with _bench("slow", rate=200) as bench:
            client = await bench.client()
            await client.inventory(a_rospec(report=a_report_spec(1)))
            for _ in range(20):
                await client.until("RO_ACCESS_REPORT")

    _run(story())


def test_a_warehouse_may_play_the_time_ten_times_as_fast(
    a_rospec: Make, a_report_spec: Make
) -> None:
    async def story() -> None:
        began_s = asyncio.get_running_loop().time()

        def played_us() -> int:
            passed_s = asyncio.get_running_loop().time() - began_s
            return START_US + round(10e6 * passed_s)

        field = TagField(20, 4, 10.0, seed=1)
        reader = SimulatedReader(field, PROFILES[Vendor.GENERIC], clock=played_us)
        bench = Bench(reader, await reader.start(), HeldFaults())
        client = await bench.client()
        await client.inventory(a_rospec(report=a_report_spec(1)))
        stamps = []
        while len(stamps) < 100:
            read = (await client.until("RO_ACCESS_REPORT")).inside[0]
            stamps.append(next(read.all("LastSeenTimestampUTC")).number("Microseconds"))
        await bench.close()
        assert 9e6 <= stamps[-1] - stamps[0] <= 11e6
        assert max(later - now for now, later in pairwise(stamps)) < 2e6

    _run(story())
