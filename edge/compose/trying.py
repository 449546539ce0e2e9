"""Trying a reader that nobody has configured: who it is and what it reads, for a few seconds."""

import threading
from dataclasses import dataclass
from math import isnan

from drivers.driver import DeviceDown, DeviceEvent, DeviceUp, Scan
from drivers.llrp.reader import LlrpWire
from drivers.llrp.settings import LlrpSettings
from drivers.reads import ReadBatch
from edge.clock import Clock
from edge.compose.core import seeded
from edge.model.sentences import recognised, sentence

ANSWER_S_MAX = 4.0
LISTEN_S = 2.0
"""Together, and with the farewell, within the eight seconds that a page waits for an answer."""
TAGS_SHOWN = 50


@dataclass(slots=True)
class _Heard:
    """One tag at one antenna: how often, and how loud at best."""

    count: int = 0
    rssi_dbm: float | None = None


class _Ears:
    """A listener that counts; `decided` is set when it is known whether the reader answers."""

    def __init__(self) -> None:
        self.decided = threading.Event()
        self.lost = threading.Event()
        self.up: DeviceUp | None = None
        self.reasons: list[str] = []
        self.heard: dict[tuple[str, int], _Heard] = {}

    def reads(self, batch: ReadBatch) -> None:
        """Each read, added to its tag and antenna."""
        for i in range(len(batch)):
            epc = batch.epc[i, : (int(batch.epc_bits[i]) + 7) // 8].tobytes().hex()
            one = self.heard.setdefault((epc, int(batch.antenna[i])), _Heard())
            one.count += int(batch.count[i])
            level_dbm = float(batch.rssi_dbm[i])
            if not isnan(level_dbm):
                one.rssi_dbm = max(level_dbm, one.rssi_dbm or level_dbm)

    def scan(self, scan: Scan) -> None:
        """No reader of tags scans."""

    def device_event(self, event: DeviceEvent) -> None:
        """Not asked for."""

    def device_up(self, change: DeviceUp) -> None:
        """It answers."""
        self.up = change
        self.decided.set()

    def device_down(self, change: DeviceDown) -> None:
        """It does not, or no longer."""
        self.reasons.append(change.reason)
        self.decided.set()
        self.lost.set()


def try_reader(settings: LlrpSettings, clock: Clock) -> dict[str, object]:
    """Connect, read, leave; what the page shows.

    The reader's tags are for the eye only: nothing of them comes into the books.

    Returns:
        answers, the device's own words, reads, tags (the most often read first) and a reason.
    """
    ears = _Ears()
    wire = LlrpWire((settings,), ears, clock, seeded(0))
    wire.start()
    try:
        ears.decided.wait(ANSWER_S_MAX)
        if ears.up is not None:
            ears.lost.wait(LISTEN_S)
    finally:
        wire.stop()
    return _told(ears)


def _told(ears: _Ears) -> dict[str, object]:
    up = ears.up
    tags = sorted(ears.heard.items(), key=lambda one: -one[1].count)
    silence = sentence("reader_silent", seconds=f"{ANSWER_S_MAX:g}")
    reason = "" if up else (ears.reasons or [silence])[0]
    return {
        "answers": up is not None,
        "manufacturer": up.manufacturer if up else "",
        "model": up.model if up else "",
        "firmware": up.firmware if up else "",
        "antennas": list(up.antennas) if up else [],
        "notes": list(up.notes) if up else [],
        "reads": sum(one.count for one in ears.heard.values()),
        "tags": [
            {"epc": epc, "antenna": antenna, "count": one.count, "rssi_dbm": one.rssi_dbm}
            for (epc, antenna), one in tags[:TAGS_SHOWN]
        ],
        "reason": reason,
        "reason_said": recognised(reason),
    }
