"""`warehouse-edge locate` and `calibrate`: recorded reads become places and lessons."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.console import bad_input_told, print_json
from edge.locating.learning import calibrate as learn
from edge.locating.recordings import read_reads_csv, read_truth_csv
from edge.locating.stream import locate_stream
from edge.settings.calibration_file import load_calibration, save_calibration
from edge.settings.floor_file import load_floor

FloorFile = Annotated[Path, typer.Option("--floor", help="the floor's TOML file")]
Reads = Annotated[
    Path, typer.Option(help="CSV: time_us,reader,antenna,epc,rssi_dbm and more, sorted by time")
]


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[str]]:
    """The lines of a CSV file, as the csv module wants them."""
    with path.open(encoding="utf-8", newline="") as file:
        yield iter(file)


def locate(
    floor: FloorFile,
    reads: Reads,
    calibration: Annotated[Path | None, typer.Option(help="what `calibrate` wrote")] = None,
    every: Annotated[
        float | None,
        typer.Option(help="also answer for every known tag each so many seconds", min=0.001),
    ] = None,
) -> None:
    """Print where each tag is believed to be, as JSON lines, whenever that changes."""
    with bad_input_told():
        plan = load_floor(floor)
        learnt = load_calibration(calibration, plan) if calibration else None
        if learnt is None:
            typer.echo("not calibrated: every antenna counts alike, so trust places less", err=True)
        else:
            typer.echo(f"calibrated: {learnt.level}", err=True)
        with _lines(reads) as lines:
            for answer in locate_stream(plan, read_reads_csv(lines, str(reads)), learnt, every):
                print_json(answer.to_dict())


def calibrate(
    floor: FloorFile,
    reads: Reads,
    truth: Annotated[Path, typer.Option(help="CSV: time_us,epc,location, sorted by time")],
    out: Annotated[Path, typer.Option(help="the calibration file to write")],
) -> None:
    """Learn how a floor's antennas hear; print how good that proved on unseen reads."""
    with bad_input_told():
        plan = load_floor(floor)
        with _lines(truth) as lines:
            truths = read_truth_csv(lines, str(truth))
        with _lines(reads) as lines:
            made = learn(plan, read_reads_csv(lines, str(reads)), truths)
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
        summary["points"] = {
            "count": len(made.points.xy_m),
            "error_m": made.points.error_m,
            "middle_error_m": made.points.middle_error_m,
        }
    print_json(summary)
