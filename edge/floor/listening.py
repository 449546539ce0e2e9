"""Listening: what drivers tell, as reads and inputs in the inbox.

Runs in the drivers' threads. Reads never wait. A scan at a full inbox waits in its scanner's own
thread until it is taken: it is not dropped, and no other device is held up by it.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence

from drivers.driver import DeviceDown, DeviceEvent, DeviceUp, Scan
from drivers.reads import ReadBatch, SomeReads
from edge.floor.inbox import Inbox, InboxFullError
from edge.model.ids import DeviceName, IdMaker, LocationId, RequestId
from edge.model.inputs import DeviceChanged
from edge.model.posted import StationScanned

EVENTS_KEPT = 200
"""Of all devices together; older ones are in the log."""


class FloorListener:
    """Puts drivers' words into the inbox.

    Args:
        inbox: of the floor loop.
        make_id: for scans; a scanner makes none itself.
        stations: at which pack station each scanner stands.
    """

    def __init__(
        self, inbox: Inbox, make_id: IdMaker, stations: Mapping[DeviceName, LocationId]
    ) -> None:
        self._inbox = inbox
        self._make_id = make_id
        self._stations = stations
        self._also: tuple[Callable[[Sequence[SomeReads]], None], ...] = ()
        self.reads_count = 0
        """Reads heard since the start."""
        self.devices: dict[str, DeviceUp] = {}
        """What each device that answers says of itself."""
        self.device_events: deque[DeviceEvent] = deque(maxlen=EVENTS_KEPT)
        """What happened to devices lately, the oldest first."""

    def reads(self, batch: ReadBatch) -> None:
        """A reader's reads."""
        self.reads_together((batch,))

    def reads_together(self, batches: Sequence[SomeReads]) -> None:
        """What several readers have read in one moment."""
        self.reads_count += sum([len(one) for one in batches])
        for reader in self._also:
            reader(batches)
        self._inbox.put_reads(*batches)

    def also_read_by(self, reader: Callable[[Sequence[SomeReads]], None]) -> None:
        """Hand all reads to somebody else too, who returns at once; before any driver starts."""
        self._also = (*self._also, reader)

    def scan(self, scan: Scan) -> None:
        """A scanner's barcode, for the station where it stands."""
        station = self._stations[DeviceName(scan.device)]
        request_id = RequestId(self._make_id())
        input_ = StationScanned(request_id, station, None, scan.text, scan.scanned_us)
        while True:
            try:
                self._inbox.put(input_)
            except InboxFullError:
                continue  # each try waits; the loop will take it, or the daemon is restarted
            return

    def device_up(self, change: DeviceUp) -> None:
        """A device came."""
        self.devices[change.device] = change
        self._inbox.put_change(
            DeviceChanged(
                device=DeviceName(change.device),
                alive=True,
                reason="",
                silent_since_us=0,
                at_us=change.at_us,
            )
        )

    def device_down(self, change: DeviceDown) -> None:
        """A device went."""
        self.devices.pop(change.device, None)
        self._inbox.put_change(
            DeviceChanged(
                device=DeviceName(change.device),
                alive=False,
                reason=change.reason,
                silent_since_us=change.silent_since_us,
                at_us=change.at_us,
            )
        )

    def device_event(self, event: DeviceEvent) -> None:
        """Something happened to a device; the latest are kept for whoever looks."""
        self.device_events.append(event)
        self._inbox.put_event(event)
