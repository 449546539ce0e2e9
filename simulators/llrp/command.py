"""`warehouse-sim reader`: one simulated LLRP reader with a field of tags, on a TCP port."""

import asyncio
import contextlib
import json
import signal
import ssl
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from simulators.faults import FaultName, FaultPlan, PlannedFault, listing
from simulators.llrp.profile import PROFILES, Vendor
from simulators.llrp.reader import TICK_S, SimulatedReader
from simulators.llrp.tally import Tally
from simulators.tag_field import TagField

_LIST = "list"
_GPI = "--gpi"
_PORT_MOST = 65_535


@dataclass(frozen=True, slots=True)
class Door:
    """How reader and client come together, where not by plain TCP on the reader's port.

    Attributes:
        tls: speaks TLS with this certificate.
        dials: the client that the reader calls itself.
    """

    tls: ssl.SSLContext | None = None
    dials: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """One reader on a bench, as the command line describes it.

    Attributes:
        bind: address to listen on.
        port: TCP port; 0 takes a free one.
        tags: tags in its field.
        reads_per_s: of the whole reader; None leaves it to Gen2 rounds.
        antennas: ports.
        seed: settles the field.
        seconds: after which it ends; 0 never.
        vendor: whose reader.
        faults: what goes wrong.
        door: where clients come in, besides the port.
        inputs: GPIs that change their level, and after how many seconds.
        readers: how many such readers, on ports that follow each other, with seeds that do.
        tick_ms: between two looks at the clock.
    """

    bind: str
    port: int
    tags: int
    reads_per_s: float | None
    antennas: int
    seed: int
    seconds: float
    vendor: Vendor
    faults: tuple[PlannedFault, ...]
    door: Door
    inputs: tuple[tuple[int, float], ...] = ()
    readers: int = 1
    tick_ms: float = 1000.0 * TICK_S


def _reader(bench: Bench, number: int) -> SimulatedReader:
    profile = replace(PROFILES[bench.vendor], antennas=bench.antennas)
    seed = bench.seed + number
    field = TagField(bench.tags, bench.antennas, bench.reads_per_s, seed, profile.band)
    return SimulatedReader(
        field,
        profile,
        faults=FaultPlan(bench.faults),
        bind=bench.bind,
        port=bench.port + number if bench.port else 0,
        tls=bench.door.tls,
        dials=bench.door.dials,
        tick_s=bench.tick_ms / 1000.0,
    )


async def _run(bench: Bench) -> list[Tally]:
    readers = [_reader(bench, number) for number in range(bench.readers)]
    try:
        for reader in readers:
            port = await reader.start()
            typer.echo(json.dumps({"reader": {"port": port}}))
        await _until_over(bench, readers)
    finally:
        for reader in readers:
            await reader.stop()
    return [reader.tally for reader in readers]


async def _until_over(bench: Bench, readers: list[SimulatedReader]) -> None:
    """Until the time is over, a signal comes or a reader fails, whose error is raised here."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for reader in readers:
        for input_port, at_s in bench.inputs:
            loop.call_later(at_s, reader.toggle_input, input_port)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    told = asyncio.ensure_future(stopped.wait())
    ended = asyncio.gather(*(reader.ended() for reader in readers))
    waits: set[asyncio.Future[object]] = {told, ended}  # type: ignore[arg-type]
    limit_s = bench.seconds or None
    done, waiting = await asyncio.wait(waits, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    for task in done:
        task.result()


def _summary(tallies: list[Tally]) -> dict[str, object]:
    """Of the reader; of several what they sent together, and each one's."""
    if len(tallies) == 1:
        return tallies[0].summary()
    counted = ("connections", "reads", "reports", "messages", "lost", "unsent")
    together: dict[str, object] = {
        name: sum(getattr(one, name) for one in tallies) for name in counted
    }
    return together | {"readers": [one.summary() for one in tallies]}


def _faults(names: list[str]) -> tuple[PlannedFault, ...]:
    try:
        return tuple(PlannedFault.parse(name) for name in names)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--fault") from error


