"""What the tests of the rules share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of measuring data by others; the test skips where it is absent."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("WAREHOUSE_EDGE_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"no measuring data at {folder}; set WAREHOUSE_EDGE_DATA to its folder")
    return folder
