"""A commissioning job as a process that can be killed, and what its trail and the tags say."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.drivers.llrp.bench import TagBench
from tests.waiting import ended

EPCS = [f"30340242201d8840009e{number:04x}" for number in range(256)]


class JobProcess:
    """`warehouse-edge tag commission` on a bench."""

    def __init__(self, bench: TagBench, folder: Path, *options: str) -> None:
        self.trail = folder / "trail.jsonl"
        self.words = [
            sys.executable,
            "-m",
            "edge",
            "tag",
            "commission",
            f"llrp://127.0.0.1:{bench.port}",
            "--list",
            str(folder / "list.txt"),
            "--job",
            str(self.trail),
            *options,
        ]

    def start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )

    def run(self) -> tuple[int, dict[str, object]]:
        """To its end: exit code and summary."""
        return self.result(self.start())

    @staticmethod
    def result(process: "subprocess.Popen[str]") -> tuple[int, dict[str, object]]:
        """Exit code and summary once it has ended."""
        out, _ = ended(process)
        summary: dict[str, object] = json.loads(out.splitlines()[-1])
        return process.returncode, summary

    def steps(self) -> list[str]:
        """What the trail tells so far; a line that is not whole is left out."""
        if not self.trail.exists():
            return []
        whole = self.trail.read_text().rpartition("\n")[0]
        return [json.loads(line)["step"] for line in whole.splitlines()]


def kill(process: "subprocess.Popen[str]") -> None:
    """As a power cut."""
    process.send_signal(signal.SIGKILL)
    ended(process)


def write_list(folder: Path, count: int) -> list[str]:
    (folder / "list.txt").write_text("".join(f"{epc}\n" for epc in EPCS[:count]))
    return EPCS[:count]


def doubled(bench: TagBench) -> list[str]:
    """EPCs that more than one tag bears."""
    return [epc for epc, count in Counter(bench.epcs()).items() if count > 1]


def untold(bench: TagBench, job: JobProcess) -> list[str]:
    """EPCs of the list on tags of which the trail knows nothing."""
    notes = [json.loads(line) for line in job.trail.read_text().splitlines()]
    known = {(one["epc"], one["tid"]) for one in notes if one["step"] == "intended"}
    borne = zip(bench.epcs(), bench.tids(), strict=True)
    return [epc for epc, tid in borne if epc in EPCS and (epc, tid) not in known]
