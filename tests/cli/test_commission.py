"""Commissioning a list of tags: whatever is killed, no EPC gets onto two tags and none is lost."""

import json
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from typing_extensions import override

from drivers.tag_look import Made, Steps, Wanted
from drivers.tags import Access, AccessReport, Bank, Outcome, ReadMemory, Result
from edge.cli.commission import Commissioning
from edge.clock import PlayedClock, SystemClock
from edge.model.ids import Epc
from edge.rules.commissioning import Job, Note, Standing
from edge.store.trail import Trail
from tests.cli.commissioning import EPCS, JobProcess, doubled, kill, untold, write_list
from tests.cli.test_commands import call
from tests.drivers.llrp.bench import tag_bench
from tests.drivers.test_tag_work import TID, Chip, do
from tests.waiting import wait_until

SEEDS = (11, 12, 13, 14)
KILLS = 3
SECRET = "1234abcd"  # noqa: S105 - a tag's, of a simulated one


def test_a_list_is_written_read_back_and_locked(tmp_path: Path) -> None:
    wanted = write_list(tmp_path, 3)
    with tag_bench(tags=3) as bench:
        job = JobProcess(bench, tmp_path, "--any", "--lock", "--password", SECRET)
        code, summary = job.run()
        again, _ = job.run()
        late = call(
            "tag",
            "write",
            f"llrp://127.0.0.1:{bench.port}",
            "--tid",
            bench.tids()[0],
            "--to",
            "0" * 24,
        )
        assert sorted(bench.epcs()) == wanted

    assert (code, again) == (0, 0)
    assert (summary["done"], summary["left"], summary["unknown"]) == (3, 0, [])
    assert late.exit_code == 1, "the EPC is locked"
    one = [step for step in job.steps() if step != "begun"][:5]
    assert one == ["intended", "tried", "verified", "tried", "locked"]
    assert SECRET not in job.trail.read_text()


def test_two_blank_tags_are_one_too_many_unless_named(tmp_path: Path) -> None:
    (epc,) = write_list(tmp_path, 1)
    with tag_bench(tags=2) as bench:
        code, summary = JobProcess(bench, tmp_path, "--wait", "3").run()
        before = bench.epcs()
        named, _ = JobProcess(bench, tmp_path, "--tid", bench.tids()[1]).run()
        assert (code, named) == (1, 0)
        assert summary["left"] == 1
        assert before == [one.hex() for one in bench.born]
        assert bench.epcs()[1] == epc


def test_an_epc_that_a_strange_tag_bears_is_given_to_nobody(tmp_path: Path) -> None:
    write_list(tmp_path, 2)
    with tag_bench(tags=2) as bench:
        (tmp_path / "list.txt").write_text(f"{bench.epcs()[0]}\n{'30' * 12}\n")
        code, summary = JobProcess(bench, tmp_path, "--any", "--wait", "6").run()
        assert doubled(bench) == []
        assert bench.epcs() == [bench.born[0].hex(), "30" * 12]
    assert code == 1
    assert summary["met"] == [{"epc": bench.born[0].hex(), "tid": bench.tids()[0]}]


def test_a_tag_that_cannot_be_written_is_spared_and_its_epc_goes_to_the_next(
    tmp_path: Path,
) -> None:
    (epc,) = write_list(tmp_path, 1)
    with tag_bench(tags=2) as bench:
        at = ("--tid", min(bench.tids()))
        address = f"llrp://127.0.0.1:{bench.port}"
        call("tag", "password", address, "access", "--new", SECRET, *at)
        call("tag", "lock", address, "epc", "--password", SECRET, *at)
        code, summary = JobProcess(bench, tmp_path, "--any").run()
        number = bench.tids().index(max(bench.tids()))
        assert bench.epcs()[number] == epc
        assert doubled(bench) == []
    assert (code, summary["done"]) == (0, 1)


@pytest.mark.fault
@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_any_point_a_job_goes_on_and_no_epc_is_doubled_or_lost(
    tmp_path: Path, seed: int
) -> None:
    """`kill -9` at moments drawn over the whole run, until the list is done."""
    rng = np.random.default_rng(seed)
    wanted = write_list(tmp_path, 3)
    kills = 0
    with tag_bench(tags=3) as bench:
        job = JobProcess(bench, tmp_path, "--any", "--wait", "120")
        for _ in range(KILLS):
            process = job.start()
            _await_steps(job, len(job.steps()) + int(rng.integers(1, 5)), process)
            time.sleep(float(rng.uniform(0, 0.25)))
            kills += process.poll() is None
            kill(process)
            assert doubled(bench) == [], f"seed {seed}, kill {kills}"
            assert untold(bench, job) == [], f"seed {seed}, kill {kills}"
        code, summary = job.run()
        assert sorted(bench.epcs()) == wanted, f"seed {seed}"
        assert untold(bench, job) == []

    assert kills >= KILLS - 1
    assert code == 0
    assert (summary["done"], summary["unknown"]) == (3, [])


