"""Settings on simulated readers over real sockets: taken, at work, there again after a reboot."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from drivers.driver import DeviceEvent, EventKind
from drivers.llrp.reader import LlrpWire
from drivers.llrp.settings import AntennaSettings, InputTrigger, LlrpSettings, Select
from simulators.faults import FaultName, PlannedFault
from simulators.llrp.profile import Vendor
from tests.drivers.fakes import Ears, HostClock, Told, batches, events
from tests.drivers.llrp.simulated import Simulation
from tests.waiting import wait_until

TAG_5 = Select(1, 120, "05")
"""Only the tag whose EPC ends with 05."""


@contextmanager
def reading(
    vendor: Vendor, *faults: PlannedFault, **wanted: object
) -> Iterator[tuple[LlrpWire, Ears, Simulation]]:
    """A wire with one simulated reader, set up as wanted."""
    simulation = Simulation({"dock": faults}, vendor)
    settings = LlrpSettings("dock", "127.0.0.1", simulation.ports["dock"], **wanted)  # type: ignore[arg-type]
    ears = Ears()
    wire = LlrpWire([settings], ears, HostClock(), np.random.default_rng(3))
    wire.start()
    try:
        yield wire, ears, simulation
    finally:
        wire.stop()
        simulation.stop()


def told(heard: list[Told], kind: EventKind) -> list[DeviceEvent]:
    return [one for one in events(heard) if one.kind is kind]


def epcs(heard: list[Told]) -> set[str]:
    return {row.tobytes().hex() for batch in batches(heard) for row in batch.epc}


@pytest.mark.parametrize("vendor", list(Vendor))
@pytest.mark.parametrize("version", ["auto", "1.1", "1.0.1"])
def test_everything_that_is_asked_is_there_in_the_end(vendor: Vendor, version: str) -> None:
    """What the reader tells of itself afterwards differs in nothing from what was asked."""
    with reading(
        vendor,
        version=version,
        vendor_extensions=vendor is Vendor.IMPINJ,
        antennas=(1, 2, 3),
        power_dbm=27.0,
        mode="dense",
        session=1,
        search="dual" if vendor is Vendor.IMPINJ else None,
        selects=(TAG_5,),
        inputs=(2,),
        report_every=5,
        report_after_ms=200,
        overrides=(
            AntennaSettings(2, power_dbm=20.0, mode="fast", population=8, selects=()),
            AntennaSettings(3, session=3),
        ),
    ) as (_wire, ears, _simulation):
        up = ears.wait_up()
        ears.wait_reads(5)

    newer = vendor is Vendor.ZEBRA and version != "1.0.1"
    stays = ("it does not speak LLRP 1.1: the connection stays on 1.0.1",)
    assert up.notes == (stays if version == "1.1" and not newer else ())
    assert up.protocol == ("LLRP 1.1" if newer else "LLRP 1.0.1")
    assert up.antennas == (1, 2, 3)


@pytest.mark.parametrize("vendor", list(Vendor))
def test_only_tags_that_pass_the_filter_are_read(vendor: Vendor) -> None:
    with reading(vendor, selects=(TAG_5,)) as (_wire, ears, _simulation):
        ears.wait_reads(3)

    assert {epc[-2:] for epc in epcs(ears.heard)} == {"05"}


def test_with_excluding_all_but_that_tag_are_read() -> None:
    excluded = Select(1, 120, "05", exclude=True)
    with reading(Vendor.GENERIC, selects=(excluded,)) as (_wire, ears, _simulation):
        ears.wait("nine tags", lambda heard: len(epcs(heard)) == 9)

    assert "05" not in {epc[-2:] for epc in epcs(ears.heard)}


def test_an_input_starts_and_stops_the_inventory() -> None:
    wanted = {"start": InputTrigger(1), "stop": InputTrigger(1, high=False)}
    with reading(Vendor.IMPINJ, **wanted) as (_wire, ears, simulation):
        ears.wait_up()
        ears.listen(0.5)
        assert not batches(ears.heard), "nobody has broken the light barrier"

        simulation.put_input("dock", 1, high=True)
        ears.wait_reads(1)
        simulation.put_input("dock", 1, high=False)
        ears.wait("its end", lambda heard: bool(told(heard, EventKind.INVENTORY_ENDED)))

    kinds = [one.kind for one in events(ears.heard)]
    assert kinds[:2] == [EventKind.INPUT_HIGH, EventKind.INVENTORY_STARTED]
    assert set(kinds[2:4]) == {EventKind.INPUT_LOW, EventKind.INVENTORY_ENDED}
    assert events(ears.heard)[0].port == 1


def test_an_antenna_that_falls_off_is_told_with_its_port() -> None:
    fault = PlannedFault(FaultName.ANTENNA_FALLS_OFF, 0.5)
    with reading(Vendor.GENERIC, fault) as (_wire, ears, simulation):
        ears.wait_up()
        simulation.let_faults_go()
        ears.wait("the antenna", lambda heard: bool(told(heard, EventKind.ANTENNA_DISCONNECTED)))

    (gone,) = told(ears.heard, EventKind.ANTENNA_DISCONNECTED)
    assert (gone.device, gone.port) == ("dock", 1)
    assert abs(gone.at_us - HostClock().now_us()) < 60_000_000


def high(simulation: Simulation) -> set[int]:
    return {port for port, is_high in simulation.outputs("dock").items() if is_high}


def test_outputs_are_set_at_once_and_again_after_a_reboot() -> None:
    fault = PlannedFault(FaultName.REBOOTS, 0.5)
    with reading(Vendor.ZEBRA, fault) as (wire, ears, simulation):
        wire.set_output("dock", 3, on=True)  # before it is there
        ears.wait_up()
        wire.set_output("dock", 1, on=True)
        wait_until("both outputs are high", lambda: high(simulation) == {1, 3})
        simulation.let_faults_go()
        ears.wait_up(times=2)
        wait_until("both outputs are high again", lambda: high(simulation) == {1, 3})
        wire.set_output("dock", 1, on=False)
        wire.set_output("dock", 9, on=True)
        ears.wait("the refusal", lambda heard: bool(told(heard, EventKind.EXCEPTION)))
        assert high(simulation) == {3}

    assert "output 9 refused" in told(ears.heard, EventKind.EXCEPTION)[0].detail


FULL_DBM, LOW_DBM = 29.0, 24.0


def comes_to(simulation: Simulation, first_dbm: float) -> None:
    """Until antenna 1 reads with this power, while antenna 2 reads with all of it."""
    wanted = pytest.approx((first_dbm, FULL_DBM))
    wait_until(
        f"antenna 1 reads with {first_dbm} dBm",
        lambda: tuple(simulation.power_dbm("dock", antenna) for antenna in (1, 2)) == wanted,
    )


@pytest.mark.parametrize("vendor", [Vendor.ZEBRA, Vendor.IMPINJ])
def test_a_lower_power_is_there_at_once_on_its_antenna_and_taken_back(vendor: Vendor) -> None:
    with reading(vendor, antennas=(1, 2), power_dbm=FULL_DBM) as (wire, ears, simulation):
        ears.wait_up()
        ears.wait_reads(1)
        wire.set_power("dock", 1, LOW_DBM)
        comes_to(simulation, LOW_DBM)
        read = len(batches(ears.heard))
        ears.wait("reads go on", lambda heard: len(batches(heard)) > read)
        wire.set_power("dock", 1, None)
        comes_to(simulation, FULL_DBM)


def test_the_power_of_no_reader_is_refused_at_once() -> None:
    with reading(Vendor.GENERIC) as (wire, _ears, _simulation):
        with pytest.raises(KeyError, match="gate"):
            wire.set_power("gate", 1, 20.0)
        with pytest.raises(ValueError, match="antenna 0"):
            wire.set_power("dock", 0, 20.0)


def test_an_output_of_no_reader_is_refused_at_once() -> None:
    with reading(Vendor.GENERIC) as (wire, _ears, _simulation):
        with pytest.raises(KeyError, match="gate"):
            wire.set_output("gate", 1, on=True)
        with pytest.raises(ValueError, match="output 0"):
            wire.set_output("dock", 0, on=True)


def test_after_a_reboot_the_settings_are_there_again() -> None:
    """A reader that restarts forgets its ROSpec; what it reads shows that it got it again."""
    fault = PlannedFault(FaultName.REBOOTS, 0.5)
    with reading(Vendor.IMPINJ, fault, selects=(TAG_5,), power_dbm=33.0) as (
        _wire,
        ears,
        simulation,
    ):
        first = ears.wait_up()
        simulation.let_faults_go()
        again = ears.wait_up(times=2)
        before = len(batches(ears.heard))
        ears.wait("reads again", lambda heard: len(batches(heard)) > before)

    assert (
        first.notes == again.notes == ("power 33 dBm wanted, 30 dBm taken: its table ends there",)
    )
    assert {epc[-2:] for epc in epcs(ears.heard)} == {"05"}


def test_a_reader_without_optional_parts_says_what_it_does_not_offer() -> None:
    fault = PlannedFault(FaultName.NO_UHF_BAND, 0.0)
    with reading(Vendor.GENERIC, fault, power_dbm=25.0, mode="fast", search="single") as (
        _wire,
        ears,
        _simulation,
    ):
        up = ears.wait_up()
        ears.wait_reads(1)

    for part in ("Impinj", "table of powers", "mode for fast", "search mode single"):
        assert [one for one in up.notes if part in one], up.notes
    assert len(up.notes) == 4
