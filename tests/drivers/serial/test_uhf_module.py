"""The driver against a simulated module on a real pseudo-terminal: read, pull, noise, law."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import serial

from drivers.driver import Driver
from drivers.reads import ReadBatch
from drivers.serial.uhf_frames import Command, Information, Kind, Region, frame_bytes
from drivers.serial.uhf_module import UhfModule, UhfSettings
from simulators.tag_field import seeded_epcs
from tests.drivers.fakes import Ears, HostClock, batches, downs, ups
from tests.drivers.serial.serial_server import SerialServer
from tests.drivers.serial.uhf_bench import Bench
from tests.waiting import PATIENCE_S, wait_until

TAGS = 12
SEED = 5
ORDERS_OF_SETUP = 9
"""Stop, three of identity, four of the law, start."""
Maker = Callable[..., tuple[UhfModule, Ears]]
Plugger = Callable[..., Bench]


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "uhf"


@pytest.fixture
def bench(link: Path) -> Iterator[Plugger]:
    made: list[Bench] = []

    def plug(*options: str) -> Bench:
        made.append(Bench(link, "--tags", str(TAGS), "--seed", str(SEED), *options))
        return made[-1]

    yield plug
    for one in made:
        with suppress(ValueError):  # it may have been switched off already
            one.end()


@pytest.fixture
def module(link: Path) -> Iterator[Maker]:
    made: list[UhfModule] = []

    def make(
        region: Region | None = Region.EU, power_dbm: float | None = 20.0, path: str = ""
    ) -> tuple[UhfModule, Ears]:
        ears = Ears()
        settings = UhfSettings("bench", path or str(link), region=region, power_dbm=power_dbm)
        made.append(UhfModule(settings, ears, HostClock(), np.random.default_rng(3)))
        made[-1].start()
        return made[-1], ears

    yield make
    for one in made:
        one.stop()
        assert not one.alive


def epcs(found: list[ReadBatch]) -> set[str]:
    return {row.tobytes().hex() for batch in found for row in batch.epc}


def known() -> set[str]:
    return {row.tobytes().hex() for row in seeded_epcs(TAGS, SEED)}


def test_a_module_is_set_up_and_its_tags_are_read(bench: Plugger, module: Maker) -> None:
    bench("--rate", "60")  # of which some seconds fit into the line's buffer
    driver, ears = module()

    up = ears.wait_up()
    ears.wait(
        "reads of more than three tags",
        lambda told: len(epcs([one for one in told if isinstance(one, ReadBatch)])) > 3,
    )
    found = ears.wait_reads(50)

    assert (up.manufacturer, up.model, up.firmware) == ("MagicRF", "M100 26dBm V1.0", "V2.3.5")
    assert up.antennas == (1,)
    assert epcs(found) <= known()
    assert all(set(batch.antenna) == {1} and set(batch.epc_bits) == {96} for batch in found)
    assert all(-90 < rssi < -20 for batch in found for rssi in batch.rssi_dbm)
    assert driver.counters.skipped == 0


def test_a_module_whose_frames_begin_and_end_otherwise_is_found(
    bench: Plugger, module: Maker
) -> None:
    bench("--marks", "aa-dd")
    driver, ears = module()

    ears.wait_up()
    found = ears.wait_reads(30)

    assert epcs(found) <= known()
    assert driver.counters.wrong_sum == 0


def test_a_read_is_stamped_before_the_moment_of_its_bytes(bench: Plugger, module: Maker) -> None:
    bench("--rate", "300")
    _, ears = module()

    found = ears.wait_reads(50)

    frame_us = 24 * 10 * 1_000_000 / 115_200
    for batch in found:
        early_us = batch.arrived_us - batch.seen_us
        assert early_us.min() >= frame_us - 1
        assert early_us.max() < 100_000 + 2 * frame_us * len(batch)
        assert np.all(np.diff(batch.seen_us) >= frame_us - 1)
        assert abs(batch.arrived_us - time.time_ns() // 1000) < PATIENCE_S * 1e6


def test_a_pulled_module_is_told_once_and_reads_again(bench: Plugger, module: Maker) -> None:
    bench("--rate", "100", "--fault", "unplug=3")
    _, ears = module()
    ears.wait_reads(10)

    down = ears.wait_down()
    ears.wait_up(times=2)
    before = sum(map(len, batches(ears.heard)))
    ears.wait_reads(before + 10)

    assert down.silent_since_us > 0
    assert len(downs(ears.heard)) == 1
    assert epcs(batches(ears.heard)) <= known(), "frames of before and after were joined"


@pytest.mark.parametrize("fault", ["garbage=0", "wrong-sum=0", "cut-frame=2"])
def test_noise_on_the_line_makes_no_tag_and_takes_none_with_it(
    bench: Plugger, module: Maker, fault: str
) -> None:
    running = bench("--rate", "200", "--fault", fault)
    driver, ears = module()

    wait_until("the noise is heard", lambda: driver.counters.skipped > 0)
    ears.wait_reads(150)
    driver.stop()
    sent = running.end()["reads"]

    heard = driver.counters
    told = sum(map(len, _all(ears)))
    assert epcs(batches(ears.heard)) <= known()
    assert heard.skipped > 0
    assert downs(ears.heard) == []
    assert told >= 0.8 * sent


def _all(ears: Ears) -> list[ReadBatch]:
    while not ears.told.empty():
        ears.heard.append(ears.told.get())
    return batches(ears.heard)


def test_a_module_that_falls_silent_for_good_is_told(bench: Plugger, module: Maker) -> None:
    bench("--rate", "100", "--fault", "silent=3")
    _, ears = module()
    ears.wait_reads(5)

    down = ears.wait_down()

    assert "does not answer STOP" in down.reason
    assert down.silent_since_us < down.at_us


def test_a_module_that_lost_its_power_is_given_its_law_again_and_goes_on(
    bench: Plugger, module: Maker
) -> None:
    running = bench("--rate", "100", "--fault", "reset=2")
    driver, ears = module()

    ears.wait_reads(300)  # at 100 reads a second at most 200 come before the reset
    driver.stop()

    assert len(ups(ears.heard)) == 1
    assert downs(ears.heard) == []
    assert running.end()["orders"] >= 2 * ORDERS_OF_SETUP


def test_a_module_without_tags_is_alive(bench: Plugger, module: Maker) -> None:
    bench("--fault", "no-tags=0")
    _, ears = module()
    ears.wait_up()

    ears.listen(2.5)
    assert downs(ears.heard) == []
    assert batches(ears.heard) == []


def test_a_module_that_keeps_another_region_is_not_started(bench: Plugger, module: Maker) -> None:
    running = bench("--fault", "fixed-region")
    driver, ears = module()

    down = ears.wait_down()
    driver.stop()

    assert "region eu was set, but it keeps cn900" in down.reason
    assert ups(ears.heard) == []
    assert running.end()["rounds"] == 0


def test_a_module_that_cannot_send_so_strongly_is_not_started(
    bench: Plugger, module: Maker
) -> None:
    bench()
    _, ears = module(power_dbm=30.0)

    assert "write power_dbm = 26 " in ears.wait_down().reason
    assert ups(ears.heard) == []


def test_a_module_is_left_quiet(bench: Plugger, module: Maker, link: Path) -> None:
    """It answers a question after the end, so all that came before it has been heard."""
    running = bench("--rate", "100")
    driver, ears = module()
    ears.wait_reads(5)

    driver.stop()
    with serial.Serial(str(link), 115_200, timeout=PATIENCE_S) as port:
        port.write(frame_bytes(Kind.COMMAND, Command.INFORMATION, bytes([Information.FIRMWARE])))
        port.read_until(bytes([0xBB, Kind.RESPONSE, Command.INFORMATION]))
    first = running.end()

    assert first["orders"] == ORDERS_OF_SETUP + 1 + 1


def test_a_stopped_driver_needs_no_module(module: Maker) -> None:
    driver, ears = module()
    started: Driver = driver
    ears.wait_down()

    started.stop()

    assert not driver.alive


def test_a_module_behind_a_serial_server_is_read(
    bench: Plugger, module: Maker, link: Path
) -> None:
    """A server that hands bytes on as they are, and goes away."""
    bench("--rate", "200")
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    ending = threading.Event()
    serving = threading.Thread(target=_hand_on, args=(listening, link, ending))
    serving.start()
    try:
        _, ears = module(path=f"socket://127.0.0.1:{port}")
        found = ears.wait_reads(50)
        ending.set()
        down = ears.wait_down()
    finally:
        ending.set()
        serving.join(PATIENCE_S)
        listening.close()

    assert epcs(found) <= known()
    assert "serial server" in down.reason


def _hand_on(listening: socket.socket, link: Path, ending: threading.Event) -> None:
    with listening.accept()[0] as caller, link.open("r+b", buffering=0) as terminal:
        caller.settimeout(0.02)
        while not ending.is_set():
            with suppress(TimeoutError):
                terminal.write(caller.recv(4096))
            caller.sendall(terminal.read(4096) or b"")


@pytest.mark.filterwarnings("ignore:set:DeprecationWarning")  # how pyserial names its thread
def test_a_module_behind_a_serial_server_that_takes_settings_is_read(
    bench: Plugger, module: Maker, link: Path
) -> None:
    bench("--rate", "200")
    server = SerialServer(link)
    try:
        driver, ears = module(path=server.address)
        found = ears.wait_reads(50)
        driver.stop()
    finally:
        server.end()

    assert epcs(found) <= known()
