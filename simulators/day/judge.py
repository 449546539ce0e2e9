"""The judge of a day: keeps a mirror of the floor from the facts alone, and asks every law."""

import hashlib
from typing import Any

from typing_extensions import override

from edge.floor.alerts import Alert
from edge.model.events import Event, Fact, ItemArrived, ItemDeparted, ItemMoved, ItemWithdrawn
from edge.model.ids import Epc, LocationId, RequestId
from edge.model.state import FloorState
from edge.store.reader import JournalReader
from edge.store.store import Store
from simulators.central_events import Delivered
from simulators.day.day import OPENING_US, Day
from simulators.day.equipment import deaf_from_us, is_faulty
from simulators.day.gateway import Gateway
from simulators.day.grounds import GATE_READER
from simulators.day.laws.book import LAWS
from simulators.day.laws.gate import GateIsTrue
from simulators.day.laws.goods import FactsSayTheSame
from simulators.day.laws.law import Broken, Ending, Law, Reading
from simulators.day.laws.leaving import LabelIsHeeded, OutIsSaid
from simulators.day.laws.number_list import ListIsOnTags
from simulators.day.laws.parcels import TooManyIsTrue
from simulators.day.laws.tag_work import NumbersAreTrue, TagWorkIsTrue
from simulators.day.laws.weight import WeightIsTold
from simulators.day.laws.work import AlertsAreTrue
from simulators.day.site import LEADER
from simulators.day.watch import Watch

BROKEN_MAX = 50
_PAGE = 1_000
_PLACES_EVERY = 6
_PAGE_BYTES = 4_000_000


class Judge(Watch):
    """Told of everything; asks the laws.

    Args:
        ends_when_broken: the day is over as soon as a promise is broken.

    Attributes:
        broken: promises that were broken, in the order in which that was seen.
        facts: all that was committed, as far as it was seen.
        facts_at_s: when each of them was seen, seconds after opening, whatever the gateway's
            clock was set to.
        located: how often the product named the right place of a piece, of how many looks.
        notes: what people were told that they did not understand.
    """

    def __init__(self, *, ends_when_broken: bool = False) -> None:
        self._ends_when_broken = ends_when_broken
        self.laws = [kind() for kind in LAWS]
        self._of_facts = self._that_override("fact")
        self._of_turns = self._that_override("turn")
        self._of_moves = self._that_override("moved")
        self._by_the_facts = next(one for one in self.laws if isinstance(one, FactsSayTheSame))
        self.broken: list[Broken] = []
        self.facts: list[Fact] = []
        self.facts_at_s: list[float] = []
        self.notes: list[str] = []
        self.failure: BaseException | None = None
        self.digest = ""
        self.located = (0, 0)
        self._where: dict[Epc, LocationId] = {}
        self._stored = ("", 0)
        self._looks = 0
        self._day: Day | None = None
        self._mirror: FloorState | None = None
        self._posted: dict[str, None] = {}
        self._alerts: dict[str, str] = {}

    def _that_override(self, hook: str) -> list[Law]:
        """The laws that look at something: most look at little, and there are many turns."""
        return [one for one in self.laws if getattr(type(one), hook) is not getattr(Law, hook)]

    def attach(self, day: Day) -> None:
        """Judge this day."""
        self._day = day
        self._mirror = FloorState(day.site.floor)
        for law in self.laws:
            _tell_of_work(law, day)
            _tell_of_tags(law, day)

    @property
    @override
    def has_seen_enough(self) -> bool:
        return self._ends_when_broken and bool(self.broken)

    # -- told ----------------------------------------------------------------------------------
    @override
    def turned(self, facts: list[Fact], state: FloorState) -> None:
        mirror = self._mirror
        if mirror is None:
            return
        mirror.numbered_from_s = state.numbered_from_s
        self._take(facts)
        if facts:
            for law in self._of_turns:
                law.turn(state, mirror)
        self._look_at_cursor()
        self._gather()

    def _look_at_cursor(self) -> None:
        day = self._day
        if day is None or day.gateway is None:
            return
        store, name = day.gateway.store, day.site.settings.gateway.name
        epoch, seen_upto = self._stored
        if epoch == store.epoch and store.acknowledged <= seen_upto:
            return  # the centre's books only grow
        upto = day.central.store.prefix(name, store.epoch).upto
        self._stored = store.epoch, upto
        for law in self._of_moves:
            law.moved(store.acknowledged, upto)

    def _take(self, facts: list[Fact]) -> None:
        mirror = self._mirror
        if mirror is None:
            return
        for fact in facts:
            for law in self._of_facts:
                law.fact(fact, mirror)
            self._by_the_facts.follow(mirror, fact)
            self.facts.append(fact)
            self.facts_at_s.append(self._day.now_s if self._day is not None else 0.0)
            self._locate(fact.event)

    def _locate(self, event: Event) -> None:
        match event:
            case ItemArrived():
                self._where[event.epc] = event.location
            case ItemMoved():
                self._where[event.epc] = event.to_location
            case ItemWithdrawn():
                self._where[event.epc] = event.location
            case ItemDeparted():
                self._where.pop(event.epc, None)
            case _:
                pass

    def _judge_places(self, day: Day) -> None:
        """Where the product thinks that pieces are, against the truth; not those in hand."""
        right, looks = self.located
        for piece in day.world.pieces.values():
            if not piece.sku:
                continue  # a tag that is on no piece
            place = day.world.hall.places.get(day.world.root(piece.holder))
            if place is not None:
                looks += 1
                right += self._where.get(Epc(piece.epc)) in {place.id, place.parent}
        self.located = (right, looks)

    @override
    def started(self, gateway: Gateway) -> None:
        """A process has read its state back; it may have committed facts and never told."""
        last_seq = self.facts[-1].seq if self.facts else 0
        self._take(gateway.link.journal.facts_after(last_seq, _PAGE, _PAGE_BYTES))
        mirror, state = self._mirror, gateway.floor.state
        if mirror is not None:
            mirror.numbered_from_s = state.numbered_from_s
            for law in self._of_turns:
                law.turn(state, mirror)
        self._gather()

    @override
    def answered(self, key: str, path: str, answer: dict[str, Any]) -> None:
        self._posted[key] = None
        for law in self.laws:
            law.answered(key, path, answer)

    @override
    def alerted(self, name: str, alert: Alert | None) -> None:
        if alert is None:
            self._alerts.pop(name, None)
            return
        self._alerts[name] = alert.code
        for law in self.laws:
            law.alerted(alert.code, alert.text)

    @override
    def died(self) -> None:
        self._alerts.clear()
        for law in self.laws:
            law.died()

    @override
    def refused(self, sentence: str) -> None:
        self.notes.append(sentence)

    @override
    def failed(self, error: BaseException) -> None:
        self.failure = self.failure or error

    @override
    def central_stored(self, events: list[Delivered]) -> None:
        for law in self.laws:
            law.stored(events)

    @override
    def looked(self) -> None:
        day = self._day
        if day is None or day.gateway is None or day.pages is None:
            return
        if "store-failed" in self._alerts:
            return  # what is in memory has not happened; it is read back before anything else
        gateway = day.gateway
        reading = Reading(
            at_s=day.now_s,
            last_seq=gateway.store.last_seq,
            state=gateway.floor.state,
            shown={
                topic: day.pages.shown(topic)
                for topic in (f"prompt/{badge}" for badge in gateway.floor.state.pickers)
            },
            up=day.everything_works,
        )
        self._looks += 1
        if self._looks % _PLACES_EVERY == 0:
            self._judge_places(day)
        for law in self.laws:
            law.look(reading)
        self._gather()

    @override
    def closing(self, gateway: Gateway) -> None:
        day = self._day
        if day is None:
            return
        store = gateway.store
        journal = self._journal(gateway)
        again = FloorState(day.site.floor)
        store.load(again)
        ending = Ending(
            journal=journal,
            books=day.central.books_of(store.epoch),
            doubled=day.central.store.doubled(),
            reordered=day.central.store.counter("reordered"),
            may_reorder=day.network_disturbs,
            answers={key: _code(store, key) for key in self._posted},
            damage="; ".join(map(str, store.verify().problems)),
            live=gateway.floor.state,
            again=again,
            open_orders=tuple(one["order_id"] for one in day.central.store.orders("open")),
            unanswered=tuple(day.central.unanswered()),
            alerts=tuple(name for name in self._alerts if name not in day.excused_alerts()),
        )
        for law in self.laws:
            law.end(ending)
        self._gather()
        self.digest = digest_of(journal)

    def _journal(self, gateway: Gateway) -> list[Fact]:
        reader: JournalReader = gateway.link.journal
        found: list[Fact] = []
        while page := reader.facts_after(found[-1].seq if found else 0, _PAGE, _PAGE_BYTES):
            found += page
        return found

    def _gather(self) -> None:
        at_s = self._day.now_s if self._day else 0.0
        for law in [one for one in self.laws if one.broken]:
            known = {one.text for one in self.broken if one.law == law.name}
            for text in law.broken:
                if text not in known and len(self.broken) < BROKEN_MAX:
                    self.broken.append(Broken(law.name, at_s, text))


