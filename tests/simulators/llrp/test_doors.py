"""Other ways to a reader than plain TCP on its port: TLS, and a reader that calls."""

import asyncio
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from simulators.llrp.codec import HEADER_BYTES, decode, encode, frame_length
from simulators.llrp.parts import Message, message
from simulators.llrp.profile import PROFILES, Vendor
from simulators.llrp.reader import SimulatedReader
from simulators.tag_field import TagField
from tests.waiting import PATIENCE_S


def _run(story: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(3 * PATIENCE_S):
            await story

    asyncio.run(bounded())


async def _message(reader: asyncio.StreamReader) -> Message:
    async with asyncio.timeout(PATIENCE_S):
        head = await reader.readexactly(HEADER_BYTES)
        return decode(head + await reader.readexactly(frame_length(head) - HEADER_BYTES))


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
    """Hear the greeting, ask for the specs, close; the names of what came."""
    names = [(await _message(reader)).name]
    for request in ("GET_ROSPECS", "CLOSE_CONNECTION"):
        writer.write(encode(message(request, 5)))
        names.append((await _message(reader)).name)
    assert await reader.read() == b""
    writer.close()
    return names


TALK = ["READER_EVENT_NOTIFICATION", "GET_ROSPECS_RESPONSE", "CLOSE_CONNECTION_RESPONSE"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "cert.pem", folder / "key.pem"
    wanted = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    who = ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    out = ["-out", str(files[0]), "-keyout", str(files[1])]
    subprocess.run(["openssl", "req", *wanted, *who, *out], check=True, capture_output=True)
    return files


def test_a_reader_with_a_certificate_speaks_tls(
    serve: Callable[..., int], certificate: tuple[Path, Path]
) -> None:
    port = serve("--tls-cert", str(certificate[0]), "--tls-key", str(certificate[1]))
    trusts = ssl.create_default_context(cafile=str(certificate[0]))

    async def story() -> None:
        found = await asyncio.open_connection(
            "127.0.0.1", port, ssl=trusts, server_hostname="localhost"
        )
        assert await _talk(*found) == TALK

    _run(story())


def test_a_client_without_tls_does_not_harm_a_reader_with_it(
    serve: Callable[..., int], certificate: tuple[Path, Path]
) -> None:
    port = serve("--tls-cert", str(certificate[0]), "--tls-key", str(certificate[1]))
    trusts = ssl.create_default_context(cafile=str(certificate[0]))

    async def story() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(encode(message("GET_ROSPECS", 5)))
        assert b"GET" not in await reader.read()
        writer.close()
        found = await asyncio.open_connection(
            "127.0.0.1", port, ssl=trusts, server_hostname="localhost"
        )
        assert await _talk(*found) == TALK

    _run(story())


def test_a_reader_calls_its_client_and_calls_again() -> None:
    async def story() -> None:
        calls: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

        async def called(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await calls.put((reader, writer))

        server = await asyncio.start_server(called, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        air, profile = TagField(3, 4, 10.0, 1), PROFILES[Vendor.GENERIC]
        reader = SimulatedReader(air, profile, dials=(address[0], address[1]))
        await reader.start()
        for _ in range(2):
            async with asyncio.timeout(PATIENCE_S):
                assert await _talk(*await calls.get()) == TALK
        assert reader.tally.connections == 2
        await reader.stop()
        server.close()

    _run(story())


@pytest.mark.parametrize(
    "arguments",
    [
        ("--connect", "nowhere"),
        ("--connect", "host:99999"),
        ("--tls-cert", "only.pem"),
        ("--gpi", "1"),
        ("--gpi", "9=1"),
    ],
)
def test_a_door_that_makes_no_sense_is_refused(arguments: tuple[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulators", "reader", "--seconds", "0.1", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    assert arguments[0] in done.stderr


def test_files_that_are_no_certificate_are_refused(tmp_path: Path) -> None:
    nothing = tmp_path / "empty.pem"
    nothing.write_text("")
    files = ["--tls-cert", str(nothing), "--tls-key", str(nothing)]
    done = subprocess.run(
        [sys.executable, "-m", "simulators", "reader", "--seconds", "0.1", *files],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    assert "--tls-cert" in done.stderr
