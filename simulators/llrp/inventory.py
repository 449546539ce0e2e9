"""The part of a reader that reads: its specs, which one runs, antenna after antenna.

One ROSpec runs at a time. A start trigger that fires while another runs waits, unless its ROSpec
has the better (lower) priority: then the one that runs is pre-empted and becomes inactive. Time is
handed in; between two calls of `advance` the antennas take turns.
"""

import numpy as np

from simulators.air import Dwell
from simulators.gen2 import Slots
from simulators.llrp.access_work import AccessWork
from simulators.llrp.gathering import Gathering, frames_of
from simulators.llrp.mouth import Mouth
from simulators.llrp.parts import part
from simulators.llrp.profile import Profile
from simulators.llrp.reads import NO_READS, Reads
from simulators.llrp.report_rule import ReportTrigger, Rule
from simulators.llrp.rospec import Order, RefusedError, RoSpec, State
from simulators.llrp.select import filters_of, selected
from simulators.llrp.settings import Settings
from simulators.llrp.spec_news import SpecNews
from simulators.llrp.spec_run import SpecState
from simulators.llrp.survey import Survey, sweep_report
from simulators.llrp.written_air import WrittenAir

_CATCH_UP_MOST_US = 10_000_000
"""A process that was held up longer than this does not hear what it missed."""


