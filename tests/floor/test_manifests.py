"""What dispatch sees: manifests by cut-off, and an alert while a parcel is at a wrong door."""

from dataclasses import replace

from edge.clock import PlayedClock
from edge.floor.alarming import Alarming
from edge.floor.alerts import Alerts
from edge.floor.board import Board
from edge.floor.letters import Letters
from edge.floor.manifests import ASKED_FOR_US, dispatch_view
from edge.model.events import (
    PalletDeparted,
    PalletLookedAt,
    ParcelShipped,
    ParcelUnstacked,
    WrongDoorSeen,
)
from edge.model.ids import LocationId, OrderId, Sku, Sscc
from edge.model.orders import Order, OrderState
from edge.model.pallets import Pallet, PalletState
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.model.weights import ParcelWeight
from edge.model.work import Parcel, Unit, WrongDoor
from edge.rules.dispatching import manifests
from edge.rules.terms import Terms

DUE_US = 1_700_003_600_000_000
DOOR = LocationId("dock-2")
FIRST, SECOND = Sscc("340123450000000018"), Sscc("340123450000000025")
PALLET = Sscc("340123450000000032")


def loading(*shipped: bool) -> FloorState:
    """DHL's parcels of one cut-off; whether each has left."""
    state = FloorState(Floor({}))
    for sscc, has_left in zip((FIRST, SECOND), shipped, strict=True):
        name = OrderId(f"O-{sscc[-2:]}")
        stage = OrderState.SHIPPED if has_left else OrderState.PACKED
        state.orders[name] = Order(name, 1, 0, DUE_US, "DHL", (), stage, 1)
        contents = ((Sku("SHIRT"), Unit(None, scanned=True)),)
        state.parcels[sscc] = Parcel(sscc, name, "DHL", contents, complete=True, shipped=has_left)
    return state


def codes(alerts: Alerts) -> list[str]:
    return [one.code for one in alerts.active()]


def test_a_manifest_shows_parcels_due_loaded_and_missing_and_where_one_went_astray() -> None:
    state = loading(True, False)
    state.parcels[SECOND] = replace(state.parcels[SECOND], wrong_door=WrongDoor(DOOR, 5))

    shown = dispatch_view(state, DUE_US)

    assert shown == {
        "manifests": [
            {
                "carrier": "DHL",
                "due_us": DUE_US,
                "due": 2,
                "loaded": 1,
                "missing": [{"sscc": SECOND, "order_id": "O-25", "wrong_door": DOOR}],
                "missing_count": 1,
                "weight_g": 0,
                "unweighed": 1,
                "pallets": [],
            }
        ],
        "open": 1,
        "pallets": [],
        "questions": [],
    }


def test_a_manifest_tells_what_its_loaded_parcels_weigh_and_how_many_were_not_weighed() -> None:
    state = loading(True, True)
    state.parcels[FIRST] = replace(state.parcels[FIRST], weight=ParcelWeight(1_480, None))

    (manifest,) = manifests(state)

    assert (manifest.weight_g, manifest.unweighed) == (1_480, 1)


def test_a_pallet_is_shown_with_its_parcels_and_what_was_missing_on_it() -> None:
    state = loading(True, True)
    pallet = Pallet(PALLET, DOOR, "DHL", (FIRST, SECOND), PalletState.LEFT, unheard=(SECOND,))
    state.pallets[PALLET] = pallet

    shown = dispatch_view(state, DUE_US)

    assert shown["pallets"] == [
        {
            "sscc": PALLET,
            "place": DOOR,
            "carrier": "DHL",
            "state": "left",
            "parcels": [
                {"sscc": FIRST, "order_id": "O-18"},
                {"sscc": SECOND, "order_id": "O-25"},
            ],
            "seen": 0,
            "unheard": [SECOND],
            "left_alone": [],
        }
    ]
    manifests = shown["manifests"]
    assert isinstance(manifests, list)
    assert manifests[0]["pallets"] == [PALLET]


def test_a_pallet_that_differs_is_an_alert_until_somebody_has_looked_across_a_restart_too() -> (
    None
):
    alerts, restarted = Alerts(), Alerts()
    alarming = Alarming(alerts, Letters(Board(), PlayedClock()).refused, Terms())
    state = loading(True, True)
    state.pallets[PALLET] = Pallet(
        PALLET, DOOR, "DHL", (FIRST,), PalletState.LEFT, left_alone=(SECOND,)
    )

    alarming.note(PalletDeparted(PALLET, "DHL", DOOR, (FIRST,), (FIRST,), None), 5)
    alarming.note(ParcelUnstacked(PALLET, SECOND, OrderId("O-25"), "left_alone", None), 6)
    Alarming(restarted, Letters(Board(), PlayedClock()).refused, Terms()).restarted(state, 8)
    at_once, after = codes(alerts), codes(restarted)
    alarming.note(PalletLookedAt(PALLET, None), 7)

    assert at_once == after == ["pallet_differs"]
    assert [one.since_us for one in restarted.active()] == [
        8
    ]  # nobody has written down when it was
    assert codes(alerts) == []


def test_what_was_loaded_whole_long_ago_is_not_asked_about_but_a_missing_parcel_is() -> None:
    later_us = DUE_US + ASKED_FOR_US + 1

    assert dispatch_view(loading(True, True), DUE_US + ASKED_FOR_US)["open"] == 1
    assert dispatch_view(loading(True, True), later_us)["open"] == 0
    assert dispatch_view(loading(True, False), later_us)["open"] == 1


def test_a_wrong_door_is_an_alert_until_the_parcel_has_left_across_a_restart_too() -> None:
    alerts = Alerts()
    alarming = Alarming(alerts, Letters(Board(), PlayedClock()).refused, Terms())
    seen = WrongDoorSeen(SECOND, OrderId("O-25"), "DHL", DOOR, ("UPS",), None)
    alarming.note(seen, 5)
    at_once = codes(alerts)
    state = loading(True, False)
    state.parcels[SECOND] = replace(state.parcels[SECOND], wrong_door=WrongDoor(DOOR, 5))
    restarted = Alerts()
    Alarming(restarted, Letters(Board(), PlayedClock()).refused, Terms()).restarted(state, 8)

    alarming.note(ParcelShipped(SECOND, OrderId("O-25"), "DHL", DOOR, (), None), 6)

    assert at_once == codes(restarted) == ["wrong_door"]
    assert codes(alerts) == []
