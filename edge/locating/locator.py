"""Where every item is: batches of reads in, changes of presence out, once a turn.

One turn: the reads of all batches are merged into the tag table; each tag that was read gets one
look of the filter; where the belief says something new, a change is told. Then a stretch of the
table is swept for tags that were silent too long, so that the whole table is seen once in
`sweep_s`. Nothing here reads a clock: time is that of the reads and of `turn`.
"""

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.antennas import AntennaHealth, AntennaReport
from edge.locating.calibration import Calibration
from edge.locating.coverage import Coverage
from edge.locating.epcs import keys_of
from edge.locating.intake import Intake
from edge.locating.model import After, FloorColumns, Known
from edge.locating.points import Fields, Position, fields_of
from edge.locating.presence import Finding, State
from edge.locating.references import ReferenceTags
from edge.locating.restlessness import often_read
from edge.locating.restoring import Restorer
from edge.locating.settings import (
    DEFAULTS,
    RADIO_DEFAULTS,
    LocatingSettings,
    RadioSettings,
)
from edge.locating.slots import NO_ANTENNA, Floats, Ports, best_slots
from edge.locating.sweep import Sweep
from edge.locating.tags import NO_PLACE, News, TagTable
from edge.locating.telling import Teller, Timeline
from edge.locating.ways import Ways
from edge.locating.whereabouts import Hearing, Whereabouts
from edge.model.goods import PresentItems
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.places import Floor
from edge.model.presence import PresenceChange


