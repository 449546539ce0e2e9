"""Whether a tag lies still or is carried, told from the phase in which its answers come back.

A tag that lies still comes back in the same phase whenever the same antenna hears it on the same
channel, also when the reader has hopped once round all channels; one that is carried turns by a
radian with a few centimetres. So each phase is compared with the last one of the same tag, antenna
and channel. Readers that may be off by half a turn (Miller modes) are why all angles are doubled.
Nothing is calibrated for it, and the order of the channels need not be known.

A pair `dt` seconds apart whose doubled phases differ by `d` says `ln f(d; e^(-dt / 0.08 s)) -
ln f(d; 0.85 e^(-dt / 40 s))` for "carried": f is the wrapped Cauchy density, which has the heavy
tails that recorded resting tags have (people walk by, and reflections change). What pairs say of a
tag is added up and fades. Two phases that are the same to the last bit say nothing: measured ones
scatter by tens of steps, and a reader or a file that has none may tell the same number for ever.

What is remembered lies in two tables of fixed size, whatever the number of tags: phases by tag,
antenna and channel, and what they say by tag. An entry is given away when it is too old to tell
anything; so where more tags are read than fit, the ones that are in are followed, and nothing is
known of the others.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.epcs import Rows
from edge.locating.slots import Floats, Ints, News, Ports, Reads, Turned

_PHASES_LOG2, _TAGS_LOG2 = 16, 14
_PHASE = np.dtype([("check", "<u2"), ("turn", "<u2"), ("seen_ms", "<i4")])
_SUMS = ("log_odds", "lately", "moved", "rooted")
_TIMES = ("row", "at_ms", "vouched_ms")
_TAG = np.dtype([*((name, "<i4") for name in _TIMES), *((name, "<f4") for name in _SUMS)])
_NOBODY = -1
_REMEMBERED_MS = 30_000
"""Three times round fifty channels; older phases hardly tell."""
_STANDS, _STANDS_MS = np.float32(0.85), np.float32(40_000.0)
_TURNS_MS = np.float32(80.0)
"""Resultants of the doubled change of phase at rest and while carried, as recorded: 0.85 at once
and 0.65 after ten seconds; 0.8 after 0.02 s and 0.2 after 0.12 s."""
_FADES_MS, _HOLDS_MS = np.float32(3_000.0), np.float32(1_000.0)
"""How fast what pairs said fades: for what is told, and for holding a tag. A pair vouches for the
tag until its later read and no further, so only what was heard about then may be excused by it."""
_SLACK_MS = 300
"""Nobody carries a tag elsewhere in less. Phases that stand since it was put down say nothing of
where it was before: only those that reach back to when it was vouched for count for holding it."""
_HOLDS_FROM = np.float32(2.0)
"""Nats. Of a tag that is read once a second, one that was carried meanwhile may have missed no
read: what stands then, may stand elsewhere."""
_MOST = np.float32(5.0)
"""What all pairs of a tag may say together, nats."""
_ROOTED_MOST, _ROOTS_PER_S, _UPROOTS_PER_S = np.float32(6.0), np.float32(2.0), np.float32(-1.0)
_ROOT_S_MAX = np.float32(1.0)
_MOVED = np.float32(1.5)
"""How a tag takes root where it lies still and what is heard speaks for that place, and how it
loses that while what is heard speaks for another. At once it loses it by what phases said for
"carried" and nothing has made up for yet (Page's sum): one that was moved between two reads must
not be held back, though its phase stands from then on."""
_STEPS = np.float32(65_536.0 / np.pi)
"""Steps of the doubled phase in a radian of the phase."""
_STEP_RAD = np.float32(2.0 * np.pi / 65_536.0)
_ANGLE_MOST = 100.0
"""A phase is below 2 pi; what is far beyond is none."""
_MIXES = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, eq=False)
class Motions:
    """What phases say of m tags.

    Attributes:
        log_odds: shape (m,), carried against lying still, nats; 0 where nothing is known.
        held: shape (m,), 0 to 1, how far levels that speak against the place where a tag lies are
            to be left out, because it has lain still there all along.
        entries: of those tags that are followed, see `Phases`.
        followed: which of the m these are.
    """

    log_odds: Floats
    held: Floats
    entries: Rows
    followed: Rows


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Phases compared with those before them.

    Attributes:
        rows: of their tags.
        nats: what each says for "carried" against "lies still".
        since_ms: when the earlier phase was told.
    """

    rows: Rows
    nats: Floats
    since_ms: Ints


class Phases:
    """Follows the tags of one floor; holds nothing until a reader tells phases."""

    def __init__(self) -> None:
        self._phases = np.zeros(0, _PHASE)
        self._tags = np.zeros(0, _TAG)
        self._at = np.zeros(0, np.int32)
        """By entry of a tag, where it stands among the tags of the present turn."""

    @property
    def nbytes(self) -> int:
        """Bytes held: none, or a little over a MiB."""
        return self._phases.nbytes + self._tags.nbytes + self._at.nbytes

    def hear(self, reads: Reads, turned: Turned, news: News) -> Motions | None:
        """Compare the phases of a turn; None as long as no reader tells any.

        Args:
            reads: of one turn.
            turned: their phases.
            news: the tags that they are of, rows ascending.
        """
        pairs = self._compared(reads, turned)
        if not len(self._tags):
            return None
        entry = news.rows & (len(self._tags) - 1)
        said = self._said(pairs, news.rows, entry)
        followed = (self._tags["row"].take(entry) == news.rows).nonzero()[0]
        entry = entry.take(followed)
        every = np.zeros((2, len(news.rows)), np.float32)
        if len(followed):
            of_each = None if said is None else said.take(followed, axis=1)
            every[:, followed] = self._weigh(entry, news.at_ms.take(followed), of_each)
        return Motions(every[0], every[1], entry, followed)

    def root(self, motions: Motions, agrees: NDArray[np.bool_], news: News) -> None:
        """Take in what the levels of the same tags said.

        Args:
            motions: what was told of them.
            agrees: shape (m,), whether they spoke for the place where the tag is announced.
            news: the tags.
        """
        tags, which = self._tags.take(motions.entries), motions.followed
        agree, since_s = agrees.take(which), news.since_s.take(which)
        anew = agree & (tags["rooted"] <= 0.0)
        tags["vouched_ms"][anew] = news.at_ms.take(which)[anew]
        still = agree & (tags["lately"] < 0.0)
        roots = _ROOTS_PER_S * np.minimum(since_s, _ROOT_S_MAX)
        grown = np.where(still, roots, _UPROOTS_PER_S * since_s)
        tags["rooted"] = np.clip(tags["rooted"] + grown, 0.0, _ROOTED_MOST)
        self._tags[motions.entries] = tags

    def log_odds(self, row: int, now_ms: int) -> float:
        """Of one tag by now, carried against lying still; 0 where nothing is known."""
        if not len(self._tags):
            return 0.0
        tag = self._tags[row & (len(self._tags) - 1)]
        if tag["row"] != row:
            return 0.0
        past_ms = max(0, now_ms - int(tag["at_ms"]))
        return float(tag["log_odds"]) * math.exp(-past_ms / float(_FADES_MS))

    def shift_times(self, by_ms: int) -> None:
        """The table's zero moves forward."""
        for times in (self._phases["seen_ms"], self._tags["at_ms"], self._tags["vouched_ms"]):
            times[:] = np.maximum(times.astype(np.int64) - by_ms, -_REMEMBERED_MS)

    def _said(self, pairs: _Pairs | None, rows: Rows, entry: Rows) -> Floats | None:
        """What the pairs of each tag of the turn say together; None where there are none.

        Returns:
            Shape (2, m): of all, and of those that begin while the tag is vouched for.
        """
        if pairs is None or not len(pairs.rows):
            return None
        self._at[entry] = np.arange(len(entry), dtype=np.int32)
        own = pairs.rows & (len(self._tags) - 1)
        at = self._at.take(own)
        mine = rows.take(at, mode="clip") == pairs.rows
        at, nats, own = at[mine], pairs.nats[mine], own[mine]
        bridges = pairs.since_ms[mine] <= self._tags["vouched_ms"].take(own) + _SLACK_MS
        said = [np.bincount(at, one, len(rows)) for one in (nats, nats * bridges)]
        return np.array(said, np.float32)

    def _followed(self, reads: Reads, some: Rows) -> Rows:
        """Those of some reads whose tag has an entry; it may have taken one that told nothing."""
        rows = reads.rows.take(some)
        entry = rows & (len(self._tags) - 1)
        own = self._tags["row"].take(entry) == rows
        if own.all():
            return some
        seen_ms = reads.seen_ms.take(some)
        free = ~own & (seen_ms - self._tags["at_ms"].take(entry) > _REMEMBERED_MS)
        if free.any():
            new = np.zeros(int(free.sum()), _TAG)
            new["row"], new["at_ms"] = rows[free], seen_ms[free]
            self._tags[entry[free]] = new
            own = self._tags["row"].take(entry) == rows
        followed: Rows = some[own]
        return followed

    def _weigh(self, entry: Rows, at_ms: Ints, said: Floats | None) -> Floats:
        """Log-odds and holds of followed tags, once something more was said of them."""
        tags = self._tags.take(entry)
        past_ms = np.maximum(at_ms - tags["at_ms"], 0).astype(np.float32)
        log_odds = tags["log_odds"] * np.exp(past_ms / -_FADES_MS)
        lately = tags["lately"] * np.exp(past_ms / -_HOLDS_MS)
        rooted = tags["rooted"]
        if said is not None:
            log_odds = np.clip(log_odds + said[0], -_MOST, _MOST)
            lately = np.clip(lately + said[1], -_MOST, _MOST)
            moved = np.clip(tags["moved"] + said[1], 0.0, _MOST)
            rooted = np.maximum(np.minimum(rooted, _ROOTED_MOST * (1.0 - moved / _MOVED)), 0.0)
            for name, sums in zip(_SUMS, (log_odds, lately, moved, rooted), strict=True):
                tags[name] = sums
            tags["at_ms"] = at_ms
            tags["vouched_ms"] = np.where(said[1] < 0.0, at_ms, tags["vouched_ms"])
            new = said[0] != 0.0
            self._tags[entry[new]] = tags[new]
        held = np.tanh(np.maximum(-lately - _HOLDS_FROM, np.float32(0.0)))
        held *= -np.expm1(-rooted)
        held *= 0.0 if said is None else said[1] < 0.0
        weighed: Floats = np.stack([log_odds, held])
        return weighed

    def _compared(self, reads: Reads, turned: Turned) -> _Pairs | None:
        """The phases of a turn against those before them, which they take the place of."""
        phase_rad, channel = turned.phase_rad, turned.channel
        some = ((np.abs(phase_rad) <= _ANGLE_MOST) & (channel != 0)).nonzero()[0]
        if not len(some):
            return None
        if not len(self._phases):
            self._make_room()
        some = self._followed(reads, some)
        if not len(some):
            return None
        mixed = _mixed(reads, channel, some)
        entry = (mixed >> np.uint64(64 - _PHASES_LOG2)).astype(np.uint16)
        order = entry.argsort(kind="stable")  # of 16 bits: by counting, not by comparing
        some, entries = some.take(order), entry.take(order).astype(np.int64)
        now = np.empty(len(order), _PHASE)
        now["check"] = (mixed >> np.uint64(48 - _PHASES_LOG2)).astype(np.uint16).take(order)
        now["seen_ms"] = reads.seen_ms.take(some)
        now["turn"] = (phase_rad.take(some) * _STEPS).astype(np.int64) & 0xFFFF
        begins = np.empty(len(order), np.bool_)
        begins[0] = True
        np.not_equal(entries[1:], entries[:-1], out=begins[1:])
        before = np.empty(len(order), _PHASE)
        before[1:] = now[:-1]
        before[begins] = self._phases.take(entries[begins])
        self._keep(entries, now, begins)
        span_ms = now["seen_ms"] - before["seen_ms"]
        pair = (now["check"] == before["check"]) & (span_ms > 0) & (span_ms <= _REMEMBERED_MS)
        pair &= now["turn"] != before["turn"]
        at = pair.nonzero()[0]
        changed = (now["turn"][at] - before["turn"][at]).astype(np.float32) * _STEP_RAD
        nats = _says(changed, span_ms[at].astype(np.float32))
        return _Pairs(reads.rows.take(some.take(at)), nats, before["seen_ms"][at])

    def _keep(self, entry: Rows, now: NDArray[np.void], begins: NDArray[np.bool_]) -> None:
        """The last phase of each entry, where that has room for it."""
        last = np.append(begins[1:], True).nonzero()[0]
        entry, now = entry[last], now[last]
        held = self._phases.take(entry)
        past_ms = now["seen_ms"] - held["seen_ms"]
        same = (held["check"] == now["check"]) & (past_ms >= 0)
        put = same | (np.abs(past_ms) > _REMEMBERED_MS)
        self._phases[entry[put]] = now[put]

    def _make_room(self) -> None:
        self._phases = np.zeros(1 << _PHASES_LOG2, _PHASE)
        self._tags = np.zeros(1 << _TAGS_LOG2, _TAG)
        self._tags["row"] = _NOBODY
        self._phases["seen_ms"] = self._tags["at_ms"] = -_REMEMBERED_MS
        self._at = np.zeros(1 << _TAGS_LOG2, np.int32)


def _mixed(reads: Reads, channel: Ports, some: Rows) -> NDArray[np.uint64]:
    """A number for tag, antenna and channel of these reads, its high bits well mixed."""
    mixed = reads.rows.take(some).astype(np.uint64) << np.uint64(32)
    mixed |= reads.antenna.take(some).astype(np.uint64) << np.uint64(16)
    mixed |= channel.take(some)
    mixed *= _MIXES
    return mixed


def _says(turned_rad: Floats, span_ms: Floats) -> Floats:
    """What changes of the doubled phase in such times say for "carried", nats."""
    cosine = np.cos(turned_rad)
    still = _STANDS * np.exp(span_ms / -_STANDS_MS)
    carried = np.minimum(np.exp(span_ms / -_TURNS_MS), still)  # no step is made in a hundredth
    nats: Floats = _log_density(cosine, carried) - _log_density(cosine, still)
    return nats


def _log_density(cosine: Floats, resultant: Floats) -> Floats:
    """Of the wrapped Cauchy distribution around 0, but for a constant."""
    square = resultant * resultant
    one = np.float32(1.0)
    return np.log((one - square) / (one + square - np.float32(2.0) * resultant * cosine))
