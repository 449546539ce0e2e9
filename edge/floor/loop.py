"""The floor loop: the only code that decides and the only code that writes.

One turn: take what has come in; let reads change what is known of places; decide every input in
its order, and what follows by itself; commit all facts in one transaction; only then show the
prompts, answer those who asked, and draw the wide views, for which nobody's answer waits. An input
is answered by what is on disk, never by what is in memory.

If the commit fails, nothing of the turn has happened: the state is read back from the store and
the senders are told. If an input cannot be decided because of a fault in a rule, the turn is
decided again without it, so that one bad input costs only itself.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

from edge.floor.alarming import Alarming
from edge.floor.alerts import Alert
from edge.floor.answering import printed, repeated
from edge.floor.inbox import Entry, Taken
from edge.floor.leavings import Leavings
from edge.floor.loop_parts import LoopParts
from edge.floor.naming import Naming
from edge.floor.proving import proven
from edge.floor.timekeeping import WallClock
from edge.locating.boxes import BoxWatch
from edge.locating.portals import PortalWatch
from edge.model.applying import apply
from edge.model.events import Event, Fact, TagWorkBegun
from edge.model.goods import PresentItems
from edge.model.ids import RequestId
from edge.model.inputs import (
    BoxJudged,
    CentralAcknowledged,
    DeviceChanged,
    ItemLocated,
    ItemsListed,
    PassageJudged,
    TagWorkOver,
)
from edge.model.posted import Posted, TagWorkWanted, is_posted
from edge.model.presence import Stale
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.model.tag_work import TagResult
from edge.rules import leaving, rush, snapshots
from edge.rules.decide import decide, follow_up
from edge.rules.decision import refuse
from edge.store.errors import StoreDamagedError, StoreError

FOLLOW_UP_ROUNDS_MAX = 1000
STORE_FAILED = refuse("store_failed", "it could not be kept on disk; try again").answer
RULE_FAILED = refuse("rule_failed", "this could not be decided; tell the operator").answer
SAID_ONCE = ItemLocated | ItemsListed | DeviceChanged | PassageJudged | BoxJudged | TagWorkOver
"""Inputs whose sender does not say them again."""


@dataclass(slots=True)
class _Turn:
    """What one turn has come to, before it is committed."""

    happenings: list[tuple[Event, int]] = field(default_factory=list)
    answers: dict[RequestId, Answer] = field(default_factory=dict)
    told: list[tuple[Entry, Answer]] = field(default_factory=list)


class FloorLoop:
    """One thread; `turn` may also be called by hand while it does not run, to replay."""

    def __init__(self, parts: LoopParts) -> None:
        self._parts = parts
        self._alarming = Alarming(parts.alerts, parts.note_refused, parts.terms)
        self._portals = PortalWatch(parts.floor)
        self._boxes = BoxWatch(parts.floor)
        self._time = WallClock(parts.clock, parts.locator, self._portals, self._boxes)
        self._state = FloorState(parts.floor)
        self._leavings, self._naming = Leavings(), Naming(parts.store)
        self._unsaved: list[Entry] = []
        self._is_behind = self._is_settled = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="floor-loop", daemon=True)
        self.progressed_us = 0
        """Monotonic time of the last turn that ended well, for the watchdog."""
        self.folded_count = 0
        """Reads since the start that lost their own row because the loop did not keep up."""

    @property
    def state(self) -> FloorState:
        """What is known of the floor; to be looked at between two turns, by whoever turns."""
        return self._state

    def start(self) -> None:
        """Read the state back from the store and begin."""
        self.load()
        self._thread.start()

    def stop(self) -> None:
        """Finish the turn at hand, take what still waits, and end."""
        self._stopping.set()
        self._parts.inbox.wake()
        if self._thread.is_alive():
            self._thread.join(3)

    def load(self) -> None:
        """Read the state back from the store and show it."""
        self._reload(self._parts.locator.restore)
        self._alarming.restarted(self._state, self._parts.clock.now_us())
        self._end_tag_work()
        self._parts.showing.near(self._state)
        self._show_wide()

    def _end_tag_work(self) -> None:
        """What was in hand before a restart: nobody will tell what became of it."""
        text = "the gateway was restarted meanwhile; read the tag to see what was done"
        now_us = self._parts.clock.now_us()
        for job in self._state.tag_jobs.values():
            if job.result is None:
                result = TagResult("unknown", text, job.tid)
                self._parts.inbox.put_change(TagWorkOver(job.job_id, result, now_us))

    def _reload(self, present: Callable[[PresentItems], None] | None = None) -> None:
        self._state = FloorState(self._parts.floor)
        self._parts.store.load(self._state, present)
        self._is_settled = False

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.turn(self._parts.tick_ms)
        self.turn(0)

    def turn(self, wait_ms: float) -> list[Fact]:
        """One turn; the facts that it committed."""
        parts = self._parts
        taken = parts.inbox.take(wait_ms)
        self.folded_count += taken.folded_count
        now_us = self._time.now_us()
        entries = self._unsaved_then(taken, now_us)
        facts: list[Fact] = []
        if self._is_behind and not self._catch_up():
            self._refuse(entries)
        elif entries or not self._is_settled or rush.waited_out(self._state, parts.terms, now_us):
            facts = self._work(entries, now_us)
        else:
            parts.showing.wide(self._state, parts.clock)
            self._ask_planner()
            self._keep_store(parts.housekeeping.idle)
        self.progressed_us = parts.clock.monotonic_us()
        return facts

    def _work(self, entries: list[Entry], now_us: int) -> list[Fact]:
        try:
            entries = self._naming.with_items(entries, self._state, now_us)
            turn = self._decide_all(entries, now_us)
            facts = self._commit(turn)
        except StoreError as error:
            self._fall_behind(error)
            self._refuse(entries)
            return []
        self._is_settled &= not self._naming.is_left
        self._parts.showing.near(self._state)  # the prompt goes with the answer
        self._tell(turn.told)
        posted = [one for one in turn.told if is_posted(one[0].input)]  # of a radio's none
        for entry, answer in posted:
            self._parts.answered(entry.input, answer)
        if posted:
            self._hand_out(turn)
        for proof in proven(self._state, turn.happenings, posted):
            self._parts.locator.confirm(proof)
        self._show_wide()
        self._ask_planner()
        self._keep_store(self._parts.housekeeping.between)
        return facts

    def _hand_out(self, turn: _Turn) -> None:
        """Work on tags goes to its reader now that it is on disk that it was wanted."""
        begun = {
            event.job.job_id for event, _ in turn.happenings if isinstance(event, TagWorkBegun)
        }
        for entry, _ in turn.told:
            wanted = entry.input
            if isinstance(wanted, TagWorkWanted) and wanted.request_id in begun:
                begun.remove(wanted.request_id)  # the same request may stand there twice
                self._parts.work_on_tags(wanted)

    def _refuse(self, entries: list[Entry]) -> None:
        """Nothing of this turn has happened: what is said once is kept, senders are told."""
        self._unsaved = [one for one in entries if isinstance(one.input, SAID_ONCE)]
        self._tell([(entry, STORE_FAILED) for entry in entries])

    def _tell(self, told: list[tuple[Entry, Answer]]) -> None:
        for entry, answer in told:
            if entry.settle is not None:
                entry.settle(answer)

    def _catch_up(self) -> bool:
        """Read the state back after a failed commit; false while the store rests or fails."""
        if not self._parts.housekeeping.may_try():
            return False
        try:
            self._reload()
        except StoreError as error:
            self._fall_behind(error)
            return False
        self._is_behind = False
        return True

    def _unsaved_then(self, taken: Taken, now_us: int) -> list[Entry]:
        """What a failed turn has left, what came in, and what the reads say of places."""
        locator = self._parts.locator
        for watch in (locator, self._portals, self._boxes):
            watch.observe(*taken.batches)
        inputs = [one.input for one in taken.entries]
        self._leavings.tell_devices(locator, inputs, now_us)
        located = [
            Entry(self._leavings.input_of(one, now_us), None)
            for one in locator.turn(now_us)
            if not isinstance(one, Stale)  # one fact tells of the device, none of its items
        ]
        for event in taken.events:
            self._parts.radio.told(event)
            self._portals.told(event)
        self._parts.radio.turn(now_us)
        passed = (Entry(PassageJudged(one, now_us), None) for one in self._portals.turn(now_us))
        judged = self._boxes.turn(now_us, self._state.packs, inputs)
        boxes = (Entry(BoxJudged(one, now_us), None) for one in judged)
        self._parts.desk.turn(locator, taken.batches, now_us)
        silent = (Entry(one, None) for one in self._parts.silent(self._state, now_us))
        unsaved, self._unsaved = self._unsaved, []
        gone = (Entry(one, None) for one in leaving.waiting(self._state, now_us))
        return [*unsaved, *taken.entries, *located, *passed, *boxes, *silent, *gone]

    def _decide_all(self, entries: list[Entry], now_us: int) -> _Turn:
        """Decide a turn's inputs; again without what has a fault in its rule, if anything has.

        Raises:
            StoreError: the state cannot be read back, or an answer given before cannot.
        """
        faulty: set[int] = set()
        follows = True
        while True:
            turn = _Turn()
            failed = self._first_failure(entries, faulty, turn)
            if failed is None:
                if not follows or self._follow_up(turn, now_us):
                    return turn
                follows = False
                self._tell_fault("what follows by itself")
            else:
                faulty.add(failed)
            self._reload()
            self._is_settled = not follows  # what has a fault is not tried in every idle turn

    def _first_failure(self, entries: list[Entry], faulty: set[int], turn: _Turn) -> int | None:
        for kind, alike in groupby(enumerate(entries), lambda one: type(one[1].input)):
            name = kind.__name__
            done: list[int] = []
            work = partial(self._decide_alike, alike, faulty, turn, done)
            if not self._parts.guard(work, f"{name} failed"):
                self._tell_fault(name)
                return done[-1]
        return None

    def _decide_alike(
        self,
        entries: Iterable[tuple[int, Entry]],
        faulty: set[int],
        turn: _Turn,
        begun: list[int],
    ) -> None:
        """Decide inputs that follow each other; the places of those begun go to `begun`."""
        for index, entry in entries:
            begun.append(index)
            if index in faulty:
                turn.told.append((entry, RULE_FAILED))
                continue
            input_ = entry.input
            known = self._known_answer(input_, turn) if is_posted(input_) else None
            if known is not None:
                turn.told.append((entry, known))
            else:
                self._decide(entry, turn)

    def _tell_fault(self, what: str) -> None:
        text = f"{what} could not be decided; the log has the trace, send it to the makers"
        at_us = self._parts.clock.now_us()
        self._parts.alerts.begin(Alert("rule-failed", "rule_failed", "warning", text, at_us))

    def _decide(self, entry: Entry, turn: _Turn) -> None:
        input_ = entry.input
        decision = decide(self._state, self._parts.terms, input_)
        for event in decision.events:
            self._apply(event, input_.at_us, turn)
        answer = decision.answer
        if is_posted(input_):
            turn.answers[input_.request_id] = answer = printed(answer, input_)
        turn.told.append((entry, answer))

    def _known_answer(self, input_: Posted, turn: _Turn) -> Answer | None:
        request_id = input_.request_id
        known = turn.answers.get(request_id) or self._parts.store.answer_to(request_id)
        return repeated(known, input_) if known is not None else None

    def _apply(self, event: Event, occurred_us: int, turn: _Turn) -> None:
        apply(self._state, event, occurred_us)
        turn.happenings.append((event, occurred_us))

    def _follow_up(self, turn: _Turn, now_us: int) -> bool:
        """Let happen what follows by itself; false where a rule has a fault."""
        return self._parts.guard(lambda: self._settle(turn, now_us), "what follows failed")

    def _settle(self, turn: _Turn, now_us: int) -> None:
        for _ in range(FOLLOW_UP_ROUNDS_MAX):
            events = follow_up(self._state, self._parts.terms, now_us)
            if not events:
                self._is_settled = True
                return
            for event in events:
                self._apply(event, now_us, turn)
        self._is_settled = False  # the rest follows in the next turn

    def _commit(self, turn: _Turn) -> list[Fact]:
        parts = self._parts
        facts: list[Fact] = []
        for entry, _ in turn.told:
            if isinstance(entry.input, CentralAcknowledged):
                parts.store.acknowledge(entry.input.epoch, entry.input.upto)
        if turn.happenings or turn.answers:
            facts = parts.store.commit(turn.happenings, self._state, turn.answers)
            self._leavings.note(facts)
            parts.housekeeping.store_works()
        for event, occurred_us in turn.happenings:
            parts.showing.note(event, occurred_us)
            self._alarming.note(event, occurred_us)
        if facts:
            parts.committed()
        return facts

    def _fall_behind(self, error: StoreError) -> None:
        """The state in memory is no longer what is on disk: it is read back before the next turn.

        A plan that was refused is asked for again.
        """
        if isinstance(error, StoreDamagedError):
            self._parts.damaged(error)
        self._parts.housekeeping.store_failed(error)
        self._is_behind = True
        self._parts.planner.look_again()

    def _show_wide(self) -> None:
        """To be called when everybody has been told: it takes longer than all else in a turn."""
        self._parts.showing.wide(self._state, self._parts.clock)
        self._alarming.look(self._state, self._parts.clock.now_us())

    def _keep_store(self, piece: Callable[[], None]) -> None:
        try:
            piece()
        except StoreError as error:
            self._fall_behind(error)

    def _ask_planner(self) -> None:
        parts = self._parts
        look = partial(snapshots.snapshot, self._state, parts.terms, parts.clock.now_us())
        parts.planner.consider(parts.store.last_seq, look)
