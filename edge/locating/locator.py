"""Where every item is: batches of reads in, changes of presence out, once a turn.

One turn: the reads of all batches are merged into the tag table; each tag that was read gets one
look of the filter; where the belief says something new, a change is told. Then a stretch of the
table is swept for tags that were silent too long, so that the whole table is seen once in
`sweep_s`. Nothing here reads a clock: time is that of the reads and of `turn`.
"""

import numpy as np

from drivers.reads import SomeReads
from edge.locating.announced import Announced
from edge.locating.antennas import AntennaHealth, AntennaReport
from edge.locating.calibration import Calibration
from edge.locating.columns import FloorColumns
from edge.locating.compiled_bench import BenchMet
from edge.locating.compiled_look import CompiledLook, Told
from edge.locating.coverage import Coverage
from edge.locating.drift import Drift, DriftFollower
from edge.locating.epcs import keys_of
from edge.locating.honesty import honest
from edge.locating.intake import Intake
from edge.locating.looking import Outcome, Present
from edge.locating.meeting import Meeting, Met, known_of
from edge.locating.mistakes import Sound
from edge.locating.motion import Motions, Phases
from edge.locating.positions import Positions
from edge.locating.presence import State
from edge.locating.proofs import Proof, Proofs
from edge.locating.reasons import (
    AntennaAtPlace,
    AntennaPart,
    Reason,
    answered_place,
    listening_of,
    motion_of,
    parts_of,
    reason_of,
)
from edge.locating.references import ReferenceLevels, ReferenceTags
from edge.locating.restoring import Restorer
from edge.locating.settings import DEFAULTS, RADIO_DEFAULTS, LocatingSettings, RadioSettings
from edge.locating.slots import NO_ANTENNA, Floats, News, Reads, Slots
from edge.locating.surveyed import heard_all_over
from edge.locating.sweep import Sweep
from edge.locating.tags import NO_PLACE, TagTable
from edge.locating.telling import Found, Teller
from edge.locating.timeline import Timeline
from edge.locating.walking import Walk, Walking
from edge.locating.ways import Ways
from edge.locating.whereabouts import Whereabouts, hearings
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
        self._floor = floor
        self._untuned = settings
        self._settings = settings = calibration.settings(settings) if calibration else settings
        self._columns = FloorColumns(floor)
        self._drift: DriftFollower | None = None
        self._positions: Positions | None = None
        self._table = TagTable(settings.window_s)
        self._time = Timeline()
        self._coverage = Coverage(self._columns, settings, self._time.now_ms)
        self._intake = Intake(self._columns)
        self._meeting = Meeting(self._table, self._columns, self._coverage)
        self._learn(calibration)
        self._teller = Teller(self._columns, self._table, self._coverage, self._time)
        self._restorer = Restorer(self._columns, self._table, self._teller, self._time)
        self._sweep = Sweep(self._columns, self._table, self._coverage, settings)
        self._walking = Walking(floor, tuple(self._columns.places))
        self._phases = Phases()
        self._proofs = Proofs(floor, self._columns, self._table, self._walking)
        self._references = ReferenceTags(floor.antennas, self._row_of, self._table.slots_of)
        self.health = AntennaHealth(self._columns, self._coverage, self._references, radio)
        """How the antennas do."""
        followers = (self._table, self._coverage, self._sweep, self.health, self._walking)
        self._time.follow(*followers, self._phases)

    def __len__(self) -> int:
        """Tags that are followed."""
        return len(self._table)

    @property
    def nbytes(self) -> int:
        """Bytes held for tags."""
        surveyed = self._ways.surveyed
        some = (self._table, self._walking, self._phases, surveyed, self._positions)
        return sum(one.nbytes for one in some if one is not None)

    @property
    def reads_ignored(self) -> int:
        """Reads left out so far: unknown antenna, impossible EPC length, or no room."""
        return self._intake.ignored

    def observe(self, *batches: SomeReads) -> None:
        """Take batches, whose columns must stay as they are; one of the next turns works on them.

        That is the very next one, but where hundreds of reads come with each (see `intake`).
        """
        self._intake.add(*batches)

    def device_changed(
        self, reader: DeviceName, *, alive: bool, at_us: int, silent_since_us: int = 0
    ) -> None:
        """A reader came or went; one never told of counts as alive from its first batch on.

        What departed from its places after `silent_since_us`, if that is told, is taken back.
        """
        at_ms = self._time.move(at_us)
        self._coverage.reader_changed(reader, up=alive, at_ms=at_ms)
        if not alive:
            self._sweep.look_for_dark_places()
            if silent_since_us:
                self._teller.reader_was_silent(reader, silent_since_us)

    def clock_was_set(self, by_us: int) -> None:
        """The gateway's clock was set by so much: nobody was silent for that long."""
        self._time.clock_was_set(by_us)
        self._table.shift_dates(round(by_us * 1e-6))

    def restore(self, items: PresentItems) -> None:
        """Take up items that were present before a restart; nothing is told of them again.

        To be called before the first turn, with each item once, in any number of parts.

        An item whose place is no longer on the floor arrives anew.
        """
        self._restorer.restore(items, self._settings.tags_max)

    def turn(self, now_us: int) -> list[PresenceChange]:
        """Work on the batches since the last turn, and tell what changed; oldest news first."""
        now_ms = self._time.move(now_us)
        taken = self._intake.take(self._table, self._time.zero_us, now_ms, self._settings.tags_max)
        changes = self._teller.late()
        if taken is not None:
            reads = taken.reads
            self._coverage.heard(self.health.heard(reads.antenna, reads.rssi_dbm), now_ms)
            met, turned = self._meet(reads), taken.turned
            motions = self._phases.hear(reads, turned, met.news)
            if self._positions is not None:
                self._positions.hear(reads, turned, (met.news, motions), now_us * 1e-6)
            changes += self._look(met, motions)
            if self._drift is not None:
                belief = met.news.slots.belief.max(axis=0)
                at_s = (now_us - self._time.set_us) * 1e-6
                self._drift.hear(reads.antenna, reads.rssi_dbm, belief, at_s)
        self._coverage.look(now_ms)
        self.health.look(now_ms, now_us)
        self._look_at_references(now_ms)
        rows, findings = self._sweep.next_stretch(now_ms)
        changes += self._teller.tell_silence(rows, findings)
        self._sweep.forget_old(now_ms)
        references = self._references.epcs
        return [one for one in changes if one.epc not in references] if references else changes

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
        slots = self._table.slots_of(np.array([row]))
        return Whereabouts(
            location=place if sure else None,
            probability=probability,
            alternatives=tuple(ranked[1:] if sure else ranked),
            evidence=hearings(slots, self._columns, self._time),
            announced=None if number == NO_PLACE else self._columns.places[number],
            stale=state is State.STALE,
            since_us=int(self._table.since_s[row]) * 1_000_000,
            seen_us=self._time.us_of(int(self._table.seen_ms(np.array([row]))[0])),
            position=self._positions.of(row, slots) if self._positions else None,
        )

    def reason(self, epc: Epc, now_us: int) -> Reason | None:
        """Why an item is thought to be where it is; None for a tag that is not followed."""
        found = self.where(epc)
        if found is None:
            return None
        place = answered_place(found)
        now_ms = self._time.move(now_us)
        reports = self.antennas()
        covering = tuple(
            AntennaAtPlace(
                one.reader,
                one.port,
                listening_of(one, up=bool(up)),
                max(0, now_us - one.heard_us) * 1e-6,
            )
            for one, up in zip(reports, self._coverage.antenna_up, strict=True)
            if one.location == place
        )
        row = self._row_of(epc)
        antennas = self._parts(row, place, reports, now_ms) if place is not None else ()
        motion = motion_of(self._phases.log_odds(row, now_ms))
        return reason_of(epc, found, now_us, antennas, covering, motion)

    def confirm(self, proof: Proof) -> None:
        """Learn from what a person's scan has proved; a tag or place never heard teaches nothing.

        A surveyed floor learns its antennas' gains; a tag that lies there now is believed there.
        """
        row = self._row_of(proof.epc)
        if row >= 0:
            self._proofs.take(proof, row, self._ways.surveyed)

    def adopt(self, calibration: Calibration | None) -> None:
        """Go on with another calibration; beliefs and places stay, usual levels are learnt anew.

        Raises:
            CalibrationError: it was made for another floor; nothing has changed then.
        """
        self._learn(calibration)
        self._table.forget_levels()

    def _learn(self, calibration: Calibration | None) -> None:
        """Take up what was learnt about this floor's antennas."""
        settings = self._untuned if calibration is None else calibration.settings(self._untuned)
        self._ways = Ways(self._floor, self._columns, settings, calibration)
        self._settings = settings
        survey = calibration.survey if calibration else None
        self._coverage.heard_surveying = heard_all_over(survey, self._floor)
        self._reference_levels = ReferenceLevels(len(self._floor.antennas))
        self._positions, self._drift = None, None
        if calibration is None:
            return
        offset_dbm = calibration.offsets_of(self._floor)
        self._drift = DriftFollower(offset_dbm)
        if calibration.points and calibration.points.tell:
            self._positions = Positions(self._floor, calibration.points, offset_dbm)

    def _look_at_references(self, now_ms: int) -> None:
        surveyed, levels = self._ways.surveyed, self._reference_levels
        if surveyed is not None and self._references.epcs and levels.is_due(now_ms):
            surveyed.refer(levels.follow(self._references.look(), now_ms))

    def drift(self) -> Drift | None:
        """How the radio differs from what was calibrated; None without a calibration."""
        return self._drift.look() if self._drift is not None else None

    def _meet(self, reads: Reads) -> Met:
        """The tags that were read; compiled where no place without reads is to be admitted."""
        ways, coverage = self._ways, self._coverage.compiled
        if ways.surveyed is None and coverage is not None and self._table.compiled is not None:
            return self._table.compiled.meet(reads, coverage.at)
        return self._meeting.meet(reads, lambda slots: ways.admit(slots, self._coverage))

    def _look(self, met: Met, motions: Motions | None) -> list[PresenceChange]:
        """One look of the filter at each tag that was read; what changed by it."""
        self._ways.choose(met.unrest)
        walk = self._walk(met) if self._walking.tells else None
        alive = self._ways.listening(self._coverage)
        held = None if motions is None else motions.held
        present = Present(alive, walk, lambda: self._placed_s(met.news), held)
        outcome = self._ways.looking.look(self._table, met, present)
        if motions is not None and outcome.agrees is not None:
            self._phases.root(motions, outcome.agrees, met.news)
        if walk is not None:
            news, belief = met.news, met.news.slots.belief
            self._walking.believed(news.rows, met.places, met.kept.place, belief, news.at_ms)
        return self._tell(met, outcome) if len(outcome.changed) else []

    def _walk(self, met: Met) -> Walk:
        return self._walking.look(met.news.rows, met.places, met.kept.place, met.news.at_ms)

    def _tell(self, met: Met, outcome: Outcome) -> list[PresenceChange]:
        """What is to be told of tags after a look."""
        some, slots = outcome.changed, met.news.slots
        rests = self._ways.settings.settling_s == 0.0  # carried about, a return is a return
        heard = outcome.level_db, outcome.usual_db
        sound = Sound(slots.antenna, slots.weight, *heard) if rests else None
        return self._teller.tell(self._announced(met, outcome), sound, some)

    def _announced(self, met: Met, outcome: Outcome) -> Announced:
        """The same before it is put into words, with the table in step."""
        looking, even = self._ways.looking, self._ways.even_sureness
        some, slots = outcome.changed, met.news.slots
        if isinstance(looking, CompiledLook) and isinstance(met, BenchMet) and even is not None:
            told = Told(even, self._time.zero_us)
            return looking.announce(self._table, met, len(some), self._coverage.items, told)
        antenna, gap_s = slots.antenna.take(some, axis=1), met.gap_s[some]
        found = Found(
            met.news.rows[some],
            met.kept.state[some],
            outcome.findings[some],
            met.news.at_ms[some],
            outcome.best[some],
            slots.belief.take(some, axis=1),
            self._ways.sureness(antenna, gap_s, self._coverage),
        )
        return self._teller.announce(found)

    def _placed_s(self, news: News) -> Floats:
        """Time since each tag's announced place changed."""
        since_s = self._table.since_s[news.rows].astype(np.int64)
        placed_us = self._time.zero_us + news.at_ms.astype(np.int64) * 1000 - since_s * 1_000_000
        return (placed_us * 1e-6).astype(np.float32)

    def _parts(
        self, row: int, place: LocationId, reports: tuple[AntennaReport, ...], now_ms: int
    ) -> tuple[AntennaPart, ...]:
        """What each antenna that has heard a tag says of a place."""
        slots = self._table.slots_of(np.array([row]))
        places = self._columns.place_of.take(slots.antenna[:, 0], mode="clip")
        parts = parts_of(
            lambda one: self._score(row, one), slots, places, self._columns.place_number[place]
        )
        weight = slots.weight[:, 0] / slots.weight[:, 0].sum()
        rates = weight / max(float(self._table.gap_s[row]), 1e-3)
        return tuple(
            AntennaPart(
                reader=self._columns.antennas[antenna].reader,
                port=self._columns.antennas[antenna].port,
                location=self._columns.antennas[antenna].location,
                rssi_dbm=float(slots.level_sum[slot, 0] / slots.weight[slot, 0]),
                reads_per_s=float(rates[slot]),
                age_s=max(0, now_ms - int(slots.seen_ms[slot, 0])) * 1e-3,
                log_odds=float(parts[slot]),
                listening=listening_of(
                    reports[antenna], up=bool(self._coverage.antenna_up[antenna])
                ),
            )
            for slot, antenna in enumerate(slots.antenna[:, 0].tolist())
            if antenna != NO_ANTENNA and slots.seen_ms[slot, 0] > 0
        )

    def _score(self, row: int, slots: Slots) -> Floats:
        """The model's log-likelihoods for one tag with these slots.

        As if what they hold had come within one memory: where in a place a carried tag is, is
        told from what is new alone.
        """
        rows = np.array([row])
        heard = slots.antenna != NO_ANTENNA
        at_ms = slots.seen_ms.max(axis=0)
        since_s = np.array([self._settings.window_s], np.float32)
        news = News(rows, slots, heard, at_ms, since_s, np.ones(1, np.int32))
        kept = self._table.kept(rows)
        known = known_of(self._meeting.met_of(news, kept, kept.gap_s))
        return self._ways.model.look(
            news, known, self._ways.listening(self._coverage)
        ).log_likelihood

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
        gap_s = self._table.gap_s[row : row + 1].astype(np.float32)
        sureness = float(self._ways.sureness(slots.antenna, gap_s, self._coverage)[0])
        told = honest(np.array(list(beliefs.values())), sureness)
        ranked = zip(beliefs, told.tolist(), strict=True)
        return sorted(ranked, key=lambda one: (-one[1], one[0]))
