"""Services start in order and stop in mirror order, whatever one of them does."""

import pytest

from edge.daemon.supervisor import Service, Supervisor, guard


class Part:
    """A service that tells what is done to it, and fails where it is asked to."""

    def __init__(self, name: str, told: list[str], fails: str = "") -> None:
        self.name = name
        self.told = told
        self.fails = fails

    def start(self) -> None:
        self._do("start")

    def stop(self) -> None:
        self._do("stop")

    def _do(self, what: str) -> None:
        self.told.append(f"{what} {self.name}")
        if what == self.fails:
            raise OSError(f"{self.name} cannot {what}")


def supervisor(told: list[str], **fails: str) -> Supervisor:
    names = ("store", "floor", "web")
    return Supervisor([Service(name, Part(name, told, fails.get(name, ""))) for name in names])


def test_services_stop_in_mirror_order_and_only_once() -> None:
    told: list[str] = []
    services = supervisor(told)

    services.start()
    services.stop()
    services.stop()

    assert told == [
        *("start store", "start floor", "start web"),
        *("stop web", "stop floor", "stop store"),
    ]


def test_where_one_cannot_start_it_and_those_before_it_are_stopped_and_its_error_is_told() -> None:
    told: list[str] = []

    with pytest.raises(OSError, match="floor cannot start"):
        supervisor(told, floor="start").start()

    assert told == ["start store", "start floor", "stop floor", "stop store"]


def test_one_that_cannot_stop_does_not_keep_the_others() -> None:
    told: list[str] = []
    services = supervisor(told, floor="stop")
    services.start()

    services.stop()

    assert told[-3:] == ["stop web", "stop floor", "stop store"]


def test_a_guarded_action_says_whether_it_went_well() -> None:
    told: list[str] = []

    assert guard(Part("good", told).start, "starting failed")
    assert not guard(Part("bad", told, "start").start, "starting failed")
    assert told == ["start good", "start bad"]
