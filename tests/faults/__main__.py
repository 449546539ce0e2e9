"""`make faults`: each line of the table of guarantees, measured and written to docs/guarantees.md.

    python -m tests.faults [--scale 1.0] [--seed 1] [NAME ...]

`--scale 0.1` makes each fault a tenth as often; the table says how often it was made. Each line is
a process of its own; lines of two lanes run beside each other. Exit code 1 if a promise broke.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import structlog

from tests.faults.lines import clocks, drilling, flips, lanes, outages, syscalls, wires
from tests.faults.lines.line import Bench, Found, Line
from tests.faults.table import Measured, write_table

LINES: dict[str, Line] = {
    line.name: line
    for place in (drilling, syscalls, flips, clocks, wires, outages, lanes)
    for line in place.LINES
}
LINE_S_MAX = 3_600


def make_here(line: Line, tries: int, seed: int) -> None:
    """Make one line in this process; prints what was found."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with tempfile.TemporaryDirectory(prefix=f"faults-{line.name}-") as folder:
        found = line.make(Bench(Path(folder), tries, seed))
    sys.stdout.write(json.dumps(asdict(found)) + "\n")


def make_apart(line: Line, scale: float, seed: int) -> Measured:
    """Make one line in a process of its own."""
    tries = max(1, round(line.tries * scale))
    began_s = time.monotonic()
    command = [sys.executable, "-m", "tests.faults", "--here", str(tries), "--seed", str(seed)]
    done = subprocess.run(
        [*command, line.name], check=False, capture_output=True, text=True, timeout=LINE_S_MAX
    )
    spent_s = time.monotonic() - began_s
    try:
        found = Found(**json.loads(done.stdout.splitlines()[-1]))
        measured = Measured(line, scale, spent_s, found, "")
    except (IndexError, ValueError):
        complaint = " ".join(done.stderr.split())[-300:]
        measured = Measured(line, scale, spent_s, None, complaint)
    sys.stderr.write(f"{line.name}: {measured.verdict}: {measured.text} ({spent_s:.0f} s)\n")
    sys.stderr.flush()
    return measured


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

    def lane(number: int) -> list[Measured]:
        return [
            make_apart(one, options.scale, options.seed) for one in lines if one.lane == number
        ]

    with ThreadPoolExecutor(2) as lanes:
        measured = [one for made in lanes.map(lane, (0, 1)) for one in made]
    write_table(measured, list(LINES))
    return int(not all(one.good for one in measured))


if __name__ == "__main__":
    sys.exit(main())
