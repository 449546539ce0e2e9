"""A reader is tried before anybody decides about it: who it is, and what it reads."""

import socket

from drivers.llrp.settings import LlrpSettings
from edge.clock import SystemClock
from edge.compose.trying import try_reader
from simulators.llrp.profile import Vendor
from tests.drivers.llrp.simulated import Simulation


def test_a_reader_that_reads_says_who_it_is_and_shows_its_tags() -> None:
    simulation = Simulation({"dock": ()}, Vendor.IMPINJ)
    try:
        reader = LlrpSettings("tried", "127.0.0.1", simulation.ports["dock"], session=1)
        told = try_reader(reader, SystemClock())
    finally:
        simulation.stop()

    assert told["answers"] is True
    assert told["manufacturer"] == "Impinj"
    tags = told["tags"]
    assert isinstance(tags, list)
    counts = [one["count"] for one in tags]
    assert counts == sorted(counts, reverse=True)
    assert 0 < sum(counts) <= int(str(told["reads"]))


def test_an_address_where_nobody_listens_says_why() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = LlrpSettings("tried", "127.0.0.1", taken.getsockname()[1], session=1)

        told = try_reader(nobody, SystemClock())

    assert told["answers"] is False
    assert "ECONNREFUSED" in str(told["reason"])
