"""Simulated people against a gateway of paper: what they carry is judged by the world's ledger."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from simulators.api import Device, RefusedError
from simulators.catalogue import Catalogue, Placement, make_catalogue
from simulators.crew import dismiss, picker_jobs, station_jobs
from simulators.hall import ASIDE
from simulators.judging import judge
from simulators.people import PeopleFileError, Person, Shift, at_work, people_of
from simulators.stock_keeper import StockKeeper
from simulators.things import Piece, tote_holder
from simulators.world import World
from tests.waiting import PATIENCE_S

Paper = Any
"""The gateway of paper; its class lives in the conftest."""
PEOPLE = [Person("P1", "7", "picker"), Person("K1", "7", "packer")]
KEEPER = Person("S1", "7", "supervisor")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return make_catalogue(4)


@pytest.fixture
def gateway(catalogue: Catalogue, paper_gateway: Paper, stop_at: Paper) -> Paper:
    first, second = catalogue.placements[3], catalogue.placements[40]
    stops = [stop_at(first.location, first.sku, 2), stop_at(second.location, second.sku, 1)]
    return paper_gateway(stops, {a.gtin_13: a.sku for a in catalogue.articles.values()})


def shift_of(catalogue: Catalogue, gateway: Paper, seed: int = 0) -> Shift:
    world = World.opened(catalogue)
    chance = np.random.default_rng(seed)
    shift = Shift(world, catalogue, gateway.url, 300.0, chance, lambda: 1, patience=0.02)
    shift.wrong_piece_share = shift.double_scan_share = 0.0
    return shift


@pytest.fixture
def shift(catalogue: Catalogue, gateway: Paper) -> Shift:
    return shift_of(catalogue, gateway)


async def live(
    shift: Shift,
    gateway: Paper,
    until: Callable[[], bool],
    people: list[Person] = PEOPLE,
) -> list[str]:
    """Everybody works until something is so."""
    told: list[str] = []
    await gateway.start()
    shift.url = gateway.url
    jobs = [*picker_jobs(shift, people, 1), *station_jobs(shift, people, None)]
    tasks = [asyncio.create_task(at_work(shift, *job, told.append)) for job in jobs]
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not until():  # noqa: ASYNC110 - the world has no event for everything
                await asyncio.sleep(0.02)
    finally:
        await dismiss(tasks)
        await gateway.stop()
    return told


def wanted(gateway: Paper) -> dict[str, dict[str, int]]:
    return {"O1": {stop.sku: stop.quantity for stop in gateway.stops}}


class Verdict(NamedTuple):
    """On the pieces that left."""

    items: int
    wrong: int = 0
    missing: int = 0


def walk_and_judge(shift: Shift, gateway: Paper) -> Verdict:
    """The one order goes through the house and leaves as one parcel."""
    told = asyncio.run(live(shift, gateway, lambda: bool(shift.world.ledger)))
    assert told == []
    assert shift.world.broken_laws() == []
    found = judge(shift.world.ledger, wanted(gateway))
    assert found["parcels"] == 1
    return Verdict(found["items"], found["wrong_items"], found["missing_items"])


def put_into_tote(shift: Shift, placement: Placement, badge: str) -> Piece:
    """A piece of no order, in the order's tote."""
    piece = shift.world.take(placement.sku, placement.location, badge)
    assert piece is not None
    shift.world.put(piece.epc, tote_holder("T1"))
    return piece


def posts(gateway: Paper, path: str) -> list[dict[str, Paper]]:
    return [body for at, body in gateway.effects if at == path]


def test_an_order_is_picked_packed_and_carried_out_as_it_was_asked_for(
    catalogue: Catalogue, gateway: Paper, shift: Shift
) -> None:
    verdict = walk_and_judge(shift, gateway)

    assert verdict == Verdict(items=3)
    scans = [body["code"] for body in posts(gateway, "/api/scan")]
    assert scans == [
        *[catalogue.articles[gateway.stops[0].sku].gtin_13] * 2,
        catalogue.articles[gateway.stops[1].sku].gtin_13,
        "pack-1",
    ]


def test_what_the_cart_hears_is_not_scanned(gateway: Paper, shift: Shift) -> None:
    shift.patience = 0.2
    gateway.radio = True

    def hear(paper: Paper) -> None:
        for stop in paper.stops:
            stop.picked = (
                shift.world.count(stop.sku, tote_holder("T1"))
                if not paper.dropped
                else stop.quantity
            )

    gateway.hear = hear
    verdict = walk_and_judge(shift, gateway)

    assert verdict == Verdict(items=3)
    assert [body["code"] for body in posts(gateway, "/api/scan")] == ["pack-1"]
    assert shift.deeds["confirmed_by_radio"] == 3


