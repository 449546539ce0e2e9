"""A listener that also logs what a reader does not offer and what happens to it."""

import structlog
from typing_extensions import override

from drivers.driver import DeviceEvent, DeviceUp
from edge.floor.listening import FloorListener

_log = structlog.get_logger("devices")


class NotingListener(FloorListener):
    """Also logs what a reader does not offer, once until that changes, and each event."""

    _noted: tuple[DeviceUp, ...] = ()

    @override
    def device_up(self, change: DeviceUp) -> None:
        known = {one.device: one.notes for one in self._noted}
        if change.notes and known.get(change.device) != change.notes:
            others = (one for one in self._noted if one.device != change.device)
            self._noted = (*others, change)
            _log.info("reader lacks what was wanted", device=change.device, notes=change.notes)
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
