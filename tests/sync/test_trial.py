"""A broker is tried beside the daemon, and nothing of the trial stays behind."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.clock import SystemClock
from edge.sync.mqtt.trial import Trial, try_broker
from tests.mosquitto import Broker
from tests.sync.conftest import BASE, Central, HastyClock, settings_for
from tests.waiting import wait_until


@pytest.fixture
def wake() -> Iterator[int]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours.fileno()


def test_a_broker_that_lets_us_work_is_told_with_its_limit(
    make_broker: Callable[..., Broker], wake: int
) -> None:
    broker = make_broker("max_packet_size 50000\n")

    trial = try_broker(settings_for(broker.port), HastyClock(0.1), wake)

    assert trial.reached
    assert trial.listens
    assert trial.delivers is True
    assert trial.publish_reason in {0x00, 0x10}
    assert trial.packet_max == 50_000
    assert trial.trouble == ""


def test_what_the_rights_forbid_is_found_by_trying(
    make_broker: Callable[..., Broker], tmp_path: Path, wake: int
) -> None:
    rights = tmp_path / "rights"
    rights.write_text(f"topic read {BASE}#\n")
    broker = make_broker(f"acl_file {rights}\n")

    trial = try_broker(settings_for(broker.port), HastyClock(0.1), wake)

    assert trial.reached
    assert trial.publish_reason == 0x87


def test_a_wrong_password_is_told_as_the_broker_tells_it(
    make_broker: Callable[..., Broker], tmp_path: Path, wake: int
) -> None:
    # given: a broker that lets nobody in without a password, of which it knows none
    nobody = tmp_path / "nobody"
    nobody.write_text("")
    broker = make_broker(f"allow_anonymous false\npassword_file {nobody}\n")

    # when
    trial = try_broker(settings_for(broker.port), HastyClock(0.1), wake)

    # then: its own word, not that the wire ended after it
    assert not trial.reached
    assert trial.trouble == "the broker refuses us: Not authorized"


def rights(make_broker: Callable[..., Broker], folder: Path, *lines: str) -> Broker:
    """A broker that lets everybody do what its lines say, and nothing else."""
    file = folder / "rights"
    file.write_text("".join(f"topic {line}\n" for line in lines))
    return make_broker(f"acl_file {file}\n")


def test_a_broker_that_grants_a_subscription_and_delivers_nothing_is_found_out(
    make_broker: Callable[..., Broker], tmp_path: Path, wake: int
) -> None:
    broker = rights(make_broker, tmp_path, f"write {BASE}#")

    trial = try_broker(settings_for(broker.port), SystemClock(), wake)

    assert (trial.listens, trial.delivers) == (True, False)


@pytest.mark.parametrize("has_acknowledged", [True, False])
def test_where_a_gateway_may_not_ask_itself_a_kept_acknowledgement_proves_that_it_may_read(
    make_broker: Callable[..., Broker], tmp_path: Path, wake: int, *, has_acknowledged: bool
) -> None:
    # given: rights as they should be, the central system's kept word included
    own = ("event/#", "alert/#", "state", "info", "health")
    inward = ("ack", "order", "return", "master/#", "request/#")
    broker = rights(
        make_broker,
        tmp_path,
        *(f"write {BASE}{one}" for one in (*own, "ack")),
        *(f"read {BASE}{one}" for one in inward),
    )
    if has_acknowledged:
        central = Central(broker.port)
        central.send("ack", b'{"epoch":"e1","upto":0}', retain=True)
        wait_until("the acknowledgement is kept", lambda: "ack" in central.kept)
        central.stop()

    # when, then
    trial = try_broker(settings_for(broker.port), HastyClock(0.1), wake)
    assert trial.delivers is (True if has_acknowledged else None)
    assert trial.publish_reason in {0x00, 0x10}


def test_nobody_there_is_told_in_a_sentence(broker: Broker, wake: int) -> None:
    broker.kill()

    trial = try_broker(settings_for(broker.port), HastyClock(0.1), wake)

    assert trial == Trial(trouble="[Errno 111] Connection refused")


def test_a_trial_disturbs_no_daemon_and_raises_no_alert(broker: Broker, wake: int) -> None:
    central = Central(broker.port)

    try_broker(settings_for(broker.port), HastyClock(0.1), wake)

    wait_until("it came", lambda: any("alert/doctor" in one.topic for one in central.messages))
    wait_until("its question came, too", lambda: "request/identify" in central.kept)
    assert central.kept == {"alert/doctor": b"", "request/identify": b"{}"}
    assert not any(hasattr(one.properties, "ResponseTopic") for one in central.messages)
    central.stop()
