"""Tagging: work on single tags, each a fact before it reaches the tag and one when it is over."""

from edge.model.events import Event, TagKilled, TagWorkBegun, TagWorkEnded, TagWritten
from edge.model.inputs import TagWorkOver
from edge.model.posted import TagWorkWanted
from edge.model.state import FloorState
from edge.model.tag_work import (
    Kill,
    LockFields,
    ReadWords,
    SetPassword,
    TagJob,
    TagOrder,
    TagResult,
    TagTask,
    WriteEpc,
    WriteWords,
)
from edge.rules import confirming
from edge.rules.decision import Decision, accept, refuse

DONE = "done"


def wanted(state: FloorState, input_: TagWorkWanted) -> Decision:
    """A person wants something done; one reader does one thing at a time."""
    if isinstance(input_.order, Kill) and not _is_confirmed(input_.order, input_.at_us):
        text = "ask for a confirmation first; it holds a minute, for you and this tag"
        return refuse("not_confirmed", text)
    if input_.reader in state.outages:
        return refuse("reader_down", f"{input_.reader} does not answer; nothing was done")
    busy = next(
        (job for job in state.tag_jobs.values() if job.reader == input_.reader and not job.result),
        None,
    )
    if busy is not None:
        return refuse("reader_busy", f"{input_.reader} still works on: {busy.what}; wait for it")
    task, what = _task(input_.order)
    job = TagJob(
        job_id=input_.request_id,
        by=input_.badge,
        reader=input_.reader,
        task=task,
        epc=input_.epc,
        tid=input_.tid,
        what=what,
        begun_us=input_.at_us,
    )
    return accept("begun", f"{what}, by {input_.reader}", TagWorkBegun(job), job_id=job.job_id)


def _is_confirmed(order: Kill, at_us: int) -> bool:
    return order.confirmed_us is not None and confirming.holds(order.confirmed_us, at_us)


def ended(state: FloorState, input_: TagWorkOver) -> Decision:
    """The reader's answer, or that there will be none."""
    job = state.tag_jobs.get(input_.job_id)
    if job is None or job.result is not None:
        return accept("done_already", "this work is over already")
    result = input_.result
    end = TagWorkEnded(job.job_id, job.by, job.reader, job.task, job.what, result)
    return accept(result.code, result.text, end, *_told_of_the_number(job, result))


def _told_of_the_number(job: TagJob, result: TagResult) -> tuple[Event, ...]:
    """A number that came into the world or left it; reading and locking change none."""
    if result.code != DONE or result.epc is None or result.epc_before is None:
        return ()
    if job.task is TagTask.KILL:
        return (TagKilled(result.epc, result.tid, job.by),)
    if result.epc != result.epc_before:
        return (TagWritten(result.epc, result.epc_before, result.tid, job.by),)
    return ()


def _task(order: TagOrder) -> tuple[TagTask, str]:
    """What kind of work an order is, and in words."""
    match order:
        case ReadWords(bank, word, count):
            return TagTask.READ, f"read {count} words of {bank} memory from word {word}"
        case WriteEpc(to_epc):
            return TagTask.WRITE, f"write EPC {to_epc}"
        case WriteWords(word, words_hex):
            return TagTask.WRITE, f"write {words_hex} into user memory from word {word}"
        case SetPassword(which):
            return TagTask.PASSWORD, f"give it another {which} password"
        case LockFields(fields, how):
            return TagTask.LOCK, f"{how.replace('_', ' ')}: {', '.join(fields)}"
        case Kill():
            return TagTask.KILL, "kill for ever"