class Locator:
    """Follows all items of one floor.

    Args:
        floor: places and antennas.
        settings: see `LocatingSettings`.
        calibration: what was learnt about this floor's antennas; without it all count as equal.
        radio: see `RadioSettings`.

    Raises:
        CalibrationError: the calibration was made for another floor.
    """

    def __init__(
        self,
        floor: Floor,
        settings: LocatingSettings = DEFAULTS,
        calibration: Calibration | None = None,
        radio: RadioSettings = RADIO_DEFAULTS,
    ) -> None:
        if calibration is not None:
            settings = calibration.settings(settings)
        self._settings = settings
        self._columns = FloorColumns(floor)
        self._fields: Fields | None = None
        if calibration is not None and calibration.points and calibration.points.tell:
            self._fields = fields_of(floor, calibration.points)
            self._offset_dbm = calibration.offsets_of(floor)
        self._table = TagTable(settings.window_s)
        self._time = Timeline()
        self._coverage = Coverage(self._columns, settings, self._time.now_ms)
        self._intake = Intake(self._columns)
        self._ways = Ways(floor, self._columns, settings, calibration)
        self._teller = Teller(self._columns, self._table, self._coverage, self._time)
        self._restorer = Restorer(self._columns, self._table, self._teller, self._time)
        self._sweep = Sweep(self._columns, self._table, self._coverage, settings)
        self._references = ReferenceTags(floor.antennas, self._row_of, self._table.slots_of)
        self.health = AntennaHealth(self._columns, self._coverage, self._references, radio)
        """How the antennas do."""
        self._time.follow(self._table, self._coverage, self._sweep, self.health)

    def __len__(self) -> int:
        """Tags that are followed."""
        return len(self._table)

    @property
    def nbytes(self) -> int:
        """Bytes held for tags."""
        return self._table.nbytes

    @property
    def reads_ignored(self) -> int:
        """Reads left out so far: unknown antenna, impossible EPC length, or no room."""
        return self._intake.ignored

    def observe(self, batch: ReadBatch) -> None:
        """Take a batch, whose columns must stay as they are; the next turn works on it."""
        self._intake.add(batch)

    def device_changed(self, reader: DeviceName, *, alive: bool, at_us: int) -> None:
        """A reader came or went; one never told of counts as alive from its first batch on."""
        at_ms = self._time.move(at_us)
        self._coverage.reader_changed(reader, up=alive, at_ms=at_ms)
        if not alive:
            self._sweep.look_for_dark_places()

    def restore(self, items: PresentItems) -> None:
        """Take up items that were present before a restart; nothing is told of them again.

        To be called before the first turn, with each item once, in any number of parts.

        An item whose place is no longer on the floor arrives anew.
        """
        self._restorer.restore(items, self._settings.tags_max)

    def turn(self, now_us: int) -> list[PresenceChange]:
        """Work on the batches since the last turn, and tell what changed; oldest news first."""
        now_ms = self._time.move(now_us)
        reads = self._intake.take(self._table, self._time.zero_us, now_ms, self._settings.tags_max)
        changes: list[PresenceChange] = []
        if reads is not None:
            self._coverage.heard(self.health.heard(reads.antenna, reads.rssi_dbm), now_ms)
            news = self._table.merge(reads)
            changes += self._teller.tell(news.rows, self._look(news), news.at_ms)
        self._coverage.look(now_ms)
        self.health.look(now_ms, now_us)
        rows, findings = self._sweep.next_stretch(now_ms)
        changes += self._teller.tell_silence(rows, findings)
        self._sweep.forget_old(now_ms)
        return [one for one in changes if one.epc not in self._references.epcs]

    def antennas(self) -> tuple[AntennaReport, ...]:
        """How each antenna does, in the floor file's order."""
        return self.health.report(self._time.zero_us)

    def where(self, epc: Epc) -> Whereabouts | None:
        """Where an item is believed to be, and why; None for a tag that is not followed."""
        row = self._row_of(epc)
        if row < 0:
            return None
        state = State(int(self._table.state[row]))
        ranked = self._ranked(row)
        place, probability = ranked[0] if ranked else (None, 0.0)
        sure = place is not None and probability >= self._settings.unknown_below
        number = int(self._table.place[row])
        return Whereabouts(
            location=place if sure else None,
            probability=probability,
            alternatives=tuple(ranked[1:] if sure else ranked),
            evidence=self._evidence(row),
            announced=None if number == NO_PLACE else self._columns.places[number],
            stale=state is State.STALE,
            since_us=int(self._table.since_s[row]) * 1_000_000,
            seen_us=self._time.us_of(int(self._table.seen_ms(np.array([row]))[0])),
            position=self._position(row),
        )

    def _look(self, news: News) -> NDArray[np.uint8]:
        """One look of the filter at each tag that was read; the finding of each."""
        table, slots = self._table, news.slots
        gap_s = table.learn_gaps(news)
        places = self._columns.place_of.take(slots.antenna, mode="clip")
        announced = table.place.take(news.rows)
        known = Known(
            usual_db=table.level_db.take(news.rows).astype(np.float32),
            home=(places == announced) & (announced != NO_PLACE),
            reads=table.reads.take(news.rows),
        )
        self._ways.choose(slots, often_read(known.reads, gap_s), news.since_s)
        look = self._ways.model.look(news, known, self._coverage.alive)
        new_share = self._ways.filter.new_share(news.since_s, news.fresh, look.near)
        leave_s = self._ways.filter.leave_s(news, new_share, announced == NO_PLACE)
        self._ways.filter.settle(leave_s, lambda: self._placed_s(news))
        self._ways.filter.update(slots.belief, places, look.log_likelihood, leave_s, new_share)
        slot, probability = best_slots(slots.belief)
        at = slot * len(slot) + np.arange(len(slot))
        best = places.reshape(-1)[at]
        findings = self._found(news, announced, best, probability)
        after = After(at, new_share, known.reads, findings == Finding.ELSEWHERE)
        table.level_db[news.rows] = self._ways.model.follow(news, look, after)
        table.put(news.rows, slots)
        self._teller.found(best, probability)
        return findings

    def _found(
        self, news: News, announced: Ports, best: Ports, probability: Floats
    ) -> NDArray[np.uint8]:
        """What the belief means for each tag."""
        table, settings = self._table, self._ways.settings
        counted = np.minimum(table.reads.take(news.rows) + news.reads, 255)
        table.reads[news.rows] = counted
        placed = announced != NO_PLACE
        is_near = self._columns.near_place.take(best, mode="clip")
        arrive_at = np.where(is_near, settings.near_arrive_at, settings.arrive_at)
        arrive_reads = np.where(is_near, settings.near_arrive_reads, settings.arrive_reads)
        sure = (probability >= np.where(placed, settings.move_at, arrive_at)) & (best != NO_PLACE)
        sure &= placed | (counted >= arrive_reads)
        findings = np.full(len(best), Finding.UNSURE, np.uint8)
        findings[sure] = Finding.ELSEWHERE
        findings[placed & (best == announced)] = Finding.CONFIRMED
        return findings

    def _placed_s(self, news: News) -> Floats:
        """Time since each tag's announced place changed."""
        since_s = self._table.since_s.take(news.rows).astype(np.int64)
        placed_us = self._time.zero_us + news.at_ms.astype(np.int64) * 1000 - since_s * 1_000_000
        return (placed_us * 1e-6).astype(np.float32)

    def _row_of(self, epc: Epc) -> int:
        raw = np.frombuffer(bytes.fromhex(epc), np.uint8)[np.newaxis]
        bits = np.array([8 * raw.shape[1]], np.uint16)
        return int(self._table.index.find(keys_of(raw, bits), bits)[0])

    def _ranked(self, row: int) -> list[tuple[LocationId, float]]:
        slots = self._table.slots_of(np.array([row]))
        beliefs: dict[LocationId, float] = {}
        for antenna, belief in zip(slots.antenna[:, 0], slots.belief[:, 0], strict=True):
            if antenna != NO_ANTENNA and belief > 0:
                place = self._columns.antennas[antenna].location
                beliefs[place] = beliefs.get(place, 0.0) + float(belief)
        return sorted(beliefs.items(), key=lambda one: (-one[1], one[0]))

    def _position(self, row: int) -> Position | None:
        """From what each antenna usually hears of the tag while it rests."""
        if self._fields is None:
            return None
        slots = self._table.slots_of(np.array([row]))
        some = slots.antenna[:, 0] != NO_ANTENNA
        antenna, usual = slots.antenna[some, 0], slots.usual[some, 0]
        lately = slots.level_sum[some, 0] / slots.weight[some, 0]
        level_dbm = np.full(len(self._columns.antennas), np.nan)
        level_dbm[antenna] = np.where(np.isnan(usual), lately, usual + self._offset_dbm[antenna])
        return self._fields.locate(level_dbm)

    def _evidence(self, row: int) -> tuple[Hearing, ...]:
        slots = self._table.slots_of(np.array([row]))
        heard = [
            Hearing(
                reader=self._columns.antennas[antenna].reader,
                port=self._columns.antennas[antenna].port,
                location=self._columns.antennas[antenna].location,
                rssi_dbm=float(level / weight),
                weight=float(weight),
                seen_us=self._time.us_of(int(seen)),
            )
            for antenna, level, weight, seen in zip(
                slots.antenna[:, 0],
                slots.level_sum[:, 0],
                slots.weight[:, 0],
                slots.seen_ms[:, 0],
                strict=True,
            )
            if antenna != NO_ANTENNA and weight > 0
        ]
        return tuple(sorted(heard, key=lambda one: -one.rssi_dbm))
