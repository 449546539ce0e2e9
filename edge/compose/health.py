"""The figures of health, gathered from the parts."""

from collections.abc import Mapping
from typing import cast

from edge.compose.core import Core
from edge.compose.discovering import approved
from edge.compose.habits import FILE, Habits
from edge.compose.link import backlog
from edge.compose.reader_watch import ReaderWatch
from edge.daemon.health import Details, Health, disk_free_bytes
from edge.daemon.kernel_clock import ClockWatch
from edge.floor.listening import FloorListener
from edge.floor.loop import FloorLoop
from edge.store.store import Store
from edge.sync.mqtt.link import MqttLink

TURN_US_MAX = 5_000_000
"""A floor loop that has not turned for so long does no work."""


class Look:
    """Gathers the figures of health from the parts."""

    def __init__(
        self,
        core: Core,
        link: MqttLink | None,
        listener: FloorListener,
        loop: FloorLoop,
        store: Store,
        watch: ReaderWatch,
    ) -> None:
        self._core = core
        self._link = link
        self._listener = listener
        self._loop = loop
        self._store = store
        self._watch = watch
        self._clock = ClockWatch(core.clock)
        self._habits = Habits(core.board, core.store_path.with_name(FILE))

    def look(self) -> Health:
        """One look at everything."""
        core = self._core
        owed = backlog(core, self._store, self._link)
        readers = [*core.settings.reader_names, *self._approved()]
        up = sum(name in self._listener.devices for name in readers)
        return Health(
            backlog=owed.unsent,
            oldest_unsent_s=owed.oldest_unsent_s,
            connected=owed.connected,
            readers_up=up,
            readers_down=len(readers) - up,
            reads_total=self._listener.reads_count,
            reads_folded=self._loop.folded_count,
            loop_lag_ms=(core.clock.monotonic_us() - self._loop.progressed_us) / 1000,
            clock_synchronised=self._clock.look().synchronised,
            disk_free_bytes=disk_free_bytes(core.settings.gateway.data_dir),
            alerts=len(core.alerts.active()),
            antennas_faulty=sum(
                one["state"] not in {"good", "learning"} for one in self.details().antennas
            ),
        )

    def _approved(self) -> set[str]:
        """Names of readers that were found and approved."""
        sheet = self._core.board.look("readers/decided")
        names = {one.device for one in approved(sheet.value if sheet else {})}
        return names - set(self._core.settings.reader_names)

    def details(self) -> Details:
        """Readers and antennas one by one."""
        sheet = self._core.board.look("radio")
        antennas = sheet.value["antennas"] if sheet else []
        return Details(self._watch.readers(), cast("list[dict[str, object]]", antennas))

    def ready(self) -> Mapping[str, object]:
        """Whether work can be done: the floor loop turns and the store takes facts."""
        turned = self._core.clock.monotonic_us() - self._loop.progressed_us < TURN_US_MAX
        failing = any(one.code == "store_failed" for one in self._core.alerts.active())
        readers = self._watch.readers()
        return {"ready": turned and not failing, **self.look().as_plain(), "readers": readers}

    def tell(self) -> None:
        """Look at the readers' clocks, and publish health to the central system."""
        self._watch.look()
        self._habits.keep()
        if self._link:
            details = self.details().as_plain()
            self._link.publish_health({**self.look().as_plain(), **details})
