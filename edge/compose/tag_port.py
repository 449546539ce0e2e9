"""The floor loop's way to a reader for work on tags: an order goes out, an input comes back.

The order is handed to the readers' own wire, which works it off beside its reading; nobody waits.
"""

from drivers import tag_work
from drivers.tag_look import Steps, Tag, Wanted, Work, only
from drivers.tags import Access, Bank, LockField, LockHow, Reported, TagReader
from edge.clock import Clock
from edge.floor.inbox import Inbox
from edge.model.ids import Epc
from edge.model.inputs import TagWorkOver
from edge.model.posted import TagWorkWanted
from edge.model.tag_work import (
    Kill,
    LockFields,
    ReadWords,
    SetPassword,
    TagOrder,
    TagResult,
    WriteEpc,
    WriteWords,
)


class TagPort:
    """Called by the floor loop after the commit; returns at once.

    Args:
        inbox: takes what became of it.
        clock: for its time.
    """

    def __init__(self, inbox: Inbox, clock: Clock) -> None:
        self._inbox = inbox
        self._clock = clock
        self._readers: TagReader | None = None

    def attach(self, readers: TagReader) -> None:
        """The readers' wire, once there is one."""
        self._readers = readers

    def __call__(self, wanted: TagWorkWanted) -> None:
        """Have it done."""

        def over(result: TagResult) -> None:
            # Never waits and never refuses: a reader's word is said once.
            now_us = self._clock.now_us()
            self._inbox.put_change(TagWorkOver(wanted.request_id, result, now_us))

        readers = self._readers
        if readers is None:
            over(TagResult("refused", "this gateway has no LLRP reader; nothing was done"))
            return

        def submit(access: Access, reported: Reported) -> None:
            readers.access(wanted.reader, access, reported)

        tag_work.carry_out(_steps(wanted), submit, over)


def _steps(wanted: TagWorkWanted) -> Steps[TagResult]:
    """Find the tag that is meant, do what is wanted, and tell both."""
    target = Wanted("" if wanted.tid else wanted.epc or "", wanted.tid, wanted.antenna)
    exact = not isinstance(wanted.order, ReadWords)
    found = yield from only(target, exact=exact)
    tag = found.tag
    if not found.done or tag is None:
        return TagResult(found.code, found.text, tag.tid if tag else "")
    if wanted.epc and tag.epc != wanted.epc:
        text = f"the tag with this TID bears {tag.epc}, not {wanted.epc}; nothing was done"
        return TagResult("refused", text, tag.tid, Epc(tag.epc), Epc(tag.epc))
    work = yield from _work(tag, wanted.order)
    return _result(tag, work, wanted.order)


def _result(tag: Tag, work: Work, order: TagOrder) -> TagResult:
    last = work.tag if isinstance(order, WriteEpc) else tag
    return TagResult(
        code=str(work.code),
        text=work.text,
        tid=tag.tid,
        epc_before=Epc(tag.epc),
        epc=Epc(last.epc) if last is not None else None,
        data=work.data.hex() if isinstance(order, ReadWords) else "",
    )


def _work(tag: Tag, order: TagOrder) -> Steps[Work]:
    match order:
        case ReadWords(bank, word, count, password):
            return tag_work.read(tag, Bank[bank.upper()], word, count, password=password)
        case WriteEpc(to_epc, password):
            return tag_work.write_epc(tag, to_epc, password)
        case WriteWords(word, words_hex, password):
            data = bytes.fromhex(words_hex)
            return tag_work.write(tag, Bank.USER, word, data, passwords=(password,))
        case SetPassword(which, new, password):
            field = LockField[f"{which.upper()}_PASSWORD"]
            return tag_work.set_password(tag, field, new, password)
        case LockFields(fields, how, password):
            way = LockHow[how.upper()]
            changes = tuple((way, LockField[one.upper()]) for one in fields)
            return tag_work.lock(tag, changes, password)
        case Kill(password, _):
            return tag_work.kill(tag, password)
