"""The simulated UHF module: the manual's bytes, rounds, forgetfulness, faults, its command."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import serial

from simulators.tag_field import TagField
from simulators.uhf import frames
from simulators.uhf.faults import FaultPlan, PlannedFault, UhfFault
from simulators.uhf.module import ROUND_US, Module
from tests.waiting import PATIENCE_S, ended, wait_until

START_US = 1_700_000_000_000_000
INVENTORY = bytes.fromhex("BB 00 27 00 03 22 27 10 83 7E")
STOP = bytes.fromhex("BB 00 28 00 00 28 7E")
NO_TAG = bytes.fromhex("BB 01 FF 00 01 15 16 7E")


def module(*faults: str, tags: int = 10, rate: float = 200.0) -> Module:
    plan = FaultPlan(tuple(PlannedFault.parse(one) for one in faults))
    return Module(TagField(tags, 1, rate, 1), plan, seed=1)


def rounds(played: Module, count: int) -> bytes:
    return b"".join(played.play_round(START_US + n * ROUND_US) for n in range(count))


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (
            "BB 00 03 00 01 00 04 7E",
            "BB 01 03 00 10 00 4D 31 30 30 20 32 36 64 42 6D 20 56 31 2E 30 92 7E",
        ),
        ("BB 00 08 00 00 08 7E", "BB 01 08 00 01 01 0B 7E"),
        ("BB 00 07 00 01 03 0B 7E", "BB 01 07 00 01 00 09 7E"),
        ("BB 00 B7 00 00 B7 7E", "BB 01 B7 00 02 0A 28 EC 7E"),
        ("BB 00 B6 00 02 07 D0 8F 7E", "BB 01 B6 00 01 00 B8 7E"),
        ("BB 00 28 00 00 28 7E", "BB 01 28 00 01 00 2A 7E"),
        ("BB 00 99 00 01 01 9B 7E", "BB 01 FF 00 01 17 18 7E"),
        ("BB 00 07 00 01 09 11 7E", "BB 01 FF 00 01 0E 0F 7E"),
    ],
)
def test_orders_are_answered_with_the_bytes_of_the_manual(asked: str, answered: str) -> None:
    assert module().hear(bytes.fromhex(asked), START_US) == bytes.fromhex(answered)


def test_a_tag_is_told_with_the_bytes_of_the_manual() -> None:
    epc = bytes.fromhex("30751FEB705C5904E3D50D70")

    told = frames.tag(epc, -55.2)

    # the manual's example has PC 3400; a tag with user memory; ours have none
    assert frames.gen2_crc(bytes.fromhex("3400") + epc) == 0x3A76
    assert told[:8].hex() == "bb02220011c93000"
    assert told[8:20] == epc
    assert told[-2] == sum(told[1:-2]) % 256


def test_orders_are_found_among_noise_and_in_pieces() -> None:
    played = module()

    said = played.hear(b"\x00\xbb\xbb" + STOP[:3], START_US)
    said += played.hear(STOP[3:] + b"\x7e\xbb\x00", START_US)

    assert said == bytes.fromhex("BB 01 28 00 01 00 2A 7E")
    assert played.tally.orders == 1


def test_an_inventory_tells_tags_at_the_rate_and_ends_with_its_rounds() -> None:
    played = module()
    played.hear(bytes.fromhex("BB 00 27 00 03 22 00 64 B0 7E"), START_US)

    told = rounds(played, 200)

    assert played.tally.rounds == 100
    assert played.tally.reads == pytest.approx(400, abs=4)
    assert told.count(b"\xbb\x02\x22\x00\x11") == played.tally.reads


def test_a_round_without_tags_says_so() -> None:
    played = module(tags=0)
    played.hear(INVENTORY, START_US)

    assert rounds(played, 3) == NO_TAG * 3


def test_no_more_is_told_than_the_line_carries() -> None:
    played = module(rate=100_000)
    played.hear(INVENTORY, START_US)

    assert len(rounds(played, 50)) <= 11_520


def test_a_stopped_module_tells_nothing() -> None:
    played = module()
    played.hear(INVENTORY + STOP, START_US)

    assert rounds(played, 5) == b""


def test_a_module_that_lost_its_power_has_factory_settings() -> None:
    played = module("reset=0")
    played.hear(bytes.fromhex("BB 00 07 00 01 03 0B 7E") + INVENTORY, START_US)

    assert rounds(played, 5) == b""
    region = played.hear(bytes.fromhex("BB 00 08 00 00 08 7E"), START_US)
    assert region == bytes.fromhex("BB 01 08 00 01 01 0B 7E")


def test_the_same_seed_makes_the_same_noise() -> None:
    one, same = module("garbage=0", "wrong-sum=0"), module("garbage=0", "wrong-sum=0")
    one.hear(INVENTORY, START_US)
    same.hear(INVENTORY, START_US)

    assert rounds(one, 50) == rounds(same, 50)


def test_a_fault_strikes_after_the_first_order_only() -> None:
    plan = FaultPlan((PlannedFault(UhfFault.UNPLUG, 1.0),))

    assert not plan.take(UhfFault.UNPLUG, START_US + 9_000_000)
    plan.begin(START_US)
    assert not plan.take(UhfFault.UNPLUG, START_US + 999_999)
    assert plan.take(UhfFault.UNPLUG, START_US + 1_000_000)
    assert not plan.take(UhfFault.UNPLUG, START_US + 2_000_000)


@pytest.mark.parametrize("text", ["fire", "silent=soon", "silent=-1", "silent=inf"])
def test_an_unknown_fault_or_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"fault|seconds|strike"):
        PlannedFault.parse(text)


def command(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "simulators", "uhf", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_plays_a_module_and_tells_what_it_did(tmp_path: Path) -> None:
    link = tmp_path / "uhf"
    running = command("--link", str(link), "--rate", "100")
    assert running.stdout is not None
    place = json.loads(running.stdout.readline())["uhf"]
    with serial.Serial(str(link), 115_200, timeout=PATIENCE_S) as port:
        port.write(INVENTORY)
        heard = port.read(500)
        running.terminate()
        out, err = ended(running)

    assert err == ""
    assert place["link"] == str(link)
    assert place["terminal"].startswith("/dev/pts/")
    assert heard.count(b"\xbb\x02\x22\x00\x11") > 10
    assert json.loads(out)["orders"] == 1
    assert not link.is_symlink()


def test_a_pulled_module_comes_back_as_another_terminal(tmp_path: Path) -> None:
    link = tmp_path / "uhf"
    running = command("--link", str(link), "--fault", "unplug=0.2")
    assert running.stdout is not None
    first = json.loads(running.stdout.readline())["uhf"]["terminal"]
    held = os.open(first, os.O_RDWR | os.O_NOCTTY)  # so that the name is not given out again
    os.write(held, STOP)

    def is_another() -> bool:
        with suppress(FileNotFoundError):  # it is pulled
            return str(link.readlink()) != first
        return False

    wait_until("it comes back as another terminal", is_another)
    os.close(held)
    running.terminate()
    ended(running)


def test_a_command_without_a_link_or_with_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "uhf").write_text("precious")
    for options in ([], ["--link", str(tmp_path / "uhf")]):
        running = command(*options)
        _, err = ended(running)
        assert running.returncode == 2
        assert "--link" in err
    assert (tmp_path / "uhf").read_text() == "precious"


def test_the_faults_are_listed() -> None:
    out, _ = ended(command("--fault", "list"))

    assert {line.split()[0] for line in out.splitlines()} == set(UhfFault)
