"""Stack lights of a configuration, down to the outputs of a simulated reader."""

from pathlib import Path

import numpy as np

from drivers.llrp.reader import LlrpWire
from drivers.llrp.settings import LlrpSettings
from edge.clock import SystemClock
from edge.compose.core import Core
from edge.compose.lighting import stack_lights, switching
from edge.floor.alerts import Alert, Alerts
from edge.floor.board import Board
from edge.floor.inbox import Inbox
from edge.floor.letters import Letters
from edge.floor.locating_desk import LocatingDesk
from edge.model.ids import LocationId, RequestId
from edge.model.places import Floor, Location, LocationKind
from edge.model.posted import StationScanned
from edge.model.prompts import Answer
from edge.settings.gateway import Light, Settings
from simulators.llrp.profile import Vendor
from tests.drivers.fakes import Ears, HostClock
from tests.drivers.llrp.simulated import Simulation

PACK = LocationId("pack-1")


def core_of(*lights: Light) -> Core:
    clock, alerts = SystemClock(), Alerts()
    floor = Floor({PACK: Location(PACK, LocationKind.STATION)})
    board = Board()
    return Core(
        settings=Settings(light=lights),
        floor=floor,
        troubles=(),
        clock=clock,
        make_id=lambda: "id",
        inbox=Inbox(clock),
        board=board,
        alerts=alerts,
        desk=LocatingDesk(floor, alerts),
        store_path=Path("unused"),
        letters=Letters(board, clock),
    )


def high(simulation: Simulation, ears: Ears, wanted: set[int]) -> bool:
    """Whether just these outputs of the reader come to be on within 10 s."""
    for _ in range(100):
        if {port for port, is_on in simulation.outputs("dock").items() if is_on} == wanted:
            return True
        ears.listen(0.1)
    return False


def test_a_wrong_scan_and_a_critical_alert_light_the_readers_outputs() -> None:
    simulation = Simulation({"dock": ()}, Vendor.ZEBRA)
    ears = Ears()
    reader = LlrpSettings("dock", "127.0.0.1", simulation.ports["dock"])
    wire = LlrpWire([reader], ears, HostClock(), np.random.default_rng(3))
    core = core_of(
        Light(on="wrong", reader="dock", output=1, place=PACK, seconds=600.0),
        Light(on="right", reader="dock", output=2),
        Light(on="critical", reader="dock", output=3),
    )
    lights = stack_lights(core)
    lights.attach(switching(wire))
    lights.start()
    wire.start()
    try:
        ears.wait_up()
        scan = StationScanned(RequestId("r"), PACK, None, "x", 1)
        lights.answered(scan, Answer(accepted=False, code="not_wanted", text=""))
        core.alerts.begin(Alert("a", "device_lost", "critical", "gone", 1))
        assert high(simulation, ears, {1, 3})
        lights.stop()
        assert high(simulation, ears, set())
    finally:
        lights.stop()
        wire.stop()
        simulation.stop()
