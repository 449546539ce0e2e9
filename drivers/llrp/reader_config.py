"""What a reader is asked besides its ROSpec: sign of life, events, inputs, holding, outputs.

An event kind that nobody uses is switched off, so that a reader that hops five times a second does
not tell of each. Start and end of an inventory are told unless reports by time end it again and
again.
"""

from typing import Any

from drivers.llrp.attempt import Attempt, Wish
from drivers.llrp.capabilities import Capabilities
from drivers.llrp.settings import LlrpSettings

Parameters = dict[str, Any]

_PERIODIC = 1
_STATE_UNKNOWN = 2
# EventType of EventNotificationState (LLRP 1.0.1, section 12.2.2.1). The end of a loop (9) is new
# in LLRP 1.1 and never asked for: a reader that does not know it would refuse all the others.
_HOPPING, _INPUT, _ROSPEC, _FILLING, _EXCEPTION, _SURVEY, _AISPEC, _SINGULATION, _ANTENNA = range(
    9
)


def reader_config(settings: LlrpSettings, attempt: Attempt, told: Capabilities) -> Parameters:
    """The fields and parameters of SET_READER_CONFIG."""
    found: Parameters = {"ResetToFactoryDefault": 0}
    if attempt.has(Wish.EVENTS):
        wanted = _events(settings, told)
        found["ReaderEventNotificationSpec"] = {
            "EventNotificationState": [
                {"EventType": kind, "NotificationState": int(kind in wanted)} for kind in range(9)
            ]
        }
    found["KeepaliveSpec"] = {
        "KeepaliveTriggerType": _PERIODIC,
        "PeriodicTriggerValue": settings.keepalive_ms,
    }
    if attempt.has(Wish.INPUTS) and settings.inputs_watched:
        found["GPIPortCurrentState"] = [
            {"GPIPortNum": port, "Config": 1, "State": _STATE_UNKNOWN}
            for port in settings.inputs_watched
        ]
    if told.holds_reports:
        found["EventsAndReports"] = 1
    return found


def outputs_config(outputs: dict[int, bool]) -> Parameters:
    """The fields and parameters of a SET_READER_CONFIG that sets outputs (GPO) alone."""
    return {
        "ResetToFactoryDefault": 0,
        "GPOWriteData": [
            {"GPOPortNumber": port, "GPOData": int(on)} for port, on in outputs.items()
        ],
    }


def _events(settings: LlrpSettings, told: Capabilities) -> set[int]:
    wanted = {_INPUT, _EXCEPTION, _ANTENNA}
    if told.warns_of_filling:
        wanted.add(_FILLING)
    if settings.start is not None or not settings.report_after_ms:
        wanted.add(_ROSPEC)
    return wanted
