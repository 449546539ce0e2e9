"""What the gateway and its devices are, for the central system."""

import hashlib
from collections.abc import Callable, Mapping

from drivers.driver import DeviceUp
from edge.compose.core import VERSION
from edge.locating import kernel
from edge.model.places import Floor
from edge.settings.gateway import Settings


class Info:
    """What the gateway is; told again when a device comes, goes or says something else.

    Args:
        settings: of the gateway.
        floor: its places and antennas.
        devices: gives those that answer by now, by name; called from any thread.
    """

    def __init__(
        self, settings: Settings, floor: Floor, devices: Callable[[], Mapping[str, DeviceUp]]
    ) -> None:
        text = settings.model_dump_json().encode()
        self._gateway: dict[str, object] = {
            "version": VERSION,
            "locating_compiled": kernel.KERNEL is not None,
            "readers": settings.reader_names,
            "antennas": [
                {"reader": one.reader, "port": one.port, "location": one.location}
                for one in floor.antennas
            ],
            "locations": list(floor.locations),
            "schemas": {"asyncapi": _schema_address(settings)},
            "configuration_sha256": hashlib.sha256(text).hexdigest(),
        }
        self._devices = devices
        self._told: Mapping[str, object] = {}

    def now(self) -> Mapping[str, object]:
        """All of it as plain JSON values."""
        return self._gateway | {"devices": [_device(one) for one in self._devices().values()]}

    def tell(self, publish: Callable[[Mapping[str, object]], None]) -> None:
        """Publish it, unless nothing has changed since the last time."""
        now = self.now()
        if now != self._told:
            self._told = now
            publish(now)


def _device(one: DeviceUp) -> dict[str, object]:
    return {
        "device": one.device,
        "manufacturer": one.manufacturer,
        "model": one.model,
        "firmware": one.firmware,
        "protocol": one.protocol,
        "antennas": list(one.antennas),
        "notes": list(one.notes),
    }


def _schema_address(settings: Settings) -> str:
    web = settings.web
    scheme = "https" if web.certificate_file else "http"
    return f"{scheme}://{web.host}:{web.port}/api/asyncapi.json"
