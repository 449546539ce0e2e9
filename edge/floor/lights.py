"""Stack lights: results switch a reader's outputs, for a while or for as long as they last.

An output is on while anything wants it on: a flash that is not over (a scan was right, a tote is
complete) or something that lasts (a critical alert, a lit slot). `Lamps` is that rule alone, told
the time; `Lights` is its thread, and hears of results from three places: the answers to scans, the
board's pack stations and walls, the alerts. A light is a help: nothing waits for it, and one that
cannot be switched is told by its reader.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from edge.clock import Clock
from edge.floor.alerts import Alert, Alerts
from edge.floor.board import Board, Shown
from edge.model.inputs import Input
from edge.model.places import Floor, LocationKind
from edge.model.posted import CodeScanned, HandEmptied, ParcelWanted, StationScanned
from edge.model.prompts import Answer

LightResult = Literal["right", "wrong", "complete", "slot", "critical"]
Output = tuple[str, int]
"""A reader's name and its output port, from 1."""
SwitchOutput = Callable[[str, int, bool], None]
"""Sets an output of a reader; returns at once, from any thread."""


@dataclass(frozen=True, slots=True)
class LightRule:
    """When an output is on.

    Attributes:
        result: what switches it on: a scan that was `right` or `wrong`, a tote or slot that is
            `complete`, a `slot` of a put wall that is lit, a `critical` alert.
        place: only of this pack station, wall or slot; empty for all.
        flash_us: how long it stays on; a slot and an alert keep it on while they last.
    """

    result: LightResult
    place: str
    reader: str
    output: int
    flash_us: int

    @property
    def target(self) -> Output:
        """What it switches."""
        return self.reader, self.output

    def fits(self, result: LightResult, place: str) -> bool:
        """Whether it is about this result there."""
        return self.result == result and self.place in {"", place}


class Lamps:
    """Which outputs are to be on, by rule and time; not thread-safe."""

    def __init__(self, rules: tuple[LightRule, ...]) -> None:
        self._rules = rules
        self._until_us: dict[Output, int] = {}
        self._lasting: dict[tuple[LightResult, str], set[Output]] = {}
        self._on: set[Output] = set()

    def flash(self, result: LightResult, place: str, now_us: int) -> None:
        """Something has happened there."""
        for rule in self._rules:
            if rule.fits(result, place):
                until_us = max(self._until_us.get(rule.target, 0), now_us + rule.flash_us)
                self._until_us[rule.target] = until_us

    def last(self, result: LightResult, places: frozenset[str]) -> None:
        """It lasts at just these places from now on."""
        for known in [key for key in self._lasting if key[0] == result and key[1] not in places]:
            del self._lasting[known]
        for place in places:
            self._lasting[result, place] = {
                rule.target for rule in self._rules if rule.fits(result, place)
            }

    def changes(self, now_us: int) -> list[tuple[Output, bool]]:
        """Outputs that are to be switched now, in the order of their names."""
        self._until_us = {one: until for one, until in self._until_us.items() if until > now_us}
        wanted = set(self._until_us).union(*self._lasting.values())
        changed = sorted(wanted ^ self._on)
        self._on = wanted
        return [(target, target in wanted) for target in changed]

    def next_us(self) -> int | None:
        """When a flash is over; None while none is on."""
        return min(self._until_us.values(), default=None)


ASKS = frozenset({"weigh", "listening"})
"""Answers by which nothing is wrong: what was wanted is only not done yet."""


class Lights:
    """A thread that switches outputs; told of results from any other.

    Args:
        rules: of the configuration.
        floor: its pack stations and walls are watched.
        board, alerts: what they show is followed.
        clock: the host's.
    """

    def __init__(
        self,
        rules: tuple[LightRule, ...],
        floor: Floor,
        board: Board,
        alerts: Alerts,
        clock: Clock,
    ) -> None:
        self._lamps = Lamps(rules)
        self._floor = floor
        self._board = board
        self._alerts = alerts
        self._clock = clock
        self._switch: SwitchOutput | None = None
        self._changed = threading.Condition()
        self._critical: set[str] = set()
        self._shown: dict[str, str] = {}
        self._lit: dict[str, str] = {}
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="lights", daemon=True)

    def attach(self, switch: SwitchOutput) -> None:
        """The readers' wire, once there is one."""
        self._switch = switch

    def start(self) -> None:
        """Begin to follow board and alerts."""
        for kind, topic in ((LocationKind.STATION, "pack"), (LocationKind.WALL, "wall")):
            for place in self._floor.places_of(kind):
                self._board.watch(f"{topic}/{place}", self._shown_on)
        self._alerts.listen(self._alerted)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; outputs that are on are switched off."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(3)

    def answered(self, input_: Input, answer: Answer) -> None:
        """What came of an input, after its commit."""
        place = _place_of(input_)
        if place is None or answer.code in ASKS:
            return
        with self._changed:
            now_us = self._clock.monotonic_us()
            self._lamps.flash("right" if answer.accepted else "wrong", place, now_us)
            self._changed.notify()

    def _shown_on(self, topic: str) -> None:
        sheet = self._board.look(topic)
        if sheet is None:
            return
        with self._changed:
            if topic.startswith("pack/"):
                self._packing(topic, sheet.value)
            else:
                self._sorting(topic, sheet.value)
            self._changed.notify()

    def _packing(self, topic: str, shown: Shown) -> None:
        """A tote that has become complete, or beside which a stranger lies."""
        verdict = str(shown["verdict"])
        if verdict != self._shown.get(topic):
            now_us, place = self._clock.monotonic_us(), topic.partition("/")[2]
            if verdict == "match":
                self._lamps.flash("complete", place, now_us)
            elif verdict == "extra":
                self._lamps.flash("wrong", place, now_us)
        self._shown[topic] = verdict

    def _sorting(self, topic: str, shown: Shown) -> None:
        """The slot that is lit at a wall, and one that has become complete."""
        hand, slots = shown["hand"], shown["slots"]
        self._lit.pop(topic, None)
        if isinstance(hand, dict):
            self._lit[topic] = str(hand["slot"])
        self._lamps.last("slot", frozenset(self._lit.values()))
        for slot in slots if isinstance(slots, list) else ():
            name, state = str(slot["slot"]), str(slot["state"])
            if state == "complete" and self._shown.get(name) not in {None, "complete"}:
                self._lamps.flash("complete", name, self._clock.monotonic_us())
            self._shown[name] = state

    def _alerted(self, alert_id: str, alert: Alert | None) -> None:
        with self._changed:
            self._critical.discard(alert_id)
            if alert is not None and alert.severity == "critical":
                self._critical.add(alert_id)
            self._lamps.last("critical", frozenset({""} if self._critical else ()))
            self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while not self._stopping:
                self._set(self._lamps.changes(self._clock.monotonic_us()))
                next_us = self._lamps.next_us()
                now_us = self._clock.monotonic_us()
                wait_s = None if next_us is None else max(0.0, (next_us - now_us) / 1e6)
                self._changed.wait(wait_s)
            for result in ("slot", "critical"):
                self._lamps.last(result, frozenset())
            self._set(self._lamps.changes(1 << 62))

    def _set(self, changes: list[tuple[Output, bool]]) -> None:
        for (reader, output), on in changes:
            if self._switch is not None:
                self._switch(reader, output, on)


def _place_of(input_: Input) -> str | None:
    """Where somebody scanned, in the words of a rule; None where nobody did."""
    match input_:
        case StationScanned() | ParcelWanted():
            return input_.station
        case HandEmptied():
            return input_.wall
        case CodeScanned():
            return input_.badge
        case _:
            return None
