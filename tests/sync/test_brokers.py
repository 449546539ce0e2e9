from edge.sync.mqtt.brokers import STAY_DOUBLINGS_MAX, BrokerChoice

HERE, THERE = ("here", 1883), ("there", 1883)
STAY_US = 60_000_000


def on_standby() -> BrokerChoice:
    choice = BrokerChoice((HERE, THERE), STAY_US)
    choice.ended(served=True)
    return choice


def test_a_pause_is_due_only_after_every_broker_has_had_its_turn() -> None:
    choice = BrokerChoice((HERE, THERE), STAY_US)

    assert not choice.ended(served=False)
    assert choice.current == THERE
    assert choice.ended(served=False)
    assert choice.current == HERE


def test_a_single_broker_is_tried_again_after_a_pause() -> None:
    choice = BrokerChoice((HERE,), STAY_US)

    assert choice.ended(served=False)
    assert choice.current == HERE
    assert not choice.has_others
    assert not choice.wants_back(10 * STAY_US, 0, unsent=0)


def test_a_standby_broker_is_kept_while_anything_is_unsent_or_it_is_new() -> None:
    choice = on_standby()

    assert not choice.wants_back(2 * STAY_US, 0, unsent=1)
    assert not choice.wants_back(STAY_US - 1, 0, unsent=0)
    assert choice.wants_back(STAY_US, 0, unsent=0)
    assert not choice.wants_back(STAY_US + 1, 0, unsent=0), "not asked again at once"


def test_a_preferred_broker_that_only_seems_well_is_tried_ever_more_seldom() -> None:
    choice = on_standby()
    for failures in range(STAY_DOUBLINGS_MAX + 3):
        stay_us = STAY_US << min(failures, STAY_DOUBLINGS_MAX)
        opened_us = failures * 100 * stay_us
        assert not choice.wants_back(opened_us + stay_us - 1, opened_us, unsent=0)
        assert choice.wants_back(opened_us + stay_us, opened_us, unsent=0)
        choice.go_back()
        assert choice.current == HERE
        choice.ended(served=False)
        assert choice.current == THERE


def test_a_return_that_served_makes_the_stay_short_again() -> None:
    choice = on_standby()
    choice.go_back()
    choice.ended(served=False)
    choice.go_back()

    choice.ended(served=True)

    assert choice.wants_back(STAY_US, 0, unsent=0)
