"""What a day changes in this process is put back when it is over."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def the_log_is_as_before() -> Iterator[None]:
    """A day makes the product's log quiet; other tests listen to it."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
