"""A broker is tried beside the daemon, and nothing of the trial stays behind."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.clock import SystemClock
from edge.sync.mqtt.trial import Trial, try_broker
from tests.sync.conftest import BASE, Broker, Central, settings_for, wait_until


@pytest.fixture
def wake() -> Iterator[int]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours.fileno()


def test_a_broker_that_lets_us_work_is_told_with_its_limit(
    make_broker: Callable[..., Broker], wake: int
) -> None:
    broker = make_broker("max_packet_size 50000\n")

    trial = try_broker(settings_for(broker.port), SystemClock(), wake)

    assert trial.reached
    assert trial.listens
    assert trial.publish_reason in {0x00, 0x10}
    assert trial.packet_max == 50_000
    assert trial.trouble == ""


def test_what_the_rights_forbid_is_found_by_trying(
    make_broker: Callable[..., Broker], tmp_path: Path, wake: int
) -> None:
    rights = tmp_path / "rights"
    rights.write_text(f"topic read {BASE}#\n")
    broker = make_broker(f"acl_file {rights}\n")

    trial = try_broker(settings_for(broker.port), SystemClock(), wake)

    assert trial.reached
    assert trial.publish_reason == 0x87


def test_nobody_there_is_told_in_a_sentence(broker: Broker, wake: int) -> None:
    broker.kill()

    trial = try_broker(settings_for(broker.port), SystemClock(), wake)

    assert trial == Trial(trouble="[Errno 111] Connection refused")


def test_a_trial_disturbs_no_daemon_and_raises_no_alert(broker: Broker, wake: int) -> None:
    central = Central(broker.port)

    try_broker(settings_for(broker.port), SystemClock(), wake)

    wait_until(lambda: any("alert/doctor" in one.topic for one in central.messages), "it came")
    assert central.kept == {"alert/doctor": b""}
    central.stop()
