"""Explaining: why an item is thought to be where it is, in plain values for pages and the API."""

from concurrent.futures import TimeoutError as NotAnsweredError
from dataclasses import asdict

from edge.floor.board import Shown
from edge.floor.enquiries import ANSWER_S_MAX, Enquiries
from edge.floor.lookups import Lookups
from edge.locating.reasons import Reason
from edge.model.ids import Epc

HISTORY_MAX = 50


class NoReasonError(Exception):
    """The floor loop did not answer in time; ask again."""


class Explainer:
    """Thread-safe; blocks the asker, never the loop.

    Args:
        enquiries: answered by the floor loop.
        lookups: what the store knows of an item.
    """

    def __init__(self, enquiries: Enquiries, lookups: Lookups) -> None:
        self._enquiries = enquiries
        self._lookups = lookups

    def why(self, epc: str) -> Shown | None:
        """The reasons for an item's place, with its history; None for a tag never heard.

        Raises:
            EnquiriesFullError: too many ask at once.
            NoReasonError: the floor loop did not answer in time.
            StoreError: the store cannot be read.
        """
        if len(epc) % 2:
            return None  # half a byte: no tag has such a number
        future = self._enquiries.why(Epc(epc))
        try:
            reason = future.result(ANSWER_S_MAX)
        except NotAnsweredError as error:
            future.cancel()
            raise NoReasonError(
                f"the floor loop did not answer within {ANSWER_S_MAX:g} s; ask again"
            ) from error
        item = self._lookups.item(epc)
        if reason is None and item is None:
            return None
        history = self._lookups.history(epc, HISTORY_MAX)
        return {
            "epc": epc,
            "item": item,
            "reason": reason_view(reason) if reason is not None else None,
            "history": history,
        }


def reason_view(reason: Reason) -> Shown:
    """A reason as plain JSON values; rounded, for nobody hears a thousandth of a decibel."""
    motion = reason.motion
    return {
        **asdict(reason),
        "probability": round(reason.probability, 4),
        "unknown": round(reason.unknown, 4),
        "dwell_s": round(reason.dwell_s, 1),
        "motion": motion and {"state": motion.state.value, "log_odds": round(motion.log_odds, 2)},
        "alternatives": [
            {"location": place, "probability": round(p, 4)} for place, p in reason.alternatives
        ],
        "antennas": [
            {
                **asdict(one),
                "rssi_dbm": round(one.rssi_dbm, 1),
                "reads_per_s": round(one.reads_per_s, 2),
                "age_s": round(one.age_s, 2),
                "log_odds": round(one.log_odds, 2),
                "listening": one.listening.value,
            }
            for one in reason.antennas
        ],
        "covering": [
            {
                **asdict(one),
                "listening": one.listening.value,
                "silent_s": round(one.silent_s, 1),
            }
            for one in reason.covering
        ],
    }