@pytest.mark.fault
def test_a_reader_that_reboots_in_the_middle_is_waited_for(tmp_path: Path) -> None:
    wanted = write_list(tmp_path, 4)
    with tag_bench(tags=4, faults=("reboots=0.1", "cut-mid-frame=6")) as bench:
        job = JobProcess(bench, tmp_path, "--any")
        process = job.start()
        bench.strike_at_work()
        code, summary = job.result(process)
        assert sorted(bench.epcs()) == wanted
    assert (code, summary["done"]) == (0, 4)


def test_a_trail_of_another_list_and_a_changed_trail_are_refused(tmp_path: Path) -> None:
    write_list(tmp_path, 1)
    with tag_bench() as bench:
        job = JobProcess(bench, tmp_path)
        assert job.run()[0] == 0
        words = ["tag", "commission", *job.words[5:]]
        write_list(tmp_path, 2)
        other = call(*words)
        write_list(tmp_path, 1)
        text = job.trail.read_text()
        job.trail.write_text(text.replace("verified", "verifled"))
        changed = call(*words)
    assert (other.exit_code, changed.exit_code) == (2, 2)
    assert "another list" in other.stderr
    assert "line 4 is not as it was written" in changed.stderr


def test_lists_name_the_line_that_is_wrong_and_ranges_count(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    words = (
        "tag",
        "commission",
        "llrp://127.0.0.1:1",
        "--list",
        file,
        "--job",
        tmp_path / "j.jsonl",
    )
    told = []
    for text in ("30340242201d8840009efdf7\n\nroof\n", "# none\n", "aaaa\nAAAA\n"):
        file.write_text(text)
        told.append(call(*words, "--wait", "0.2").stderr)
    file.write_text("(01)04012345000016(21)8..11  # four\n")
    many = call(*words, "--wait", "0.2", "--company-prefix-length", "7")

    assert "list.txt:3: 'roof' is neither" in told[0]
    assert "there is no EPC in it" in told[1]
    assert "list.txt:2: aaaa stands in line 1 already" in told[2]
    assert json.loads(many.stdout)["wanted"] == 4


class OneChip:
    """A bench with one tag that cannot be read but still answers with what it bears."""

    def __init__(self, chip: Chip) -> None:
        self.chip = chip

    def do(self, steps: Steps[Made]) -> Made:
        return do(self.chip, steps)


class Shy(Chip):
    """Its EPC memory cannot be read any more; who it is and what it bears is still told."""

    @override
    def access(self, access: Access) -> AccessReport:
        (operation,) = access.operations
        if isinstance(operation, ReadMemory) and operation.bank is Bank.EPC:
            return self._answer(Result(Outcome.NO_RESPONSE))
        return super().access(access)


def _run(job: Job, trail: Trail, chip: Chip) -> Commissioning:
    return Commissioning(job, trail, OneChip(chip), 0, locks=False, clock=SystemClock())


def begun_job(folder: Path, chip: Chip) -> tuple[Job, Trail]:
    """A job that was cut after it had bound its only EPC to the chip."""
    job, trail = Job((Epc(EPCS[0]),)), Trail(folder / "trail.jsonl", PlayedClock())
    job.note(Note.INTENDED, Epc(EPCS[0]), bytes(chip.banks[Bank.TID]).hex())
    return job, trail


def test_a_tag_that_bears_its_epc_is_never_spared_however_badly_it_is_read(
    tmp_path: Path,
) -> None:
    chip = Shy()
    chip.banks[Bank.EPC][4:] = bytes.fromhex(EPCS[0])
    job, trail = begun_job(tmp_path, chip)
    with closing(trail):
        _run(job, trail, chip).run(Wanted(), 5)
    assert job.in_standing(Standing.WRITTEN) == [EPCS[0]]


def test_a_tag_without_a_serial_number_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chip = Chip(tid=TID[:8])
    job, trail = Job((Epc(EPCS[0]),)), Trail(tmp_path / "trail.jsonl", PlayedClock())
    with closing(trail):
        _run(job, trail, chip).run(Wanted(), 0.2)
    assert chip.writes == 0
    assert "has no serial number" in capsys.readouterr().err


def _await_steps(job: JobProcess, count: int, process: object) -> None:
    """Until the trail has so many notes, or the process has ended."""
    wait_until(
        f"there are {count} notes or it has ended",
        lambda: len(job.steps()) >= count or process.poll() is not None,  # type: ignore[attr-defined]
    )