def test_a_piece_that_is_no_longer_wanted_is_brought_back_to_its_place(
    gateway: Paper, shift: Shift
) -> None:
    stop = gateway.stops[0]
    lay_there = shift.world.count(stop.sku, stop.location)
    gateway.unwanted = 1

    verdict = walk_and_judge(shift, gateway)

    assert verdict == Verdict(items=2)
    assert shift.world.count(stop.sku, stop.location) == lay_there - 1
    assert shift.deeds["put_to_place"] == 1


def test_what_an_order_wants_no_more_is_laid_aside_at_the_pack_station(
    gateway: Paper, shift: Shift
) -> None:
    gateway.called_off = 1

    verdict = walk_and_judge(shift, gateway)

    assert verdict == Verdict(items=2)
    assert shift.deeds["pack_taken_out"] == 1
    assert [piece.sku for piece in shift.world.pieces_in(ASIDE)] == [gateway.stops[0].sku]


def test_what_was_taken_at_a_place_for_one_stop_is_not_laid_back_at_the_next_stop_there(
    catalogue: Catalogue, paper_gateway: Paper, stop_at: Paper
) -> None:
    one, other = catalogue.placements[3], catalogue.placements[40]
    stops = [stop_at(one.location, sku, 1) for sku in (one.sku, other.sku)]
    gateway = paper_gateway(stops, {a.gtin_13: a.sku for a in catalogue.articles.values()})
    shift = shift_of(catalogue, gateway)
    shift.world.create(catalogue.articles[other.sku].epc(9_999), other.sku, one.location)
    lay_there = shift.world.count(one.sku, one.location)

    verdict = walk_and_judge(shift, gateway)

    assert verdict == Verdict(items=2)
    assert shift.world.count(one.sku, one.location) == lay_there - 1


def test_what_the_cart_does_not_hear_is_scanned_after_a_while(
    gateway: Paper, shift: Shift
) -> None:
    gateway.radio = True

    verdict = walk_and_judge(shift, gateway)

    assert verdict == Verdict(items=3)
    assert len(posts(gateway, "/api/scan")) == 4


def test_a_gateway_that_dies_after_each_commit_is_asked_again_with_the_same_key(
    gateway: Paper, shift: Shift
) -> None:
    gateway.cut = 1

    verdict = walk_and_judge(shift, gateway)

    assert verdict == Verdict(items=3)
    assert set(gateway.tries.values()) == {2}
    assert shift.retries >= len(gateway.tries)


@pytest.mark.parametrize("radio", [False, True])
def test_hands_that_slip_often_still_send_the_right_pieces(
    catalogue: Catalogue, gateway: Paper, *, radio: bool
) -> None:
    """Most of the pieces taken are wrong: the scan refuses them and they go back."""
    shift = shift_of(catalogue, gateway, seed=6)
    shift.wrong_piece_share = 0.7
    shift.double_scan_share = 1.0
    gateway.radio = radio

    verdict = walk_and_judge(shift, gateway)

    assert verdict == Verdict(items=3)
    assert shift.deeds["slips"] > 0


def test_an_empty_bin_is_reported_and_the_parcel_leaves_without_its_piece(
    gateway: Paper, shift: Shift
) -> None:
    stop = gateway.stops[0]
    while shift.world.count(stop.sku, stop.location) > 1:
        piece = shift.world.take(stop.sku, stop.location, "thief")
        assert piece is not None

    verdict = walk_and_judge(shift, gateway)

    assert verdict == Verdict(items=2, missing=1)
    assert [body["code"] for body in posts(gateway, "/api/trouble")] == ["empty"]


def test_a_piece_that_does_not_belong_is_put_aside_by_the_packer(
    catalogue: Catalogue, gateway: Paper, shift: Shift
) -> None:
    shift.world.bring_tote("T1", "cart-1", "W1")
    stray = put_into_tote(shift, catalogue.placements[60], "P1")

    verdict = walk_and_judge(shift, gateway)

    assert verdict == Verdict(items=3)
    assert shift.world.pieces[stray.epc].holder == "aside-1"


def test_a_second_start_goes_on_in_mid_walk_and_takes_no_piece_twice(
    catalogue: Catalogue, gateway: Paper
) -> None:
    # given people who went home once a piece was picked
    first = shift_of(catalogue, gateway)
    asyncio.run(live(first, gateway, lambda: gateway.stops[0].picked >= 1))
    # when others find the world as it was written down
    second = shift_of(catalogue, gateway)
    written = json.loads(json.dumps(first.world.as_json()))
    second.world = World.from_json(catalogue.hall, written)
    # then the order is right all the same
    verdict = walk_and_judge(second, gateway)
    assert verdict == Verdict(items=3)