class Inventory:
    """ROSpecs and AccessSpecs of a reader, and the reads that they make.

    Args:
        profile: the reader.
        air: what its antennas hear.
        settings: the reader's own.
        mouth: takes reports and events.
        now_us: true time.
    """

    def __init__(
        self, profile: Profile, air: WrittenAir, settings: Settings, mouth: Mouth, now_us: int
    ) -> None:
        self._profile = profile
        self._air = air
        self._settings = settings
        self._mouth = mouth
        self._news = SpecNews(mouth, settings)
        self._now_us = now_us
        self._turn_ends_us = now_us
        self._turn = -1
        self._gathering = Gathering()
        self._rule = Rule.of(settings.report_spec)
        self._report_at_us = 0
        self._slots = air.slots()
        self.rospecs: dict[int, RoSpec] = {}
        self.access = AccessWork(air)
        self._sweep_ends_us = now_us
        self._channel = 0

    def running(self) -> RoSpec | None:
        """The ROSpec that is active."""
        return next((one for one in self.rospecs.values() if one.state is State.ACTIVE), None)

    def power_dbm(self, antenna: int) -> float | None:
        """With what power an antenna reads now; None while nothing is read."""
        rospec = self.running()
        if rospec is None:
            return None
        return self._settings.power_dbm(antenna, rospec.run.spec.configurations)

    def enable(self, rospec: RoSpec) -> None:
        """Enable a ROSpec now; its start trigger counts from here.

        Raises:
            RefusedError: it is enabled already.
        """
        rospec.obey(Order.ENABLE, self._now_us, self._mouth.stamps()[0])

    def start(self, rospec: RoSpec) -> None:
        """Start a ROSpec now.

        Raises:
            RefusedError: its state does not allow it, or another one runs that is as important.
        """
        other = self.running()
        if other is not None and other is not rospec:
            if other.priority <= rospec.priority:
                raise RefusedError(f"ROSpec {other.id} is active")
            self._stop(other, preempted_by=rospec.id)
        rospec.obey(Order.START, self._now_us)
        self._news.rospec_began(rospec.id)
        self._spec_begins(rospec)
        self._report_at_us = self._now_us + self._rule.every_us

    def input_changed(self, port: int, *, high: bool) -> None:
        """An input that is listened to changed its level now."""
        for rospec in tuple(self.rospecs.values()):
            rospec.input_changed(port, high=high, now_us=self._now_us)
            if rospec.state is State.ACTIVE and rospec.wants_stop(self._now_us):
                self._stop(rospec)

    def _take_rule(self, rospec: RoSpec) -> None:
        spec = rospec.report_spec or self._settings.report_spec
        self._rule = Rule.of(spec, rospec.run.spec.stop_tags)

    def _spec_begins(self, rospec: RoSpec) -> None:
        self._take_rule(rospec)
        spec = rospec.run.spec
        if spec.survey is not None:
            self._sweep_ends_us = self._now_us + spec.survey.sweep_us(self._profile.band)
        self._news.spec_began(rospec.id, spec)
        self._slots = self._air.slots()

    def stop(self, rospec: RoSpec, order: Order = Order.STOP) -> None:
        """Stop or disable a ROSpec now; what it has gathered is reported.

        Raises:
            RefusedError: its state does not allow it.
        """
        was_active = rospec.state is State.ACTIVE
        cut_short = rospec.run.state is SpecState.RUNNING
        rospec.obey(order, self._now_us)
        if was_active:
            self._ended(rospec, cut_short=cut_short)

    def delete(self, rospec: RoSpec) -> None:
        """Stop a ROSpec if it runs, and forget it."""
        if rospec.state is State.ACTIVE:
            self.stop(rospec)
        del self.rospecs[rospec.id]

    def _stop(self, rospec: RoSpec, *, preempted_by: int = 0, keeps_rest: bool = False) -> None:
        """Stop; `keeps_rest`: reads beyond the last AISpec's number belong to the next run."""
        cut_short = rospec.run.state is SpecState.RUNNING
        rospec.obey(Order.STOP, self._now_us)
        keeps = keeps_rest and rospec.starts_again()
        self._ended(rospec, preempted_by, keeps_rest=keeps, cut_short=cut_short)

    def _ended(
        self,
        rospec: RoSpec,
        preempted_by: int = 0,
        *,
        keeps_rest: bool = False,
        cut_short: bool,
    ) -> None:
        """Report and tell; an AISpec that its ROSpec's end cut short ends with it."""
        if self._rule.trigger is not ReportTrigger.NONE and not keeps_rest:
            self.flush(rospec)
        if cut_short:
            self._news.spec_ended(rospec.id, rospec.run.spec, self._slots_since())
        self._news.rospec_ended(rospec.id, preempted_by)

    def _slots_since(self) -> Slots | None:
        """What the rounds of the AISpec that runs have come to."""
        now = self._air.slots()
        return now.since(self._slots) if now is not None and self._slots is not None else None

    def advance(self, now_us: int) -> None:
        """Let time go on to `now_us`: start, listen, report, stop."""
        self._now_us = max(self._now_us, now_us - _CATCH_UP_MOST_US)
        while True:
            self._start_due()
            rospec = self.running()
            if rospec is None or self._now_us >= now_us:
                break
            self._listen(rospec, now_us)
        self._now_us = max(self._now_us, now_us)

    def _start_due(self) -> None:
        for rospec in self.rospecs.values():
            if not rospec.wants_start(self._now_us):
                continue
            other = self.running()
            if other is None or other.priority > rospec.priority:
                self.start(rospec)

    def _listen(self, rospec: RoSpec, until_us: int) -> None:
        """One antenna's turn, or as much of it as there is time for."""
        spec = rospec.run.spec
        if spec.survey is not None:
            self._sweep(rospec, spec.survey, until_us)
            self._end_what_is_over(rospec)
            return
        self._hop()
        antenna = self._whose_turn(rospec)
        ends_us = min(until_us, self._turn_ends_us, rospec.ends_us(self._now_us))
        if self._rule.every_us:
            ends_us = min(ends_us, self._report_at_us)
        heard = self._heard(rospec, antenna, ends_us)
        self._now_us = ends_us
        if len(heard):
            self._take_in(heard, rospec)
        self._report_due(rospec)
        if self._now_us >= self._turn_ends_us:
            rospec.run.turn_over()
        self._end_what_is_over(rospec)

    def _take_in(self, heard: Reads, rospec: RoSpec) -> None:
        """Work on the tags that were heard, and gather the reads or report them at once."""
        at_once = self.access.on(
            heard,
            rospec.id,
            usually_at_once=bool(self._settings.access_report_spec.number("AccessReportTrigger")),
        )
        if at_once.any():
            self._report(heard.take(np.flatnonzero(at_once)), rospec)
            heard = heard.take(np.flatnonzero(~at_once))
        self._gathering.add(heard, self._rule)

    def _whose_turn(self, rospec: RoSpec) -> int:
        """The antenna that listens now; turns go round those of the AISpec."""
        if self._now_us >= self._turn_ends_us:
            self._turn += 1
            self._turn_ends_us = self._now_us + self._profile.turn_us
        antennas = rospec.run.spec.antennas
        return antennas[self._turn % len(antennas)]

    def _heard(self, rospec: RoSpec, antenna: int, until_us: int) -> Reads:
        """What the antenna hears until then, of the tags that the filters let take part."""
        if not self._mouth.has_antenna(antenna):
            return NO_READS
        own = rospec.run.spec.configurations
        dwell = Dwell(
            antenna, self._now_us, until_us - self._now_us, *self._settings.asks(antenna, own)
        )
        sighted = self._air.inventory(dwell)
        if not len(sighted):
            rospec.run.heard(0, [], until_us)
            return NO_READS
        offset_us, _ = self._mouth.stamps()
        raw = Reads.of(sighted, self._mouth.told_antenna(antenna), offset_us)
        filters = filters_of((*own, *self._settings.antennas.values()), antenna)
        heard = selected(raw, filters, self._air)
        if self._rule.tells_tid:
            heard = self._air.with_tid(heard)
        tags = heard.epcs() if rospec.run.asks_for_tags else []
        rospec.run.heard(len(heard), tags, until_us)
        return heard

    def _report_due(self, rospec: RoSpec) -> None:
        """Report what fills whole messages, or everything where time says so."""
        if not self._rule.every_us:
            self._report(self._gathering.due(self._rule), rospec)
        elif self._now_us >= self._report_at_us:
            self._report_at_us = self._now_us + self._rule.every_us
            self.flush(rospec)

    def _hop(self) -> None:
        """Tell of the next channel where the reader hops."""
        band = self._profile.band
        channel = self._now_us // band.hop_us % len(band.channels_khz) + 1
        if channel != self._channel and band.hops:
            self._news.hopped(channel)
        self._channel = channel

    def _sweep(self, rospec: RoSpec, survey: Survey, until_us: int) -> None:
        """Listen to the channels until the sweep, the spec or the time that there is ends."""
        self._now_us = min(until_us, self._sweep_ends_us, rospec.ends_us(self._now_us))
        if self._now_us < self._sweep_ends_us:
            return
        self._sweep_ends_us += survey.sweep_us(self._profile.band)
        rospec.run.heard(1, [], self._now_us)
        offset_us, uptime = self._mouth.stamps()
        stamp = part("Uptime" if uptime else "UTCTimestamp", Microseconds=self._now_us + offset_us)
        told = (
            part("ROSpecID", ROSpecID=rospec.id),
            part("SpecIndex", SpecIndex=rospec.run.spec.index),
        )
        self._mouth.reports([sweep_report(survey, self._profile.band, told, stamp)], 1, 0)

    def _end_what_is_over(self, rospec: RoSpec) -> None:
        if rospec.wants_stop(self._now_us):
            self._stop(rospec)
        elif rospec.run.wants_end(self._now_us):
            self._spec_ended(rospec)

    def _spec_ended(self, rospec: RoSpec) -> None:
        spec = rospec.run.spec
        by_tags = self._rule.counts and rospec.run.has_its_tags()
        if self._rule.ends_with_spec and not by_tags:
            self.flush(rospec)
        self._news.spec_ended(rospec.id, spec, self._slots_since())
        loops = rospec.loops
        goes_on = rospec.next_spec(self._now_us)
        if goes_on and rospec.loops != loops:
            self._news.looped(rospec.id, rospec.loops)
        if goes_on:
            self._spec_begins(rospec)
        else:
            self._stop(rospec, keeps_rest=bool(by_tags))

    def flush(self, rospec: RoSpec) -> None:
        """Report everything that was gathered."""
        self._report(self._gathering.all(self._rule), rospec)

    def flush_all(self) -> None:
        """Report everything that was gathered, whoever gathered it (GET_REPORT)."""
        for rospec in self.rospecs.values():
            self.flush(rospec)

    def _report(self, reads: Reads | None, rospec: RoSpec) -> None:
        if reads is None:
            return
        size = self._rule.message_size
        first_id = self._mouth.next_id(-(-len(reads) // size))
        _, uptime = self._mouth.stamps()
        tail = self._mouth.tail()
        content = self._rule.content(rospec.id, rospec.run.spec, uptime=uptime, tail=tail)
        frames = frames_of(reads, self._rule, content, first_id, self.access.results)
        self._mouth.reports(frames, size, len(reads))
