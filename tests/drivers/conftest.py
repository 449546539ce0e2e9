"""Where the recordings of others are, and what a failing randomised test prints."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def development_data() -> Path:
    """Recordings made by others, kept outside the repository."""
    given = os.environ.get("WAREHOUSE_EDGE_DATA")
    root = Path(given) if given else Path(__file__).parents[2].parent / "shared" / "data"
    if not root.is_dir():
        pytest.skip("development data is absent: set WAREHOUSE_EDGE_DATA to its folder")
    return root
