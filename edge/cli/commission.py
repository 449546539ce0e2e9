"""`warehouse-edge tag commission`: a list of EPCs onto tags, resumable, with an audit trail."""

import getpass
import hashlib
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Protocol

import typer

from drivers.tag_look import (
    TID_WITH_SERIAL_HEX,
    Found,
    Made,
    Steps,
    Tag,
    Wanted,
    Work,
    look,
)
from drivers.tag_work import lock, set_password, write_epc
from drivers.tags import LockField, LockHow, Outcome
from edge.cli import tag_words as words
from edge.cli.console import NO, bad_input_told, fail, print_json
from edge.cli.epc_list import read_list
from edge.clock import Clock, SystemClock
from edge.compose.tags import ReaderAbsentError, tag_bench
from edge.model.ids import Epc
from edge.rules.commissioning import (
    Ambiguous,
    BlankTag,
    Finished,
    Job,
    Lock,
    Met,
    NoTag,
    Note,
    Standing,
    Step,
    Write,
)
from edge.store.errors import StoreError
from edge.store.trail import Trail

TRAIL_NAME = "commission.jsonl"
_LOCKED = tuple(
    (LockHow.LOCK, field)
    for field in (LockField.EPC, LockField.ACCESS_PASSWORD, LockField.KILL_PASSWORD)
)


class Bench(Protocol):
    """Does work on tags and waits for it."""

    def do(self, steps: Steps[Made]) -> Made:
        """Carry out a piece of work."""
        ...


class Commissioning:
    """One run of a job: what the rules say is done, and noted before and after.

    Args:
        job: the list and how far it is.
        trail: takes the notes.
        bench: the reader.
        password: the tags' access password; with `locks` the one that they are given.
        locks: tags come without a password and are locked with it.
        clock: for how long no tag came.
    """

    def __init__(
        self, job: Job, trail: Trail, bench: Bench, password: int, *, locks: bool, clock: Clock
    ) -> None:
        self._job = job
        self._trail = trail
        self._bench = bench
        self._clock = clock
        self._password = password
        self._password_before = 0 if locks else password
        self._said = ""

    def run(self, wanted: Wanted, wait_s: float) -> None:
        """Work until the list is done, or no tag for it came for so long."""
        clock = self._clock
        until_us = clock.monotonic_us() + int(wait_s * 1e6)
        while clock.monotonic_us() < until_us:
            found = self._bench.do(look(wanted))
            step = self._job.next(self._tellable(found))
            if isinstance(step, Finished):
                return
            if self._take(step, found):
                until_us = clock.monotonic_us() + int(wait_s * 1e6)

    def _tellable(self, found: Found) -> Iterator[BlankTag]:
        """The tags whose TID tells them from every other tag; the others are no one's."""
        for tag in found.tags:
            if len(tag.tid) >= TID_WITH_SERIAL_HEX:
                yield BlankTag(Epc(tag.epc), tag.tid)
            else:
                self._wait(f"{tag.epc} is left alone: its TID {tag.tid} has no serial number")

    def _take(self, step: Step, found: Found) -> bool:
        """Do a step; whether anything was done."""
        match step:
            case Write():
                return self._write(step, _of(found, step.tag))
            case Lock():
                return self._lock(step, _of(found, step.tag))
            case Met():
                self._note(Note.MET, step.epc, step.tag.tid)
                self._say("is borne by a tag that this job knows nothing of", step.epc, step.tag)
                return True
            case Ambiguous():
                listed = ", ".join(f"{tag.epc} (TID {tag.tid})" for tag in step.tags[:4])
                self._wait(f"{len(step.tags)} tags could be meant: {listed}; leave one there")
            case NoTag():
                self._wait("waiting for the next tag")
            case Finished():
                pass
        return False

    def _write(self, step: Write, tag: Tag) -> bool:
        if not step.bound:
            self._note(Note.INTENDED, step.epc, tag.tid, before=tag.epc)
        work = self._bench.do(write_epc(tag, step.epc, self._password_before))
        self._note(Note.TRIED, step.epc, tag.tid, code=str(work.code), text=work.text)
        if work.done:
            self._note(Note.VERIFIED, step.epc, tag.tid)
            self._say("", step.epc, step.tag)
            return True
        if work.code in list(Outcome) and work.tag is not None and work.tag.epc == tag.epc:
            self._note(Note.SPARED, step.epc, tag.tid, bears=tag.epc)
            self._say(f"not written: {work.text}; put this tag aside", step.epc, step.tag)
            return True
        self._job.failed(tag.tid)
        self._say(f"not known: {work.text}; bring this tag back", step.epc, step.tag)
        return False

    def _lock(self, step: Lock, tag: Tag) -> bool:
        self._note(Note.TRIED, step.epc, tag.tid, code="locking", text="about to be locked")
        work = self._locked(tag)
        if work.done:
            self._note(Note.LOCKED, step.epc, tag.tid)
            self._say("", step.epc, step.tag, locked=True)
            return True
        self._note(Note.TRIED, step.epc, tag.tid, code=str(work.code), text=work.text)
        self._job.failed(tag.tid)
        self._say(f"not locked: {work.text}", step.epc, step.tag)
        return False

    def _locked(self, tag: Tag) -> Work:
        work = self._bench.do(set_password(tag, LockField.ACCESS_PASSWORD, self._password))
        return self._bench.do(lock(tag, _LOCKED, self._password)) if work.done else work

    def _note(self, note: Note, epc: Epc, tid: str, **what: object) -> None:
        self._job.note(note, epc, tid)
        self._trail.add(note, epc=epc, tid=tid, **what)

    def _say(self, trouble: str, epc: Epc, tag: BlankTag, **more: object) -> None:
        self._said = ""
        line: dict[str, object] = {"done": not trouble, "epc": epc, "tid": tag.tid}
        if trouble:
            line["text"] = trouble
        else:
            line["before"] = tag.epc
        print_json({**line, **more})

    def _wait(self, text: str) -> None:
        """Say it once, not each time that it is looked."""
        if text != self._said:
            typer.echo(text, err=True)
        self._said = text