def test_a_tote_that_comes_again_with_leftovers_is_emptied_first(
    catalogue: Catalogue, gateway: Paper, shift: Shift
) -> None:
    shift.world.bring_tote("T1", "pack-1/rack", "an earlier walk")
    leftover = put_into_tote(shift, catalogue.placements[60], "P9")

    verdict = walk_and_judge(shift, gateway)

    assert verdict == Verdict(items=3)
    assert shift.world.pieces[leftover.epc].holder == "aside-1"


def test_what_was_in_the_hand_when_the_shift_ended_goes_back_to_its_bin(
    gateway: Paper, shift: Shift
) -> None:
    stop = gateway.stops[0]
    held = shift.world.take(stop.sku, stop.location, "P1")
    assert held is not None

    verdict = walk_and_judge(shift, gateway)

    assert verdict == Verdict(items=3)
    assert shift.world.pieces_in("hand:P1") == []


def test_a_bin_that_runs_low_is_filled_and_booked_once(
    catalogue: Catalogue, gateway: Paper, shift: Shift
) -> None:
    gateway.cut = 1
    low = catalogue.placements[7]
    while shift.world.count(low.sku, low.location) > 1:
        shift.world.take(low.sku, low.location, "P9")

    asyncio.run(
        live(
            shift,
            gateway,
            lambda: shift.deeds["put_away_placed"] > 0,
            [PEOPLE[0], KEEPER],
        )
    )

    booked = posts(gateway, "/api/put-away")
    assert [body["quantity"] for body in booked] == [low.quantity - 1]
    assert shift.world.count(low.sku, low.location) == low.quantity
    assert all(epc in shift.world.pieces for epc in booked[0]["epcs"])
    assert shift.world.errands == {}


def test_what_was_put_away_and_not_yet_booked_is_booked_by_the_next_start(
    gateway: Paper, shift: Shift
) -> None:
    body = {"location": "A-01-1", "sku": "S1000", "quantity": 1, "epcs": []}
    shift.world.errands["put-away-x"] = body

    asyncio.run(
        live(shift, gateway, lambda: shift.deeds["put_away_placed"] > 0, [PEOPLE[0], KEEPER])
    )

    assert posts(gateway, "/api/put-away") == [body]
    assert "put-away-x" in gateway.answers


def test_a_wrong_pin_is_told_and_not_tried_for_ever(gateway: Paper) -> None:
    async def sign_in() -> None:
        await gateway.start()
        try:
            await Device(gateway.url, "P1", "wrong").sign_in()
        finally:
            await gateway.stop()

    with pytest.raises(RefusedError, match="401"):
        asyncio.run(sign_in())


def test_a_device_waits_for_a_gateway_that_is_not_there_yet(gateway: Paper) -> None:
    async def sign_in_early() -> int:
        await gateway.start()
        await gateway.stop()
        device = Device(gateway.url, "P1", "7")
        early = asyncio.create_task(device.sign_in())
        while device.retries == 0:  # noqa: ASYNC110 - a device counts, it does not call
            await asyncio.sleep(0.01)
        await gateway.start()
        await asyncio.wait_for(early, PATIENCE_S)
        await gateway.stop()
        return device.retries

    assert asyncio.run(sign_in_early()) > 0


def test_a_stream_rings_the_bell_and_survives_an_outage(gateway: Paper) -> None:
    async def listen() -> None:
        await gateway.start()
        device = Device(gateway.url, "P1", "7")
        await device.sign_in()
        bell = asyncio.Event()
        listening = asyncio.create_task(device.listen("/api/prompt/stream", bell))
        for _ in range(2):
            bell.clear()
            await asyncio.wait_for(bell.wait(), PATIENCE_S)
            await gateway.stop()
            await gateway.start()
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
        await gateway.stop()

    asyncio.run(listen())


def test_fewer_people_than_pickers_wanted_is_told(catalogue: Catalogue, gateway: Paper) -> None:
    with pytest.raises(PeopleFileError, match="3 pickers wanted, 1 people"):
        picker_jobs(shift_of(catalogue, gateway), PEOPLE, 3)


@pytest.mark.parametrize("values", [None, 3, [{"badge": "P1"}], {"people": "P1"}, ["P1"]])
def test_a_file_that_names_no_people_is_refused(values: object) -> None:
    with pytest.raises(PeopleFileError, match=r"people\.json"):
        people_of(values, "people.json")


def test_the_stock_keeper_leaves_full_bins_alone(catalogue: Catalogue, gateway: Paper) -> None:
    keeper = StockKeeper(shift_of(catalogue, gateway), KEEPER)

    assert keeper._low() == []
