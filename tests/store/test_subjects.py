"""A fact is found by every tag, order and parcel that it names."""

from edge.model.events import ItemArrived, PackOpened, ParcelClosed, StrangerSeen, WalkPlanned
from edge.model.ids import Epc, LineId, LocationId, OrderId, Sku, Sscc, ToteId, WalkId
from edge.model.work import Parcel, Stop, Unit, Walk
from edge.store.codec import event_data
from edge.store.subjects import subjects_of

A, SHIRT, TOTE = LocationId("A-01"), Sku("S-1"), ToteId("T-1")
TAG, OTHER = Epc("30aa"), Epc("30bb")


def test_a_tag_that_arrived_is_the_only_subject() -> None:
    assert list(subjects_of(event_data(ItemArrived(TAG, SHIRT, A, 0.5)))) == ["30aa"]


def test_a_walk_is_about_each_of_its_orders_once() -> None:
    stops = tuple(
        Stop(A, SHIRT, 1, OrderId(order), LineId("1"), TOTE) for order in ("O-1", "O-2", "O-1")
    )
    walk = WalkPlanned(Walk(WalkId("W-1"), stops, 1.0, "near"))
    assert list(subjects_of(event_data(walk))) == ["O-1", "O-2"]


def test_a_parcel_is_about_its_number_its_order_and_its_tags() -> None:
    contents = ((SHIRT, Unit(TAG, scanned=True)), (SHIRT, Unit(None, scanned=True)))
    closed = ParcelClosed(
        A, Parcel(Sscc("34"), OrderId("O-1"), "", contents, complete=True), TOTE, None
    )
    assert set(subjects_of(event_data(closed))) == {"34", "O-1", "30aa"}


def test_a_stranger_is_also_about_the_order_it_belongs_to() -> None:
    seen = StrangerSeen(A, OTHER, None, OrderId("O-9"))
    assert set(subjects_of(event_data(seen))) == {"30bb", "O-9"}


def test_places_totes_and_people_are_no_subjects() -> None:
    assert list(subjects_of(event_data(PackOpened(A, TOTE, OrderId("O-1"), None)))) == ["O-1"]