def _inputs(texts: list[str], vendor: Vendor) -> tuple[tuple[int, float], ...]:
    """GPI changes from `PORT=SECONDS`."""
    found = []
    for text in texts:
        port, _, at = text.partition("=")
        try:
            change = int(port), float(at)
        except ValueError as error:
            raise typer.BadParameter(f"{text!r} is not PORT=SECONDS", param_hint=_GPI) from error
        most = PROFILES[vendor].inputs
        if not (1 <= change[0] <= most and 0 <= change[1] < float("inf")):
            reason = f"{text!r}: ports go from 1 to {most}, seconds from 0"
            raise typer.BadParameter(reason, param_hint=_GPI)
        found.append(change)
    return tuple(found)


def _tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise typer.BadParameter("give both --tls-cert and --tls-key", param_hint="--tls-cert")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:
        reason = f"{certificate} with {key}: {error}"
        raise typer.BadParameter(reason, param_hint="--tls-cert") from error
    return context


def _door(certificate: Path | None, key: Path | None, connect: str | None) -> Door:
    tls = _tls(certificate, key)
    if connect is None:
        return Door(tls)
    host, _, port = connect.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= _PORT_MOST:
        raise typer.BadParameter(f"{connect!r} is not HOST:PORT", param_hint="--connect")
    if tls is not None:
        raise typer.BadParameter("a reader that dials speaks plain TCP", param_hint="--connect")
    return Door(dials=(host.strip("[]"), int(port)))


def reader(  # noqa: PLR0913, PLR0917 - one argument for each option of the command
    port: Annotated[int, typer.Option(help="TCP port; 0 takes a free one.", min=0, max=65535)] = 0,
    bind: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    tags: Annotated[int, typer.Option(help="Tags in its field.", min=0, max=1_000_000)] = 20,
    rate: Annotated[
        float | None,
        typer.Option(
            help="Reads a second of the whole reader; without it Gen2 rounds decide.",
            min=0,
            max=1_000_000,
        ),
    ] = None,
    antennas: Annotated[int, typer.Option(help="Antenna ports.", min=1, max=1000)] = 4,
    seed: Annotated[int, typer.Option(help="Settles places, fading and noise.", min=0)] = 1,
    seconds: Annotated[float, typer.Option(help="Ends after so long; 0 never.", min=0)] = 0.0,
    vendor: Annotated[Vendor, typer.Option(help="Whose reader is played.")] = Vendor.GENERIC,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help=f"What goes wrong, NAME or NAME=SECONDS; `list` explains: {', '.join(FaultName)}."
        ),
    ] = None,
    gpi: Annotated[
        list[str] | None,
        typer.Option(help="PORT=SECONDS: an input that changes its level after so long."),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(help="PEM certificate; the port then speaks TLS.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM key of the certificate.")] = None,
    readers: Annotated[
        int,
        typer.Option(
            help="So many readers in one process, on ports from PORT upwards.", min=1, max=1000
        ),
    ] = 1,
    tick_ms: Annotated[
        float, typer.Option(help="Milliseconds between two looks at the clock.", min=1, max=1000)
    ] = 1000.0 * TICK_S,
    connect: Annotated[
        str | None,
        typer.Option(help="HOST:PORT of a client that the reader calls; it listens nowhere then."),
    ] = None,
) -> None:
    """A simulated LLRP reader with tags in front of its antennas.

    Prints one JSON line with its port when it listens, and one when it ends with what it sent, in
    all and on each connection: reads, reports, messages. What can go wrong: `--fault list`.
    """
    names = fault or []
    if _LIST in names:
        typer.echo(listing())
        return
    if port and port + readers - 1 > _PORT_MOST:
        raise typer.BadParameter(
            f"{readers} readers from port {port} on need ports above {_PORT_MOST}",
            param_hint="--port",
        )
    bench = Bench(
        bind,
        port,
        tags,
        rate,
        antennas,
        seed,
        seconds,
        vendor,
        _faults(names),
        _door(tls_cert, tls_key, connect),
        _inputs(gpi or [], vendor),
        readers,
        tick_ms,
    )
    try:
        tallies = asyncio.run(_run(bench))
    except OSError as error:
        typer.echo(f"cannot listen on {bind}:{port}: {error.strerror}", err=True)
        raise typer.Exit(2) from error
    typer.echo(json.dumps(_summary(tallies)))
