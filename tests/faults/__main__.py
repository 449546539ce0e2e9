"""`make faults`: each line of the table of guarantees, measured and written to docs/guarantees.md.

    python -m tests.faults [--scale 1.0] [--seed 1] [NAME ...]

`--scale 0.1` makes each fault a tenth as often; the table says how often it was made, and a row
that was made more often stays unless a promise broke. Each line is a process of its own; which go
on beside each other says `tests.faults.schedule`. Exit code 1 if a promise broke.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import structlog

from tests.faults.lines import clocks, drilling, flips, lanes, outages, syscalls, wires
from tests.faults.lines.line import Bench, Line
from tests.faults.making import make_all
from tests.faults.table import write_table

LINES: dict[str, Line] = {
    line.name: line
    for place in (drilling, syscalls, flips, clocks, wires, outages, lanes)
    for line in place.LINES
}


def make_here(line: Line, tries: int, seed: int) -> None:
    """Make one line in this process; prints what was found."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    below = line.folder if line.folder and Path(line.folder).is_dir() else None
    with tempfile.TemporaryDirectory(prefix=f"faults-{line.name}-", dir=below) as folder:
        found = line.make(Bench(Path(folder), tries, seed))
    sys.stdout.write(json.dumps(asdict(found)) + "\n")


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--here", type=int, help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", choices=[*LINES, []], metavar="NAME")
    options = parser.parse_args()
    lines = [LINES[name] for name in options.names] or list(LINES.values())
    if options.here is not None:
        make_here(lines[0], options.here, options.seed)
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # lines are ended in order, too
    began_s = time.monotonic()
    held = make_all(
        lines, options.scale, options.seed, lambda one: write_table([one], list(LINES))
    )
    if held and options.scale == 1.0 and len(lines) == len(LINES):
        write_table([], list(LINES), whole_s=time.monotonic() - began_s)
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
