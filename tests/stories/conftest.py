"""What stories begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.demo_site import DemoSite


@pytest.fixture
def site(tmp_path: Path) -> Iterator[DemoSite]:
    """A demonstration at work."""
    one = DemoSite(tmp_path / "demo")
    yield one
    one.stop()