def _tell_of_work(law: Law, day: Day) -> None:
    """How a law gets to know what really is in parcels, and what the site wants."""
    if isinstance(law, AlertsAreTrue):
        law.may_fail = day.disk_is_bad
    if isinstance(law, TooManyIsTrue):
        law.inside = day.inside
    if isinstance(law, WeightIsTold):
        settings = day.site.settings
        law.packing = settings.packing
        law.tares = {one.name: one.tare_g for one in settings.carton}
        law.leaders = frozenset({LEADER})


def _tell_of_tags(law: Law, day: Day) -> None:
    """How a law gets to know what really is in tags, and what went through a gate."""
    if isinstance(law, TagWorkIsTrue):
        law.memory, law.written = day.user_memory, day.written
    if isinstance(law, NumbersAreTrue):
        law.tag_of = day.tag_of
    if isinstance(law, ListIsOnTags):
        law.runs = day.shift.lists
    if isinstance(law, OutIsSaid | LabelIsHeeded):
        law.labels = day.shift.label_tags
    if isinstance(law, GateIsTrue):
        law.now_us = day.true_time.now_us
        law.shaken = deaf_from_us(day.timetable, OPENING_US)
        law.crossings = day.gate.crossings if day.gate is not None else ()
        law.is_faulty = is_faulty(day.timetable, GATE_READER)


def _code(store: Store, key: str) -> str | None:
    answer = store.answer_to(RequestId(key))
    return answer.code if answer is not None else None


def digest_of(journal: list[Fact]) -> str:
    """A print of every fact of a day: the same day has the same."""
    found = hashlib.sha256()
    for fact in journal:
        found.update(repr(fact).encode())
    return found.hexdigest()
