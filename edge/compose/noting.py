"""A listener that also logs what a reader does not offer and what happens to it.

It also notices what looks like a stranger: another client on a reader of ours, and a reader that
shows a certificate which nobody knows.
"""

import structlog
from typing_extensions import override

from drivers.driver import DeviceDown, DeviceEvent, DeviceUp
from drivers.llrp.answers import GREETINGS, OTHERS_ATTEMPT, OTHERS_CLIENT
from drivers.llrp.connection import CERTIFICATE_UNKNOWN
from edge.floor.listening import FloorListener
from edge.model.inputs import IntrusionNoticed

_log = structlog.get_logger("devices")


class NotingListener(FloorListener):
    """Also logs what a reader does not offer, once until that changes, and each event."""

    _noted: tuple[DeviceUp, ...] = ()
    _told: frozenset[tuple[str, str]] = frozenset()

    @override
    def device_up(self, change: DeviceUp) -> None:
        known = {one.device: one.notes for one in self._noted}
        if change.notes and known.get(change.device) != change.notes:
            others = (one for one in self._noted if one.device != change.device)
            self._noted = (*others, change)
            _log.info("reader lacks what was wanted", device=change.device, notes=change.notes)
        self._told = frozenset(one for one in self._told if one[0] != change.device)
        super().device_up(change)

    @override
    def device_event(self, event: DeviceEvent) -> None:
        _log.info(
            "device told of itself",
            device=event.device,
            kind=event.kind,
            port=event.port,
            detail=event.detail,
        )
        super().device_event(event)
        self._notice(event.device, event.detail, event.at_us)

    @override
    def device_down(self, change: DeviceDown) -> None:
        super().device_down(change)
        self._notice(change.device, change.reason, change.at_us)

    def _notice(self, device: str, words: str, at_us: int) -> None:
        """Tell what looks like a stranger, once for each device until it is up again."""
        sign = _sign_of(words)
        if sign is None or (device, sign) in self._told:
            return
        self._told = self._told | {(device, sign)}
        notice = IntrusionNoticed(sign, device, f"{device}: {words}", at_us)
        self._inbox.put_change(notice)


def _sign_of(words: str) -> str | None:
    if words in {GREETINGS[OTHERS_CLIENT], GREETINGS[OTHERS_ATTEMPT]}:
        return "reader_shared"
    return "certificate_unknown" if words.startswith(CERTIFICATE_UNKNOWN) else None