def _of(found: Found, tag: BlankTag) -> Tag:
    return next(one for one in found.tags if one.tid == tag.tid)


def resume(epcs: tuple[Epc, ...], trail: Trail, job: Job) -> None:
    """Take what the trail tells of earlier runs, and note that a run begins.

    Raises:
        ValueError: it is another list's.
    """
    digest = hashlib.sha256("\n".join(epcs).encode()).hexdigest()
    for note in trail.notes:
        step = str(note["step"])
        if step == "begun" and note["list_sha256"] != digest:
            raise ValueError("the job was begun with another list; give each list its own --job")
        if step in list(Note):
            job.note(Note(step), Epc(str(note["epc"])), str(note["tid"]))
    torn = {"torn": trail.torn} if trail.torn else {}
    trail.add("begun", by=_operator(), list_sha256=digest, epcs=len(epcs), **torn)


def _operator() -> str:
    """Who runs the job, as the host knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return f"uid {os.getuid()}"


def commission(  # noqa: PLR0913 - one argument for each option
    address: words.Address,
    *,
    list_: Annotated[
        Path, typer.Option("--list", help="EPCs to write, one a line; - for standard input")
    ],
    job: Annotated[Path, typer.Option(help="the audit trail: a file, or a folder for it")],
    tid: words.Tid = "",
    any_tag: Annotated[
        bool, typer.Option("--any", help="several tags may lie there; each is taken in its turn")
    ] = False,
    locks: Annotated[
        bool, typer.Option("--lock", help="set --password and lock EPC and passwords with it")
    ] = False,
    password: words.Password = "",
    company_prefix_length: Annotated[
        int | None, typer.Option(min=6, max=12, help="digits of the GS1 company prefix")
    ] = None,
    antenna: words.Antenna = 0,
    power: words.Power = None,
    wait: words.Wait = 30.0,
) -> None:
    """Write a list of EPCs onto tags, one after the other: write, read back, lock.

    One blank tag at a time lies in the field. Every step is in the trail before and after it is
    done. Ended or killed at any point, the same command goes on: no EPC gets onto two tags, and
    what is not known is read from the tag. Ends with a summary when the list is done, or when no
    tag came for --wait seconds.

    A line of the list: 30340242201d8840009efdf7, urn:epc:tag:sgtin-96:1.4012345.000001.7,
    (01)04012345000016(21)7 or (01)04012345000016(21)100..199
    """
    with bad_input_told():
        epcs = read_list(list_, company_prefix_length)
        secret = words.password_of(password)
        if locks and not secret:
            raise ValueError("--lock needs a --password other than zero")
        wanted = words.wanted_of("", tid, antenna)
        rules = Job(epcs, locks=locks, any_tag=any_tag, tid=wanted.tid)
        clock = SystemClock()
        try:
            with (
                closing(Trail(_trail_path(job), clock)) as trail,
                tag_bench(address, (antenna,) if antenna else (), power, wait) as bench,
            ):
                resume(epcs, trail, rules)
                run = Commissioning(rules, trail, bench, secret, locks=locks, clock=clock)
                run.run(wanted, wait)
        except ReaderAbsentError as error:
            typer.echo(f"{address}: {error}", err=True)
        except StoreError as error:
            raise fail(str(error)) from None
    _summary(rules, len(epcs), locks=locks)


def _trail_path(job: Path) -> Path:
    if job.is_dir() or not job.suffix:
        job.mkdir(parents=True, exist_ok=True)
        return job / TRAIL_NAME
    return job


def _summary(job: Job, wanted: int, *, locks: bool) -> None:
    """Print where the list stands; exit code 1 unless all of it is done."""
    ready = (Standing.LOCKED,) if locks else (Standing.WRITTEN, Standing.LOCKED)
    done = job.in_standing(*ready)
    print_json(
        {
            "wanted": wanted,
            "done": len(done),
            "not_locked": len(job.in_standing(Standing.WRITTEN)) if locks else 0,
            "unknown": [
                {"epc": epc, "tid": job.tag_of[epc]} for epc in job.in_standing(Standing.BOUND)
            ],
            "met": [
                {"epc": epc, "tid": job.tag_of[epc]} for epc in job.in_standing(Standing.TAKEN)
            ],
            "left": len(job.in_standing(Standing.FREE)),
        }
    )
    if len(done) < wanted:
        raise typer.Exit(NO)
