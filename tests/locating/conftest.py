"""A small floor, a played radio and the recordings that stand outside the repository."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating import kernel
from edge.model.ids import DeviceName, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind

START_US = 1_700_000_000_000_000


def floor_of(*places: tuple[str, str, str, int]) -> Floor:
    """A floor from (place, kind, reader, port), one antenna each."""
    locations = {
        LocationId(place): Location(LocationId(place), LocationKind(kind))
        for place, kind, _, _ in places
    }
    antennas = tuple(
        Antenna(DeviceName(reader), port, LocationId(place)) for place, _, reader, port in places
    )
    return Floor(locations, antennas)


def epc_of(number: int) -> str:
    return f"3034{number:020x}"


def reads_of(
    reader: str, tags: np.ndarray, ports: np.ndarray, rssi_dbm: np.ndarray, seen_us: np.ndarray
) -> ReadBatch:
    """A batch for numbered tags, made without a loop."""
    n = len(tags)
    epc = np.zeros((n, 12), np.uint8)
    epc[:, 0], epc[:, 1] = 0x30, 0x34
    epc[:, 8:] = np.asarray(tags, ">u4").reshape(n, 1).view(np.uint8).reshape(n, 4)
    absent = np.full(n, np.nan, np.float32)
    return ReadBatch(
        reader=reader,
        arrived_us=int(seen_us.max()) if n else START_US,
        epc=epc,
        epc_bits=np.full(n, 96, np.uint16),
        antenna=ports.astype(np.uint16),
        rssi_dbm=rssi_dbm.astype(np.float32),
        phase_rad=absent,
        channel=np.zeros(n, np.uint16),
        doppler_hz=absent,
        seen_us=seen_us.astype(np.int64),
        first_seen_us=np.full(n, -1, np.int64),
        last_seen_us=np.full(n, -1, np.int64),
        count=np.ones(n, np.uint16),
    )


@pytest.fixture
def recordings() -> Path:
    """The development recordings; the test skips where they are absent."""
    root = Path(__file__).parents[2]
    data = Path(os.environ.get("WAREHOUSE_EDGE_DATA", root.parent / "shared" / "data"))
    if not (data / "r420").is_dir():
        pytest.skip(f"recordings are not at {data}; set WAREHOUSE_EDGE_DATA to where they are")
    return data / "r420"


@pytest.fixture(scope="session")
def make_floor() -> Callable[..., Floor]:
    return floor_of


@pytest.fixture(scope="session")
def make_reads() -> Callable[..., ReadBatch]:
    return reads_of


@pytest.fixture(params=["compiled", "numpy"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tag tables work with compiled code, then with numpy alone."""
    if request.param == "numpy":
        monkeypatch.setattr(kernel, "KERNEL", None)
    elif kernel.KERNEL is None:
        pytest.skip(kernel.REASON)
