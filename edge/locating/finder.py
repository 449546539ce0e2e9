"""The tag finder's scale: how near a wanted tag is, 0 to 100, and how much power to look with.

The scale is made of the loss on the way (transmit power less received level), so that it does not
jump when the power changes, and of the read rate beside, because at the edge of hearing the rate
falls while the level of the reads that succeed does not. A tag that is read seldom, by an antenna
among many, is looked at over a longer time, or it would come and go between its reads. What is
shown changes only by steps that a hand can feel; a tag that is no longer heard fades out. Near the
tag the power is stepped down, one step at a time: at full power everything within a metre is loud,
and the racks around are too.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

FULL = 100
_RATE_SHARE = 0.2
_PAUSES = 3
"""A tag whose reads stay away for so many of its usual pauses is heard no more."""


@dataclass(frozen=True, slots=True)
class FinderSettings:
    """How the finder listens.

    Attributes:
        powers_dbm: transmit power steps, descending; the first is where it begins.
        window_s: reads of this time make the level and the rate; of a tag that is read seldom
            those of its last three pauses, but of no more than `window_s_max`.
        fade_s: an unheard tag's scale falls from full to nothing in this time.
        far_db, near_db: loss on the way there and back at which the scale is 0 and 100.
        full_reads_per_s: rate that counts as full.
        step: what is shown changes by no less than this.
        loud_dbm: above it for `settle_s`, the power goes a step down.
        faint_dbm: below it, or unheard, for `settle_s`, the power goes a step up.
        settle_s: how long a power step is kept at least.
    """

    powers_dbm: tuple[float, ...] = (30.0, 25.0, 20.0, 15.0)
    window_s: float = 0.6
    window_s_max: float = 2.0
    fade_s: float = 2.0
    far_db: float = 104.0
    near_db: float = 56.0
    full_reads_per_s: float = 15.0
    step: int = 4
    loud_dbm: float = -45.0
    faint_dbm: float = -66.0
    settle_s: float = 0.8

    def __post_init__(self) -> None:
        if not self.powers_dbm or list(self.powers_dbm) != sorted(self.powers_dbm, reverse=True):
            raise ValueError("finder: powers_dbm must be descending and name at least one power")
        if self.window_s > self.window_s_max:
            raise ValueError("finder: window_s must not be above window_s_max")
        if self.loud_dbm <= self.faint_dbm or self.far_db <= self.near_db:
            raise ValueError("finder: loud must lie above faint, far above near")


DEFAULTS = FinderSettings()


@dataclass(frozen=True, slots=True)
class Found:
    """What the finder shows.

    Attributes:
        scale: 0 not heard or far, 100 at hand.
        reads_per_s: lately.
        rssi_dbm: mean level lately; None where nothing was heard, or no level told.
        power_dbm: with which to look from now on.
    """

    scale: int
    reads_per_s: float
    rssi_dbm: float | None
    power_dbm: float


class TagFinder:
    """Looks for one tag; asked for its scale a few times a second.

    Args:
        settings: how it listens.
    """

    def __init__(self, settings: FinderSettings = DEFAULTS) -> None:
        self._settings = settings
        self._reads: deque[tuple[int, float, float]] = deque(maxlen=1000)
        self._power = 0
        self._power_since_us: int | None = None
        self._shown = 0
        self._nearness = 0.0
        self._looked_us: int | None = None

    @property
    def power_dbm(self) -> float:
        """With which to look now."""
        return self._settings.powers_dbm[self._power]

    def heard(self, seen_us: Sequence[int], rssi_dbm: Sequence[float]) -> None:
        """Reads of the wanted tag, made with the present power; NaN where no level was told."""
        for at_us, level in zip(seen_us, rssi_dbm, strict=True):
            self._reads.append((at_us, level, self.power_dbm - level))

    def look(self, now_us: int) -> Found:
        """What to show now, and the power from now on."""
        window_s = self._window_s()
        begin_us = now_us - int(window_s * 1e6)
        lately = [one for one in self._reads if begin_us < one[0] <= now_us]
        rate = len(lately) / window_s
        told = [one for one in lately if isfinite(one[1])]
        level = sum(one[1] for one in told) / len(told) if told else None
        loss = sum(one[2] for one in told) / len(told) if told else None
        self._move(self._target(loss, rate), now_us)
        self._step_power(level, now_us, is_heard=bool(lately))
        return Found(self._shown, rate, level, self.power_dbm)

    def _window_s(self) -> float:
        """Three pauses between the latest reads, within its bounds."""
        latest_us = sorted(
            self._reads[-1 - at][0] for at in range(min(_PAUSES + 1, len(self._reads)))
        )
        paused_s = (latest_us[-1] - latest_us[0]) / 1e6 if latest_us else 0.0
        return min(max(paused_s, self._settings.window_s), self._settings.window_s_max)

    def _target(self, loss_db: float | None, rate: float) -> float | None:
        if not rate:
            return None
        settings = self._settings
        often = min(rate / settings.full_reads_per_s, 1.0)
        if loss_db is None:  # a reader that tells no level: how often it hears the tag must do
            return FULL * often
        strength = (settings.far_db - loss_db) / (settings.far_db - settings.near_db)
        return FULL * ((1.0 - _RATE_SHARE) * min(max(strength, 0.0), 1.0) + _RATE_SHARE * often)

    def _move(self, target: float | None, now_us: int) -> None:
        """Follow the reads at once, fade without them; show steps that a hand can feel."""
        past_s = 0.0 if self._looked_us is None else max(0, now_us - self._looked_us) / 1e6
        self._looked_us = now_us
        if target is None:
            target = max(0.0, self._nearness - FULL * past_s / self._settings.fade_s)
        self._nearness = target
        is_at_an_end = round(target) in {0, FULL}
        if is_at_an_end or abs(target - self._shown) >= self._settings.step:
            self._shown = round(target)

    def _step_power(self, level_dbm: float | None, now_us: int, *, is_heard: bool) -> None:
        if self._power_since_us is None:
            self._power_since_us = now_us
        if now_us - self._power_since_us < self._settings.settle_s * 1e6:
            return
        step = 0
        if level_dbm is None:
            step = 0 if is_heard else -1
        elif level_dbm < self._settings.faint_dbm:
            step = -1
        elif level_dbm > self._settings.loud_dbm:
            step = 1
        power = min(max(self._power + step, 0), len(self._settings.powers_dbm) - 1)
        if power != self._power:
            self._power, self._power_since_us = power, now_us
