"""`warehouse-edge locate` and `calibrate`: recorded reads become places and lessons."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from drivers.reads import ReadBatch
from edge.cli.bars import watched
from edge.cli.console import SECONDS_MAX, bad_input_told, fail, not_utf8, print_json
from edge.compose.core import seeded
from edge.locating.antennas import AntennaFault, AntennaReport
from edge.locating.calibration import Calibration
from edge.locating.learning import calibrate as learn
from edge.locating.recordings import read_reads_csv, read_truth_csv
from edge.locating.shelf_sweep import Sweeping, ranked
from edge.locating.stream import locate_stream
from edge.model.places import Floor
from edge.settings.calibration_file import load_calibration, save_calibration
from edge.settings.floor_file import load_floor

FloorFile = Annotated[Path, typer.Option("--floor", help="the floor's TOML file")]
Reads = Annotated[
    Path, typer.Option(help="CSV: time_us,reader,antenna,epc,rssi_dbm and more, sorted by time")
]

_GZIP = b"\x1f\x8b"
_SEED = 1
"""The same recordings always teach the same."""
_SWEPT = Sweeping()
_MHZ_MIN, _MHZ_MAX = 840.0, 960.0
_MHZ = "915"


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[str]]:
    """The lines of a CSV file, as the csv module wants them."""
    try:
        with path.open("rb") as file:
            if file.peek(2)[:2] == _GZIP:
                raise ValueError(f"{path}: is compressed; unpack it first: gunzip {path}")
            yield iter(TextIOWrapper(file, encoding="utf-8", newline=""))
    except UnicodeDecodeError as error:
        raise not_utf8(str(path), error) from None


class _Noted:
    """What a recording had in it, for what is to be said of it at the end."""

    def __init__(self, path: Path, plan: Floor) -> None:
        self._path = path
        self._known = {(antenna.reader, antenna.port) for antenna in plan.antennas}
        self._strangers: Counter[str] = Counter()
        self._reads = self._levelled = 0
        self._begin_us: int | None = None
        self._end_us = 0

    def noting(self, batches: Iterator[ReadBatch]) -> Iterator[ReadBatch]:
        """The batches as they are."""
        for batch in batches:
            ports, counts = np.unique(batch.antenna, return_counts=True)
            for port, count in zip(ports.tolist(), counts.tolist(), strict=True):
                if (batch.reader, port) not in self._known:
                    self._strangers[f"{batch.reader}/{port}"] += count
            self._reads += len(batch)
            self._levelled += int(np.isfinite(batch.rssi_dbm).sum())
            if self._begin_us is None:
                self._begin_us = int(batch.seen_us[0])
            self._end_us = max(self._end_us, int(batch.seen_us[-1]))
            yield batch

    def tell_strangers(self) -> None:
        """Says which reads no antenna of the floor has heard."""
        if self._strangers:
            most = ", ".join(f"{name} ({count})" for name, count in self._strangers.most_common(8))
            typer.echo(
                f"{self._path}: {self._strangers.total()} reads tell nothing, the floor file has "
                f"no [[antenna]] with this reader/port: {most}",
                err=True,
            )

    def tell_nothing_found(self) -> None:
        """Says what was there, where no place came of it."""
        span_s = (self._end_us - (self._begin_us or self._end_us)) * 1e-6
        typer.echo(
            f"{self._path}: no place can be told of {self._reads} reads, "
            f"{self._reads - self._strangers.total()} of them by antennas of the floor, "
            f"{self._levelled} with a level, within {span_s:.3f} s by their time_us "
            "(microseconds); a tag needs some reads with levels within seconds",
            err=True,
        )


@contextmanager
def _batches(path: Path, noted: _Noted) -> Iterator[Iterator[ReadBatch]]:
    """The reads of a file; says at the end which of them no antenna of the floor has heard."""
    try:
        with _lines(path) as lines:
            yield noted.noting(read_reads_csv(lines, str(path)))
    finally:
        noted.tell_strangers()


def locate(  # noqa: PLR0913 - one argument for each option
    reads: Reads,
    *,
    floor: Annotated[
        Path | None, typer.Option(help="the floor's TOML file; not needed with --order")
    ] = None,
    calibration: Annotated[Path | None, typer.Option(help="what `calibrate` wrote")] = None,
    every: Annotated[
        float | None,
        typer.Option(
            help="also answer for every known tag each so many seconds",
            min=0.001,
            max=SECONDS_MAX,
        ),
    ] = None,
    order: Annotated[
        bool, typer.Option("--order", help="the order of tags along a shelf, by a moved antenna")
    ] = False,
    antenna: Annotated[int | None, typer.Option(help="with --order: the moved port")] = None,
    speed: Annotated[
        float, typer.Option(help="with --order: metres a second", min=0.01, max=5.0)
    ] = _SWEPT.speed_m_per_s,
    mhz: Annotated[
        str, typer.Option(help="with --order: frequencies by channel from 1, or one for all")
    ] = _MHZ,
    doubled: Annotated[
        bool, typer.Option("--doubled", help="with --order: phase may be off by half a turn")
    ] = False,
) -> None:
    """Print where each tag is believed to be, as JSON lines, whenever that changes."""
    with bad_input_told():
        if order:
            with _lines(reads) as lines:
                sweeping = Sweeping(speed, antenna, _frequencies(mhz), doubled)
                for one in ranked(read_reads_csv(lines, str(reads)), sweeping):
                    print_json(one.to_dict())
            return
        if antenna is not None or doubled or (speed, mhz) != (_SWEPT.speed_m_per_s, _MHZ):
            raise fail("--antenna, --speed, --mhz and --doubled belong to --order; add it")
        if floor is None:
            raise fail("--floor is needed: the floor's TOML file")
        plan = load_floor(floor)
        learnt = load_calibration(calibration, plan) if calibration else None
        noted, told = _Noted(reads, plan), False
        with _batches(reads, noted) as batches, watched("locate", beside_lines=True):
            for answer in locate_stream(plan, batches, learnt, every, on_fault=_warn):
                print_json(answer.to_dict())
                told = True
        if not told:
            noted.tell_nothing_found()
        typer.echo(_level(learnt), err=True)


def _level(learnt: Calibration | None) -> str:
    if learnt is None:
        return "not calibrated: every antenna counts alike, so trust places less"
    return f"calibrated: {learnt.level}"


def _warn(one: AntennaReport, fault: AntennaFault) -> None:
    since = datetime.fromtimestamp(one.faults[fault] * 1e-6, UTC).isoformat(timespec="seconds")
    typer.echo(
        f"warning: antenna {one.port} of {one.reader} at {one.location}: {fault.value} since "
        f"{since}; what lies there may be told elsewhere or nowhere (docs/operations.md)",
        err=True,
    )


def _check_room_for(out: Path) -> None:
    """Before minutes of learning, not after them."""
    if out.is_dir():
        raise fail(f"{out}: is a folder; name a file in it")
    if not out.parent.is_dir():
        raise fail(f"{out.parent}: there is no such folder; make it, or name another one")


def _frequencies(told: str) -> tuple[float, ...]:
    try:
        mhz = tuple(float(one) for one in told.split(","))
    except ValueError:
        raise fail(f"--mhz is {told!r}; write frequencies like 902.75,903.25") from None
    if not all(_MHZ_MIN <= one <= _MHZ_MAX for one in mhz):
        raise fail(f"--mhz is {told!r}; UHF readers work at {_MHZ_MIN:g} to {_MHZ_MAX:g} MHz")
    return mhz


def calibrate(
    floor: FloorFile,
    reads: Reads,
    truth: Annotated[Path, typer.Option(help="CSV: time_us,epc,location, sorted by time")],
    out: Annotated[Path, typer.Option(help="the calibration file to write")],
) -> None:
    """Learn how a floor's antennas hear; print how good that proved on unseen reads."""
    with bad_input_told(out):
        _check_room_for(out)
        plan = load_floor(floor)
        with _lines(truth) as lines:
            truths = read_truth_csv(lines, str(truth))
        with _batches(reads, _Noted(reads, plan)) as batches, watched("calibrate"):
            made = learn(plan, batches, truths, seeded(_SEED))
        save_calibration(out, made)
    told = made.to_dict()
    summary = {
        "calibration": str(out),
        "level": made.level,
        "antennas": len(made.offset_dbm),
        "quality": told["quality"],
        "warnings": told["warnings"],
    }
    if made.points is not None:
        ranges = made.points.ranges
        summary["points"] = {
            "count": len(made.points.xy_m),
            "error_m": made.points.error_m,
            "middle_error_m": made.points.middle_error_m,
            "ranges": ranges
            and {
                "used": ranges.tell,
                "coherence": ranges.coherence,
                "by_chance": ranges.by_chance,
            },
        }
    print_json(summary)
