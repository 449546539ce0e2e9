"""What stands between an antenna and a tag, as pure functions of arrays and of a seed.

The antenna's pattern, a second way over a floor or a rack, metal behind the tag, people who walk
past, things that are moved around. The second way adds to the first as waves do: that fades from
channel to channel, and it lets an antenna hear a stray now and then that it does not look at.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulators.radio import settled_normal, settled_uniform

_EXPONENT = 4.06
"""A patch antenna's beam: 65 degrees wide where half of its power is left."""
_BACK_DB = -18.0
"""Behind itself a patch antenna hears this much of what it hears before itself."""
_METAL_SHARE, _METAL_DB = 0.08, -9.0
"""Tags on tins, on foil or on bottles, and what that costs there and back."""
_STEP_US = 20_000_000
"""Between two settled values of what lies and stands around."""
_SLOW_DB = 1.5
_PERSON_US, _PERSON_SHARE, _PERSON_DB = 4_000_000, 0.06, -12.0
"""How long somebody stands in a beam, how often, and what a body costs there and back."""
_LONGER_M, _REFLECTED_DB = (1.0, 16.0), (-12.0, 0.0)
"""How much longer the second way is, and what it loses at a rack of steel, one way."""
_SCATTER = 0.04
"""Amplitude of what moving things send back, against the way that stays (Rice, K of 25 dB)."""


def pattern_db(cosine: ArrayLike) -> NDArray[np.float64]:
    """What the antenna hears under an angle, one way, against straight ahead.

    Args:
        cosine: of the angle off its axis.
    """
    ahead = np.maximum(np.asarray(cosine, np.float64), 1e-3)
    return np.maximum(10.0 * _EXPONENT * np.log10(ahead), _BACK_DB)


def metal_db(seed: int, tag: ArrayLike) -> NDArray[np.float64]:
    """What metal or liquid behind a tag takes, there and back; most tags have none."""
    return np.where(settled_uniform(31, seed, tag) < _METAL_SHARE, _METAL_DB, 0.0)


def slow_db(seed: int, tag: ArrayLike, antenna: int, at_us: int) -> NDArray[np.float64]:
    """What things moved around take or add by now; it drifts within some tens of seconds."""
    step, rest_us = divmod(at_us, _STEP_US)
    share = rest_us / _STEP_US
    before, after = (settled_normal(32, seed, tag, antenna, step + n) for n in (0, 1))
    drifted = before * (1.0 - share) + after * share
    return np.asarray(_SLOW_DB * drifted / np.hypot(1.0 - share, share))


def body_db(seed: int, antenna: int, at_us: int) -> float:
    """What a person in the beam takes there and back; 0 while nobody stands there."""
    stands = settled_uniform(33, seed, antenna, at_us // _PERSON_US) < _PERSON_SHARE
    return _PERSON_DB if stands else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """The direct and the second way between an antenna and tags.

    Attributes:
        direct_m: length of the direct way.
        direct: its amplitude one way, 1 straight ahead.
        second_m: length of the second way.
        second: its amplitude one way, after the longer distance.
    """

    direct_m: NDArray[np.float64]
    direct: NDArray[np.float64]
    second_m: NDArray[np.float64]
    second: NDArray[np.float64]

    @classmethod
    def of(
        cls, seed: int, antenna: int, distance_m: NDArray[np.float64], cosine: NDArray[np.float64]
    ) -> "Ways":
        """Those of all tags of one antenna, settled by the seed.

        Args:
            seed: settles where the second way turns.
            antenna: which.
            distance_m: from it to each tag.
            cosine: of each tag's angle off its axis.
        """
        tag = np.arange(len(distance_m))
        longer, lost = (settled_uniform(n, seed, tag, antenna) for n in (34, 35))
        second_m = distance_m + _LONGER_M[0] + (_LONGER_M[1] - _LONGER_M[0]) * longer
        reflected_db = _REFLECTED_DB[0] + (_REFLECTED_DB[1] - _REFLECTED_DB[0]) * lost
        return cls(
            direct_m=distance_m,
            direct=10.0 ** (pattern_db(cosine) / 20.0),
            second_m=second_m,
            second=10.0 ** (reflected_db / 20.0) * distance_m / second_m,
        )

    def mean_db(self) -> NDArray[np.float64]:
        """Gain there and back over all channels."""
        return np.asarray(20.0 * np.log10(self.direct**2 + self.second**2))

    def heard(self, tag: ArrayLike, wavelength_m: ArrayLike) -> NDArray[np.complex128]:
        """Both ways there and back: its square is the gain, its angle the phase.

        Args:
            tag: places in what `of` was given.
            wavelength_m: of each; broadcasts with `tag`.
        """
        row = np.asarray(tag, np.int64)
        turn = -2j * np.pi / np.asarray(wavelength_m)
        direct = self.direct[row] * np.exp(turn * self.direct_m[row])
        second = self.second[row] * np.exp(turn * self.second_m[row])
        return np.asarray((direct + second) ** 2)


def scattered(noise: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Fast fading from one read to the next: a factor on what is heard.

    Args:
        noise: standard normal numbers, shape (2, n).
    """
    return np.asarray(1.0 + _SCATTER * (noise[0] + 1j * noise[1]))
