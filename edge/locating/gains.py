"""Following each antenna's gain while tags are located: cables age, doors open, people pass.

An antenna's gain has changed by what it hears more than it should. What it should hear depends on
where the tags are. Many tags tell that themselves: the mean belief of all of them. A few tags do
not: while gains are wrong their beliefs are wrong, too. A few tags that have been about are taken
to have been everywhere alike; that breaks the circle. One rule goes smoothly into the other.

Two witnesses need no belief at all: a place that a person's scan has proved, and a reference tag,
which never moves. Each proof counts as one against the guess from beliefs, which counts as six: so
far is one tag's level in one place from what is usual there, against how far beliefs mislead.
"""

import numpy as np
from numpy.typing import NDArray

from edge.locating.slots import Floats

_MEMORY_S = 120.0
_PRIOR_S = 60.0
"""Tag-seconds for which the calibrated gain is held to be as good as what was heard since."""
_FEW_TAGS = 10.0
_MOST_DB = 6.0
_GUESS = 6.0
_PROOF_MEMORY_S = 4 * 3600.0
_REFERENCE = 12.0
"""What a reference tag counts against proofs: it is the same tag at the same place always."""

Doubles = NDArray[np.float64]


class Gains:
    """Decayed sums over all tags.

    Args:
        expected_db: shape (places, antennas): what each antenna hears from each place.
        root_reads: by antenna: mean root of decayed reads while that was learnt.

    Attributes:
        level_db: by antenna, with one more entry for none: how much louder it hears than learnt.
        root: the same for the root of decayed reads.
    """

    def __init__(self, expected_db: Doubles, root_reads: Doubles) -> None:
        places, antennas = expected_db.shape
        self._expected_db, self._root_reads = expected_db, root_reads
        self._heard = np.zeros((3, antennas))
        """Seconds heard, and over them the sums of levels and of roots of decayed reads."""
        self._proved = np.zeros((2, antennas))
        """How many proofs there were, and the sum of what they said of the gain; both faded."""
        self._reference_db = np.full(antennas, np.nan)
        self._at_s = np.zeros(places)
        self._span_s = 0.0
        self._now_ms: int | None = None
        self.level_db: Floats = np.zeros(antennas + 1, np.float32)
        self.root: Floats = np.zeros(antennas + 1, np.float32)

    def hear(
        self, antenna: NDArray[np.int64], span_s: Floats, level: Floats, root: Floats
    ) -> None:
        """Take in what antennas heard, in columns of any shape.

        Args:
            antenna: number; the number of antennas for nothing heard.
            span_s: how many seconds of a tag each entry stands for.
            level: above offset and the tag's own level, dB.
            root: root of decayed reads.
        """
        n, at, spans = self._heard.shape[1], antenna.ravel(), span_s.ravel()
        for number, weight in enumerate((spans, spans * level.ravel(), spans * root.ravel())):
            self._heard[number] += np.bincount(at, weight, n + 1)[:n]

    def believe(self, place: NDArray[np.int64], span_s: Floats) -> None:
        """Take in where tags are believed to be: seconds of a tag by place."""
        n = len(self._at_s)
        self._at_s += np.bincount(place.ravel(), span_s.ravel(), n + 1)[:n]

    def prove(self, antenna: NDArray[np.int64], off_db: Doubles) -> None:
        """Take in a tag whose place is certain.

        Args:
            antenna: numbers of those that hear it.
            off_db: how much louder than expected from there each does, less what they all share.
        """
        np.add.at(self._proved[0], antenna, 1.0)
        np.add.at(self._proved[1], antenna, off_db)

    def refer(self, off_db: Doubles) -> None:
        """By antenna, how much louder than at first it hears its reference tag; NaN for none."""
        self._reference_db = off_db

    def settle(self, now_ms: int) -> None:
        """Bring the gains up to now and let the sums fade."""
        past_s = 0.0 if self._now_ms is None else max(0, now_ms - self._now_ms) * 1e-3
        self._now_ms = now_ms
        self._span_s = min(self._span_s + past_s, _MEMORY_S)
        fade = np.exp(-past_s / _MEMORY_S)
        self._heard *= fade
        self._at_s *= fade
        self._proved *= np.exp(-past_s / _PROOF_MEMORY_S)
        seconds = float(self._at_s.sum())
        if seconds <= 0.0:
            return
        heard_s, level, root = self._heard
        expected = self._whereabouts(seconds) @ self._expected_db
        level = self._with_proofs((level - expected * heard_s) / (heard_s + _PRIOR_S))
        self.level_db[:-1] = np.clip(level, -_MOST_DB, _MOST_DB)
        self.root[:-1] = (root - self._root_reads * seconds) / (seconds + _PRIOR_S)

    def _with_proofs(self, guess_db: Doubles) -> Doubles:
        """The gains guessed from beliefs, weighed against what is proved."""
        proofs, said_db = self._proved
        referred = _REFERENCE * np.isfinite(self._reference_db)
        reference_db = np.nan_to_num(self._reference_db)
        total_db = _GUESS * guess_db + said_db + referred * reference_db
        weighed: Doubles = total_db / (_GUESS + proofs + referred)
        return weighed

    def _whereabouts(self, seconds: float) -> Doubles:
        """Share of the tags' time at each place: as believed, or more alike the fewer they are."""
        places = len(self._at_s)
        share: Doubles = self._at_s / seconds
        if places < 2:  # noqa: PLR2004 - one place has all of the time
            return share
        been_about = -float((share * np.log(np.maximum(share, 1e-9))).sum()) / np.log(places)
        tags = seconds / max(self._span_s, 1.0)
        alike = _FEW_TAGS / (tags + _FEW_TAGS) * been_about
        mixed: Doubles = share * (1.0 - alike) + alike / places
        return mixed
