"""What the central system is told of the gateway, and when it is told again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drivers.driver import DeviceUp
from edge.compose.info import Info
from edge.locating import kernel
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Settings

FLOOR = load_floor(Path(__file__).resolve().parents[2] / "config/floor.toml")
NOTE = "power 33 dBm wanted, 30 dBm taken: its table ends there"
UP = DeviceUp("dock", 1, "Impinj", "2001002", "5.14", "LLRP 1.0.1", (1, 2), (NOTE,))


def told(*looks: Mapping[str, DeviceUp]) -> list[Any]:
    """The devices of each message, after a look at these one after the other."""
    published: list[Mapping[str, Any]] = []
    coming = iter(looks)
    info = Info(Settings(), FLOOR, lambda: next(coming))
    for _ in looks:
        info.tell(published.append)
    return [one["devices"] for one in published]


def test_info_tells_of_each_device_what_it_lacks() -> None:
    ((device,),) = told({"dock": UP})

    assert device == {
        "device": "dock",
        "manufacturer": "Impinj",
        "model": "2001002",
        "firmware": "5.14",
        "protocol": "LLRP 1.0.1",
        "antennas": [1, 2],
        "notes": [NOTE],
    }


@pytest.mark.parametrize("way", ["compiled", "numpy"])
def test_info_tells_how_reads_are_worked_on(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "KERNEL", None if way == "numpy" else kernel.KERNEL or object())

    info = Info(Settings(), FLOOR, dict).now()

    assert info["locating_compiled"] is (way == "compiled")


def test_info_is_told_again_when_a_device_comes_or_goes_and_only_then() -> None:
    devices = told({}, {}, {"dock": UP}, {"dock": UP}, {"dock": UP}, {}, {})

    assert [len(one) for one in devices] == [0, 1, 0]
