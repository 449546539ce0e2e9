"""What the central system asks is answered from the board and the store."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.clock import PlayedClock
from edge.compose.requests import Answers
from edge.floor.board import Board
from edge.floor.enquiries import Enquiries
from edge.floor.explaining import Explainer
from edge.floor.lookups import Lookups
from edge.locating.locator import Locator
from edge.model.applying import apply
from edge.model.events import ItemArrived
from edge.model.ids import DeviceName, Epc, LocationId, Sku
from edge.model.places import Antenna, Floor, Location, LocationKind
from edge.model.state import FloorState
from edge.store.store import Store
from edge.sync.wire.requests import answer

EPC = "3034257bf400b7800004cb2f"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    ids = iter(range(100))
    opened = Store.open(tmp_path / "edge.db", PlayedClock(), lambda: f"id-{next(ids)}")
    state = FloorState(Floor({}))
    arrival = ItemArrived(Epc(EPC), Sku("MUG"), LocationId("A-01"), 0.9)
    apply(state, arrival, 5)
    opened.commit([(arrival, 5)], state, {})
    yield opened
    opened.close()


@pytest.fixture
def enquiries() -> Enquiries:
    return Enquiries()


@pytest.fixture
def answers(store: Store, enquiries: Enquiries, tmp_path: Path) -> Answers:
    board = Board()
    row = {"sku": "MUG", "name": "Mug", "quantity": 4, "reserved": 1}
    board.show("floor", {"locations": [{"id": "A-01", "stock": [row]}], "readers": []})
    board.show("orders", {"orders": [{"order_id": f"O-{number}"} for number in (3, 1, 2)]})
    lookups = Lookups(tmp_path / "edge.db", board)
    return Answers(
        board, lookups, Explainer(enquiries, lookups), store, lambda: {"version": "0.1.0"}
    )


def ask(answers: Answers, name: str, **values: object) -> dict[str, object]:
    told = answer(name, json.dumps(values).encode(), answers)
    assert told is not None
    found: dict[str, object] = json.loads(told)
    return found


def test_an_article_is_where_the_radio_and_the_books_say(answers: Answers) -> None:
    told = ask(answers, "where", sku="MUG")

    assert told["stock"] == [{"location": "A-01", "quantity": 4, "reserved": 1}]
    items = told["items"]
    assert isinstance(items, list)
    assert [(one["epc"], one["location"], one["probability"]) for one in items] == [
        (EPC, "A-01", 0.9)
    ]


def test_a_tag_is_found_in_either_case_and_an_unknown_one_is_nowhere(answers: Answers) -> None:
    known, unknown = ask(answers, "where", epc=EPC.upper()), ask(answers, "where", epc="abcd")

    assert known["items"] != []
    assert unknown == {"epc": "abcd", "items": []}


def test_the_reasons_come_along_when_they_are_asked_for(
    answers: Answers, enquiries: Enquiries
) -> None:
    antenna = Antenna(DeviceName("north"), 1, LocationId("A-01"))
    place = Location(LocationId("A-01"), LocationKind.SHELF)
    locator = Locator(Floor({place.id: place}, (antenna,)))
    over = threading.Event()

    def answer_them() -> None:
        while not over.wait(0.005):
            enquiries.answer(locator, 7)

    loop = threading.Thread(target=answer_them)
    loop.start()
    try:
        told = ask(answers, "where", epc=EPC, why=True)
        nowhere = ask(answers, "where", epc="abcd", why=True)
    finally:
        over.set()
        loop.join()

    why = told["why"]
    assert isinstance(why, dict)
    assert why["reason"] is None  # the radio has not heard it since the start
    assert [one["type"] for one in why["history"]] == ["stock.arrived"]
    assert nowhere["why"] is None


def test_open_orders_come_in_pages(answers: Answers, store: Store) -> None:
    first = ask(answers, "snapshot", limit=2)
    second = ask(answers, "snapshot", limit=2, orders_after=first["orders_after"])

    assert (first["epoch"], first["last_seq"], first["acknowledged"]) == (store.epoch, 1, 0)
    assert [first["orders"], second["orders"]] == [
        [{"order_id": "O-1"}, {"order_id": "O-2"}],
        [{"order_id": "O-3"}],
    ]
    assert second["orders_after"] is None


def test_a_gateway_says_who_it_is_to_an_empty_request(answers: Answers) -> None:
    assert answer("identify", b"", answers) == b'{"version":"0.1.0"}'


@pytest.mark.parametrize(
    ("name", "payload", "error"),
    [
        ("where", b"{}", "give either sku or epc"),
        ("where", b'{"epc":"xyz"}', "epc: String should match"),
        ("where", b"[]", "0 objects"),
        ("where", b'{"sku":"MUG","why":true}', "reasons are told of one epc"),
        ("snapshot", b"\xff", "byte 0 is not UTF-8"),
        ("identify", b"{", "not JSON at character 1"),
    ],
)
def test_a_wrong_request_is_answered_with_what_is_wrong(
    answers: Answers, name: str, payload: bytes, error: str
) -> None:
    told = answer(name, payload, answers)

    assert told is not None
    assert error in json.loads(told)["error"]


def test_a_request_that_does_not_exist_is_nobodys(answers: Answers) -> None:
    assert answer("dance", b"{}", answers) is None
