"""A supervisor lets a parcel go that weighs other than it should, by badge and PIN."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from edge.model.weights import WeightReason
from edge.web.people import Role
from tests.web.toy_goods import TEA, TOTE
from tests.web.toy_house import BADGES, PIN, House

ClientOf = Callable[[Role | None], httpx.Client]
PATH = "/api/pack/PACK-1"
keys = iter(range(1_000_000))


def post(client: httpx.Client, what: str, body: dict[str, object]) -> httpx.Response:
    headers = {"Idempotency-Key": f"weight-{next(keys)}"}
    return client.post(f"{PATH}/{what}", json=body, headers=headers)


def accepted_by(role: Role, client: httpx.Client, pin: str = PIN) -> httpx.Response:
    return post(client, "acceptance", {"badge": BADGES[role], "pin": pin})


def close(client: httpx.Client, word: str) -> dict[str, object]:
    said = {"badge": BADGES[Role.SUPERVISOR], "word": word, "reason": "scale"}
    weighing = {"weight_g": 1730, "carton": "M", "acceptance": said}
    answer: dict[str, object] = post(
        client, "close", {"partial": True, "weighing": weighing}
    ).json()
    return answer


@pytest.fixture
def packer(client_of: ClientOf, house: House) -> Iterator[httpx.Client]:
    """Somebody with a parcel that should weigh 1,480 g."""
    client = client_of(Role.PACKER)
    house.floor.pack.begin()
    post(client, "scan", {"code": TOTE})
    house.floor.pack.expected_g = 1480
    yield client
    house.floor.pack.begin()


def test_the_word_of_a_supervisor_closes_the_parcel_and_their_name_goes_along(
    packer: httpx.Client, house: House
) -> None:
    word = accepted_by(Role.SUPERVISOR, packer).json()["word"]

    assert close(packer, word)["code"] == "closed"
    weighing = house.floor.pack.accepted
    assert weighing is not None
    assert (weighing.weight_g, weighing.carton) == (1730, "M")
    assert weighing.accepted is not None
    assert weighing.accepted.by == BADGES[Role.SUPERVISOR]
    assert weighing.accepted.reason is WeightReason.SCALE
    assert weighing.accepted.given_us is not None


def test_a_word_holds_for_whom_it_was_given_and_no_other_word_does(
    packer: httpx.Client, client_of: ClientOf
) -> None:
    others = accepted_by(Role.SUPERVISOR, client_of(Role.ADMINISTRATOR)).json()["word"]

    assert close(packer, others)["code"] == "not_confirmed"
    assert close(packer, "no word")["code"] == "not_confirmed"


def test_neither_a_wrong_pin_nor_a_packer_s_own_gets_a_word(packer: httpx.Client) -> None:
    wrong = accepted_by(Role.SUPERVISOR, packer, "0000")
    own = accepted_by(Role.PACKER, packer)

    assert (wrong.status_code, wrong.json()["error"]) == (401, "wrong_badge_or_pin")
    assert (own.status_code, own.json()["error"]) == (403, "not_allowed")


def test_a_box_that_is_open_is_checked_anew_by_a_scan_that_says_so(packer: httpx.Client) -> None:
    assert post(packer, "scan", {"code": TEA.gtin}).json()["code"] == "checked"

    again = post(packer, "scan", {"code": TOTE})
    anew = post(packer, "scan", {"code": TOTE, "anew": True})

    assert (again.json()["code"], anew.json()["code"]) == ("already_open", "opened")
    lines = packer.get(PATH).json()["lines"]
    assert [one["checked"] for one in lines] == [0, 0, 0]
    assert post(packer, "scan", {"code": TEA.gtin}).json()["code"] == "checked"
