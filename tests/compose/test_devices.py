"""Addresses of devices that no configuration names."""

import pytest

from drivers.serial.scanner import Scanner
from drivers.serial.uhf_module import UhfModule
from edge.compose.devices import device_at
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
