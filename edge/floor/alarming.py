"""Which facts want a person, and which end an alert."""

from collections.abc import Mapping

from edge.floor.alerts import Alert, Alerts
from edge.model.events import DeviceLost, DeviceReturned, Event, MessageSetAside
from edge.model.ids import DeviceName


class Alarming:
    """Used by the floor loop only.

    Args:
        alerts: told.
    """

    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts

    def restarted(self, outages: Mapping[DeviceName, int]) -> None:
        """Devices that did not answer before the restart, with the time since when."""
        for device, since_us in outages.items():
            text = f"{device} did not answer before the restart"
            self._lost(device, text, since_us)

    def note(self, event: Event, at_us: int) -> None:
        """A fact that is on disk."""
        match event:
            case MessageSetAside():
                text = f"a message on {event.topic} was set aside: {event.reason}"
                self._alerts.end("dead-letter")  # the newest is told, not the first
                alert = Alert("dead-letter", "message_refused", "warning", text, at_us)
                self._alerts.begin(alert)
            case DeviceLost():
                self._lost(event.device, f"{event.device} does not answer: {event.reason}", at_us)
            case DeviceReturned():
                self._alerts.end(_name_of(event.device))
            case _:
                pass

    def _lost(self, device: DeviceName, text: str, since_us: int) -> None:
        self._alerts.begin(Alert(_name_of(device), "device_lost", "critical", text, since_us))


def _name_of(device: DeviceName) -> str:
    """The name of the alert that a device does not answer."""
    return f"device-lost-{device}"
