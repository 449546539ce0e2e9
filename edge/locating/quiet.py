"""When a pack station has heard all that there is to hear: what its verdict waits for.

Quiet is a span of time in which no tag was new among those that may lie in the box; what surely
lies beside it counts nothing. A tag that was heard in a single round only is waited for a little
longer, for one read is easily a passing one, and the locator does not believe it either. Nobody
waits for ever: at a station that new tags pass all the time the packer is let go on after
`outwait_ms`, and is not held again with the same tote.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edge.model.boxes import BoxQuiet
from edge.model.ids import LocationId
from edge.model.work import PackSession


@dataclass(slots=True)
class _Wait:
    """What is known of an open check; times are of this process, so that no set clock counts.

    Attributes:
        opened_us, since_us: as the check says.
        begun_ms: when it was first seen to listen so.
        quiet_ms: when it was told to be quiet; None while it is not.
        is_over: it was waited for long enough.
    """

    opened_us: int
    since_us: int
    begun_ms: int
    quiet_ms: int | None = None
    is_over: bool = False


class QuietWatch:
    """Says of each open check when it is quiet around it.

    Args:
        quiet_ms: without a new tag.
        outwait_ms: so long a packer waits at most.
    """

    def __init__(self, quiet_ms: int, outwait_ms: int) -> None:
        self._quiet_ms = quiet_ms
        self._outwait_ms = outwait_ms
        self._waits: dict[LocationId, _Wait] = {}

    def turn(
        self,
        now_ms: int,
        packs: Mapping[LocationId, PackSession],
        heard_ms: Callable[[LocationId], int],
    ) -> list[BoxQuiet]:
        """What is to be told of the open checks.

        Args:
            now_ms: of the gateway's clock as if it had never been set.
            packs: the open checks.
            heard_ms: when a station last heard something new in its box; in the future where it
                waits for more.
        """
        for station in [one for one in self._waits if one not in packs]:
            del self._waits[station]
        found = (self._looked(pack, now_ms, heard_ms(station)) for station, pack in packs.items())
        return [one for one in found if one is not None]

    def _looked(self, pack: PackSession, now_ms: int, heard_ms: int) -> BoxQuiet | None:
        wait = self._wait_of(pack, now_ms)
        if wait.since_us == 0:
            again = wait.quiet_ms is not None and heard_ms > wait.quiet_ms and not wait.is_over
            return BoxQuiet(pack.station, 0, quiet=False) if again else None
        wait.is_over |= now_ms - wait.begun_ms >= self._outwait_ms
        if now_ms - max(heard_ms, wait.begun_ms) < self._quiet_ms and not wait.is_over:
            return None
        wait.quiet_ms = now_ms
        return BoxQuiet(pack.station, wait.since_us, quiet=True, outwaited=wait.is_over)

    def _wait_of(self, pack: PackSession, now_ms: int) -> _Wait:
        """What is known of a check; one that listens anew has all its time again."""
        known = self._waits.get(pack.station)
        if known is None or known.opened_us != pack.opened_us:
            known = _Wait(pack.opened_us, pack.listening_since_us, now_ms)
        elif known.since_us != pack.listening_since_us:
            is_new = pack.listening_since_us != 0
            known.since_us = pack.listening_since_us
            known.begun_ms = now_ms if is_new else known.begun_ms
        self._waits[pack.station] = known
        return known
