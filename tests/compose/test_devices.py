"""Devices of a configuration with its floor, and of addresses that no configuration names."""

import pytest

from drivers.serial.scanner import Scanner
from drivers.serial.uhf_module import UhfModule
from edge.compose.devices import device_at, reader_settings
from edge.model.ids import DeviceName, LocationId
from edge.model.places import LightBarrier
from edge.settings.gateway import Settings
from edge.settings.reader import Reader
from tests.drivers.fakes import Ears


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("serial:/dev/scanner", Scanner),
        ("serial:/dev/scanner?kind=scanner&baud=115200", Scanner),
        ("serial:/dev/uhf?kind=uhf", UhfModule),
        ("serial:/dev/uhf?kind=uhf&region=eu&baud=9600", UhfModule),
        ("serial:socket://192.0.2.10:4001?kind=uhf", UhfModule),
        ("serial:rfc2217://192.0.2.10:4001?kind=scanner", Scanner),
    ],
)
def test_a_serial_address_names_its_device(address: str, kind: type) -> None:
    assert isinstance(device_at(address, (), None, Ears()), kind)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("serial:/dev/uhf?kind=toaster", "kind=uhf"),
        ("serial:/dev/uhf?kind=uhf&power=20", "kind=uhf"),
        ("serial:/dev/uhf?kind=uhf&baud=fast", "kind=uhf"),
        ("serial:/dev/uhf?kind=uhf&region=mars", "there are cn900, us, eu, cn800, kr"),
        ("serial:/dev/scanner?region=eu", "kind=uhf"),
        ("ftp://reader", "llrp://HOST"),
    ],
)
def test_an_address_that_means_nothing_is_refused_with_what_does(
    address: str, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        device_at(address, (), None, Ears())


def test_a_reader_watches_the_inputs_that_the_floor_s_light_barriers_are_wired_to() -> None:
    # given two readers, of which one has a stack light's button on an input
    readers = (Reader(name="gate", host="192.0.2.1", inputs=(4,)), Reader(name="hall", host="a"))
    settings = Settings().model_copy(update={"reader": readers})
    # when the floor has two light barriers on the first one
    barriers = [
        LightBarrier(DeviceName("gate"), port, LocationId("dock-1"), side)
        for port, side in ((1, "in"), (2, "out"))
    ]
    gate, hall = reader_settings(settings, barriers)
    # then that one listens to them, and the other to nothing
    assert gate.inputs_watched == (1, 2, 4)
    assert hall.inputs_watched == ()
