"""A search tells as many items as somebody can look through, and whether there are more."""

from collections.abc import Callable

import httpx
import pytest

from edge.web.people import Role
from tests.web.toy_goods import SOAP
from tests.web.toy_house import House

ClientOf = Callable[[Role | None], httpx.Client]


def told(client: httpx.Client, path: str, text: str) -> tuple[int, bool]:
    """How many items a search tells, and whether it says that there are more."""
    answer = client.get(path, params={"q": text})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return len(body["items"]), body["more"]


@pytest.mark.parametrize(
    ("path", "text", "items"),
    [
        ("/api/items", "soap", 100),  # of 101
        ("/api/find/items", "C-04", 50),  # of 100
    ],
)
def test_of_more_than_the_limit_the_first_are_told_and_that_there_are_more(
    client_of: ClientOf, path: str, text: str, items: int
) -> None:
    assert told(client_of(Role.PICKER), path, text) == (items, True)


def test_of_the_many_pieces_that_a_gtin_names_the_first_are_told(
    client_of: ClientOf, house: House
) -> None:
    house.floor.board.show("articles", {SOAP.sku: {"gtin": SOAP.gtin, "name": SOAP.name}})

    assert told(client_of(Role.PICKER), "/api/find/items", SOAP.gtin) == (50, True)


@pytest.mark.parametrize(
    ("path", "text", "items"),
    [
        ("/api/items", "C-04", 100),
        ("/api/items", "tea", 2),
        ("/api/find/items", "C-04-3", 50),
        ("/api/find/items", "30395dfa8000000000000001", 1),
        ("/api/find/items", "no such thing", 0),
    ],
)
def test_where_all_are_told_no_more_are_promised(
    client_of: ClientOf, path: str, text: str, items: int
) -> None:
    assert told(client_of(Role.PICKER), path, text) == (items, False)
