"""The part of a reader that reads: its specs, which one runs, antenna after antenna.

One ROSpec runs at a time. A start trigger that fires while another runs waits, unless its ROSpec
has the better (lower) priority: then the one that runs is pre-empted and becomes inactive. Time is
handed in; between two calls of `advance` the antennas take turns of `TURN_US` each.
"""

from simulators.air import Dwell
from simulators.llrp.access import AccessSpec
from simulators.llrp.gathering import AccessResult, Gathering, Rule, frames_of, message_size
from simulators.llrp.mouth import Mouth
from simulators.llrp.parts import part
from simulators.llrp.profile import Profile
from simulators.llrp.reports import Content, Reads
from simulators.llrp.rospec import Order, RefusedError, ReportTrigger, RoSpec, State
from simulators.llrp.select import filters_of, selected
from simulators.llrp.settings import EventKind, Settings
from simulators.llrp.survey import Survey, sweep_report
from simulators.llrp.written_air import WrittenAir

TURN_US = 40_000
"""One antenna's turn; real readers stay 20 ms to some 100 ms."""
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
        self._now_us = now_us
        self._turn_ends_us = now_us
        self._turn = -1
        self._gathering = Gathering()
        self._rule = Rule.of(settings.report_spec)
        self.rospecs: dict[int, RoSpec] = {}
        self.accessspecs: dict[int, AccessSpec] = {}
        self._results: dict[int, AccessResult] = {}
        self._accesses = 0
        self._sweep_ends_us = now_us
        self._channel = 0

    def running(self) -> RoSpec | None:
        """The ROSpec that is active."""
        return next((one for one in self.rospecs.values() if one.state is State.ACTIVE), None)

    def reset(self) -> None:
        """Lose every spec and every read that was not reported."""
        self.rospecs.clear()
        self.accessspecs.clear()
        self._gathering = Gathering()
        self._results.clear()

    def enable(self, rospec: RoSpec) -> None:
        """Enable a ROSpec now; its start trigger counts from here.

        Raises:
            RefusedError: it is enabled already.
        """
        rospec.obey(Order.ENABLE, self._now_us)

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
        self._rospec_event(0, rospec.id)
        self._spec_begins(rospec)

    def input_changed(self, port: int, *, high: bool) -> None:
        """An input that is listened to changed its level now."""
        for rospec in tuple(self.rospecs.values()):
            rospec.input_changed(port, high=high, now_us=self._now_us)
            if rospec.state is State.ACTIVE and rospec.wants_stop(self._now_us):
                self._stop(rospec)

    def _take_rule(self, rospec: RoSpec) -> None:
        spec = rospec.report_spec or self._settings.report_spec
        self._rule = Rule.of(spec, rospec.current().stop_tags)

    def _spec_begins(self, rospec: RoSpec) -> None:
        self._take_rule(rospec)
        spec = rospec.current()
        if spec.survey is not None:
            self._sweep_ends_us = self._now_us + spec.survey.sweep_us(self._profile.band)
            self._survey_event(0, rospec.id, spec.index)

    def _survey_event(self, event: int, rospec_id: int, index: int) -> None:
        told = part("RFSurveyEvent", EventType=event, ROSpecID=rospec_id, SpecIndex=index)
        self._mouth.event(EventKind.RF_SURVEY, told)

    def stop(self, rospec: RoSpec, order: Order = Order.STOP) -> None:
        """Stop or disable a ROSpec now; what it has gathered is reported.

        Raises:
            RefusedError: its state does not allow it.
        """
        was_active = rospec.state is State.ACTIVE
        rospec.obey(order, self._now_us)
        if was_active:
            self._ended(rospec)

    def delete(self, rospec: RoSpec) -> None:
        """Stop a ROSpec if it runs, and forget it."""
        if rospec.state is State.ACTIVE:
            self.stop(rospec)
        del self.rospecs[rospec.id]

    def _stop(self, rospec: RoSpec, *, preempted_by: int = 0, keeps_rest: bool = False) -> None:
        """Stop; `keeps_rest`: reads beyond the last AISpec's number belong to the next run."""
        rospec.obey(Order.STOP, self._now_us)
        self._ended(rospec, preempted_by, keeps_rest=keeps_rest and rospec.starts_again())

    def _ended(self, rospec: RoSpec, preempted_by: int = 0, *, keeps_rest: bool = False) -> None:
        if self._rule.trigger is not ReportTrigger.NONE and not keeps_rest:
            self.flush(rospec)
        self._rospec_event(2 if preempted_by else 1, rospec.id, preempted_by)

    def _rospec_event(self, event: int, rospec_id: int, preempted_by: int = 0) -> None:
        told = part(
            "ROSpecEvent",
            EventType=event,
            ROSpecID=rospec_id,
            PreemptingROSpecID=preempted_by,
        )
        self._mouth.event(EventKind.ROSPEC, told)

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
        spec = rospec.current()
        if spec.survey is not None:
            self._sweep(rospec, spec.survey, until_us)
            self._end_what_is_over(rospec)
            return
        if self._now_us >= self._turn_ends_us:
            self._turn += 1
            self._turn_ends_us = self._now_us + TURN_US
        self._hop()
        antenna = spec.antennas[self._turn % len(spec.antennas)]
        ends_us = min(until_us, self._turn_ends_us, rospec.ends_us(self._now_us))
        power_dbm = self._settings.power_dbm(antenna, spec.configurations)
        query = self._settings.query(antenna, spec.configurations)
        dwell = Dwell(antenna, self._now_us, ends_us - self._now_us, power_dbm, query)
        if self._mouth.has_antenna(antenna):
            offset_us, _ = self._mouth.stamps()
            told = self._mouth.told_antenna(antenna)
            filters = filters_of(
                (*spec.configurations, *self._settings.antennas.values()), antenna
            )
            raw = Reads.of(self._air.inventory(dwell), told, offset_us)
            heard = selected(raw, filters, self._air)
            self._access(heard, rospec)
            rospec.heard(len(heard))
            self._gathering.add(heard, self._rule)
        self._now_us = ends_us
        self._report(self._gathering.due(self._rule), rospec)
        self._end_what_is_over(rospec)

    def _hop(self) -> None:
        """Tell of the next channel where the reader hops."""
        channel = int(self._profile.band.channel_at(self._now_us))
        if channel != self._channel and self._profile.band.hops:
            told = part("HoppingEvent", HopTableID=1, NextChannelIndex=channel)
            self._mouth.event(EventKind.HOPPING, told)
        self._channel = channel

    def _sweep(self, rospec: RoSpec, survey: Survey, until_us: int) -> None:
        """Listen to the channels until the sweep, the spec or the time that there is ends."""
        self._now_us = min(until_us, self._sweep_ends_us, rospec.ends_us(self._now_us))
        if self._now_us < self._sweep_ends_us:
            return
        self._sweep_ends_us += survey.sweep_us(self._profile.band)
        rospec.heard(1)
        offset_us, uptime = self._mouth.stamps()
        stamp = part("Uptime" if uptime else "UTCTimestamp", Microseconds=self._now_us + offset_us)
        told = (
            part("ROSpecID", ROSpecID=rospec.id),
            part("SpecIndex", SpecIndex=rospec.current().index),
        )
        self._mouth.reports([sweep_report(survey, self._profile.band, told, stamp)], 1, 0)

    def _end_what_is_over(self, rospec: RoSpec) -> None:
        if rospec.wants_stop(self._now_us):
            self._stop(rospec)
        elif rospec.spec_over(self._now_us):
            self._spec_ended(rospec)

    def _access(self, heard: Reads, rospec: RoSpec) -> None:
        """Let the AccessSpecs do their work on the tags that were just read."""
        if not any(one.covers(rospec.id) for one in self.accessspecs.values()):
            return
        tags = {key: self._air.tag(key) for key in set(heard.keys())}
        for row, key in enumerate(heard.keys()):
            antenna = int(heard.antenna[row])
            for spec in self.accessspecs.values():
                if not spec.covers(rospec.id) or not spec.listens_on(antenna):
                    continue
                results = spec.results(tags[key])
                if results:
                    self._accesses += 1
                    spec_id = spec.spec.number("AccessSpecID")
                    self._results[self._accesses] = AccessResult(spec_id, results)
                    heard.access[row] = self._accesses
                    break
        for key in tags:
            self._air.written(key)

    def _spec_ended(self, rospec: RoSpec) -> None:
        spec = rospec.current()
        by_tags = spec.stop_tags and rospec.has_its_tags()
        if self._rule.trigger is ReportTrigger.TAGS_OR_END_OF_AISPEC and not by_tags:
            self.flush(rospec)
        if spec.survey is not None:
            self._survey_event(1, rospec.id, spec.index)
        else:
            told = part("AISpecEvent", EventType=0, ROSpecID=rospec.id, SpecIndex=spec.index)
            self._mouth.event(EventKind.AISPEC, told)
        if rospec.next_spec(self._now_us):
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

    def _content(self, rospec: RoSpec) -> Content:
        _, uptime = self._mouth.stamps()
        return self._rule.content(rospec, rospec.current(), uptime=uptime, tail=self._mouth.tail())

    def _report(self, reads: Reads | None, rospec: RoSpec) -> None:
        if reads is None:
            return
        size = message_size(self._rule)
        first_id = self._mouth.next_id(-(-len(reads) // size))
        frames = frames_of(reads, self._rule, self._content(rospec), first_id, self._results)
        self._mouth.reports(frames, size, len(reads))
