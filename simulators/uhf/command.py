"""`warehouse-sim uhf`: a UHF module with tags on a pseudo-terminal with a stable name."""

import asyncio
import contextlib
import json
import os
import pty
import signal
import time
import tty
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from simulators.stable_link import point, take_away
from simulators.tag_field import TagField
from simulators.uhf.faults import FaultPlan, PlannedFault, UhfFault, listing
from simulators.uhf.frames import MARKS
from simulators.uhf.module import ROUND_US, Module

_AWAY_S = 1.0
"""How long a pulled module is away."""
_CHUNK_BYTES = 4096
_LIST = "list"


class FrameMarks(StrEnum):
    """How a module's frames begin and end."""

    USUAL = "bb-7e"
    OTHER = "aa-dd"


class Line:
    """The module's USB adapter: a terminal behind a link, there or pulled.

    Args:
        link: path of the symbolic link; a link that is there is replaced, a file is not.
    """

    def __init__(self, link: Path) -> None:
        self._link = link
        self._master = self._slave = -1

    @property
    def terminal(self) -> str:
        """The terminal's own name; empty while it is pulled."""
        return os.ttyname(self._slave) if self._slave >= 0 else ""

    def plug_in(self) -> None:
        """A new terminal under the same stable name.

        Raises:
            OSError: the link cannot be made.
        """
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        point(self._link, self.terminal)

    def pull(self) -> None:
        """The terminal and its link are gone."""
        if self._slave < 0:
            return
        take_away(self._link, self.terminal)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1

    def hear(self) -> bytes:
        """What the host sent."""
        try:
            return os.read(self._master, _CHUNK_BYTES)
        except BlockingIOError:
            return b""

    def say(self, data: bytes) -> None:
        """Send; what nobody fetches is lost, as on a wire."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._master, data)


async def _play(line: Line, module: Module, faults: FaultPlan) -> None:
    """Rounds for ever, paced by the host's clock."""
    due_us = time.time_ns() // 1000
    while True:
        if faults.take(UhfFault.UNPLUG, due_us):
            line.pull()
            await asyncio.sleep(_AWAY_S)
            module.power_on()
            line.plug_in()
            due_us = time.time_ns() // 1000
        said = module.hear(line.hear(), due_us)
        said += module.play_round(due_us)
        if said:
            line.say(said)
        due_us += ROUND_US
        await asyncio.sleep(max(0.0, due_us / 1e6 - time.time()))


async def _run(line: Line, module: Module, faults: FaultPlan, seconds: float) -> None:
    playing = asyncio.ensure_future(_play(line, module, faults))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, playing.cancel)
    with contextlib.suppress(asyncio.CancelledError, TimeoutError):
        await asyncio.wait_for(playing, seconds or None)


def _planned(names: list[str]) -> tuple[PlannedFault, ...]:
    try:
        return tuple(PlannedFault.parse(name) for name in names)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--fault") from error


def uhf_command(  # noqa: PLR0913, PLR0917 - one parameter for each option
    link: Annotated[
        Path | None, typer.Option(help="Symbolic link to the pseudo-terminal.")
    ] = None,
    tags: Annotated[int, typer.Option(help="Tags in its field.", min=0, max=100_000)] = 20,
    rate: Annotated[float, typer.Option(help="Reads a second.", min=0, max=1000)] = 50.0,
    seed: Annotated[int, typer.Option(help="Settles places, fading and noise.", min=0)] = 1,
    seconds: Annotated[float, typer.Option(help="Ends after so long; 0 never.", min=0)] = 0.0,
    marks: Annotated[
        FrameMarks, typer.Option(help="First and last byte of its frames.")
    ] = FrameMarks.USUAL,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="What goes wrong: NAME or NAME=SECONDS; `list` shows them all."),
    ] = None,
) -> None:
    """A simulated UHF module of the M100 and R200 family with tags before its antenna.

    Prints one JSON line with its terminal when it is there, and one with what it did at the end.
    """
    names = fault or []
    if _LIST in names:
        typer.echo(listing())
        return
    if link is None:
        raise typer.BadParameter("name the link to be made", param_hint="--link")
    faults = FaultPlan(_planned(names))
    module = Module(TagField(tags, 1, rate, seed), faults, seed, MARKS[marks])
    line = Line(link)
    try:
        line.plug_in()
    except OSError as error:
        typer.echo(f"--link {link}: {error}", err=True)
        raise typer.Exit(2) from error
    try:
        typer.echo(json.dumps({"uhf": {"link": str(link), "terminal": line.terminal}}))
        asyncio.run(_run(line, module, faults, seconds))
    finally:
        line.pull()
    typer.echo(json.dumps(asdict(module.tally)))
