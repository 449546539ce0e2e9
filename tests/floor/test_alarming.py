"""Facts that want a person become alerts."""

from dataclasses import replace

from edge.clock import PlayedClock
from edge.floor.alarming import Alarming
from edge.floor.alerts import Alert, Alerts, alert_view
from edge.floor.board import Board
from edge.floor.letters import Letters
from edge.model.doubts import doubt as doubt_of
from edge.model.events import IntrusionSuspected, OrderReceived
from edge.model.fault_sentences import fault
from edge.model.ids import OrderId
from edge.model.inputs import IntrusionNoticed
from edge.model.orders import Order, OrderState
from edge.model.places import Floor
from edge.model.sentences import sentence
from edge.model.state import FloorState
from edge.rules.decide import decide
from edge.rules.terms import Terms


def test_a_sign_of_intrusion_is_a_fact_and_the_newest_of_its_kind_an_alert() -> None:
    alerts = Alerts()
    alarming = Alarming(alerts, Letters(Board(), PlayedClock()).refused, Terms())
    for at_us, who in enumerate(("badge 1 was tried in vain", "badge 2 was tried in vain")):
        notice = IntrusionNoticed("sign_ins_failed", "192.0.2.7", who, at_us)
        (fact,) = decide(FloorState(Floor({})), Terms("4012345"), notice).events
        assert fact == IntrusionSuspected("sign_ins_failed", "192.0.2.7", who)
        alarming.note(fact, at_us)
    alarming.note(IntrusionSuspected("files_changed", "files", "changed: floor.toml"), 5)

    told = {one.id: (one.code, one.text) for one in alerts.active()}
    assert told == {
        "intrusion-sign-ins-failed": ("intrusion_suspected", "badge 2 was tried in vain"),
        "intrusion-files-changed": ("intrusion_suspected", "changed: floor.toml"),
    }


def test_what_an_alert_says_of_its_own_is_told_by_its_form_line_by_line() -> None:
    reason = fault("no_toml", line=3, column=7, error="Invalid value")
    lines = (f"/etc/gateway.toml: {reason}", "the moon is in the way", sentence("running_goes_on"))
    values = {"detail": "\n".join(lines), "reader": "shelf-1"}
    alert = Alert("configuration-broken", "configuration_broken", "warning", "", 1, values)

    said = alert_view(alert)["said"]

    assert isinstance(said, dict)
    assert list(said) == ["detail"]
    broken, strange, meanwhile = said["detail"]
    assert broken["code"] == "at_file"
    assert broken["values"]["reason"]["code"] == "no_toml"
    assert broken["values"]["reason"]["values"]["error"]["code"] == "toml_value"
    assert (strange["code"], strange["text"]) == ("", "the moon is in the way")
    assert meanwhile["code"] == "running_goes_on"


def test_parcel_numbers_that_could_repeat_are_told_until_they_cannot() -> None:
    alerts = Alerts()
    state = FloorState(Floor({}))
    alarming = Alarming(alerts, Letters(Board(), PlayedClock()).refused, Terms())
    told = []
    for began_s in (0, None, None, 5):
        state.numbered_from_s = began_s
        alarming.look(state, 1_767_225_700_000_000)
        told.append([(one.id, one.code, one.severity) for one in alerts.active()])

    unsure = [("parcel-numbers", "numbers_unsure", "critical")]
    assert told == [[], unsure, unsure, []]


def test_a_rush_order_that_waits_for_a_count_is_told_until_it_goes_and_after_a_restart() -> None:
    alerts, state = Alerts(), FloorState(Floor({}))
    alarming = Alarming(alerts, Letters(Board(), PlayedClock()).refused, Terms())
    doubt = doubt_of("doubtful_stock", "to_count", sku="MUG", quantity=1, to_count="A-2")
    held = Order(
        OrderId("O1"), 1, 5, None, "DHL", (), OrderState.HELD, received_us=1, doubts=(doubt,)
    )
    told_by = lambda alerts: [  # noqa: E731
        (one.code, one.values["order"], one.values["places"], one.since_us)
        for one in alerts.active()
    ]

    state.orders[held.order_id] = held
    alarming.note(OrderReceived(held), 7)
    alarming.look(state, 8)
    told, afterwards = told_by(alerts), Alerts()
    restarted = Alarming(afterwards, Letters(Board(), PlayedClock()).refused, Terms())
    restarted.restarted(state, 9)
    told_again = told_by(afterwards)
    state.orders[held.order_id] = replace(held, state=OrderState.RELEASED, doubts=())
    restarted.look(state, 9)

    assert told == [("rush_waits", "O1", "A-2", 7)]
    assert told_again == [("rush_waits", "O1", "A-2", 1)]
    assert told_by(afterwards) == []
