"""Real things obey: one place at a time, nothing from nothing, what left is in the ledger."""

import json

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from simulators.catalogue import make_catalogue
from simulators.hall import ASIDE, DOCK, PACK_STATION
from simulators.things import GONE, OUTFEED, RACK, hand_of, tote_holder
from simulators.world import World, WorldError

CATALOGUE = make_catalogue(5, articles=6)
SKUS = sorted(CATALOGUE.articles)
BINS = sorted({placement.location for placement in CATALOGUE.placements})
PLACES = st.sampled_from([*BINS, "cart-1", PACK_STATION, RACK, OUTFEED, DOCK, "nowhere"])


class WarehouseLife(RuleBasedStateMachine):
    """Anybody does anything in any order; what cannot be done is refused and changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World.opened(CATALOGUE)
        self.made = set(self.world.pieces)
        self.parcels = 0

    @rule(sku=st.sampled_from(SKUS), location=st.sampled_from(BINS))
    def a_picker_takes(self, sku: str, location: str) -> None:
        """Exactly one piece fewer lies there, if there was any."""
        before = self.world.count(sku, location)
        piece = self.world.take(sku, location, "p1")
        assert (piece is None) == (before == 0)
        assert self.world.count(sku, location) == max(before - 1, 0)

    @rule(tote=st.sampled_from(["T1", "T2", "T9"]))
    def a_picker_puts_what_he_holds_into_a_tote(self, tote: str) -> None:
        """From hands to tote."""
        if held := self.world.pieces_in(hand_of("p1")):
            self._maybe(lambda: self.world.put(held[0].epc, tote_holder(tote)))

    @rule(tote=st.sampled_from(["T1", "T2"]), place=PLACES)
    def a_tote_is_brought(self, tote: str, place: str) -> None:
        """New or known, anywhere."""
        self._maybe(lambda: self.world.bring_tote(tote, place, "w1"))

    @rule(tote=st.sampled_from(["T1", "T2"]))
    def a_tote_is_packed(self, tote: str) -> None:
        """All of it goes into a parcel."""
        self.parcels += 1
        self._maybe(lambda: self.world.pack(tote, f"s{self.parcels}", f"o{self.parcels}"))

    @rule(number=st.integers(1, 3), place=PLACES)
    def a_parcel_is_brought(self, number: int, place: str) -> None:
        """Anywhere but out."""
        self._maybe(lambda: self.world.bring_parcel(f"s{number}", place))

    @rule(number=st.integers(1, 3))
    def a_parcel_leaves(self, number: int) -> None:
        """From the dock only."""
        self._maybe(lambda: self.world.leave(f"s{number}", 1))

    @rule(serial=st.integers(1000, 1003), place=PLACES)
    def a_new_piece_comes(self, serial: int, place: str) -> None:
        """The one way in."""
        epc = CATALOGUE.articles[SKUS[0]].epc(serial)
        self._maybe(lambda: self.world.create(epc, SKUS[0], place))
        self.made |= {epc} & set(self.world.pieces)

    @rule()
    def the_night_passes(self) -> None:
        """Written down and read again."""
        self.world = World.from_json(CATALOGUE.hall, json.loads(json.dumps(self.world.as_json())))

    def _maybe(self, deed: object) -> None:
        before = json.dumps(self.world.as_json())
        try:
            assert callable(deed)
            deed()
        except WorldError:
            assert json.dumps(self.world.as_json()) == before

    @invariant()
    def nothing_is_lost_or_in_two_places(self) -> None:
        """The laws, after every step."""
        assert self.world.broken_laws() == []
        assert set(self.world.pieces) == self.made
        gone = {p.epc for p in self.world.pieces.values() if self.world.root(p.holder) == GONE}
        assert gone == {epc for left in self.world.ledger for epc, _ in left.pieces}


WarehouseLife.TestCase.settings = settings(
    max_examples=40, stateful_step_count=30, derandomize=True
)
TestWarehouseLife = WarehouseLife.TestCase


def test_a_parcel_leaves_with_what_was_really_in_it() -> None:
    # given a tote with one right and one wrong piece
    world = World.opened(CATALOGUE)
    right, wrong = CATALOGUE.placements[0], CATALOGUE.placements[1]
    world.bring_tote("T1", "cart-1", "w1")
    for placement in (right, wrong):
        piece = world.take(placement.sku, placement.location, "p1")
        assert piece is not None
        world.put(piece.epc, tote_holder("T1"))
    # when it is packed and shipped
    world.bring_tote("T1", PACK_STATION)
    world.pack("T1", "s1", "o1")
    world.bring_parcel("s1", DOCK)
    departure = world.leave("s1", 99)
    # then the ledger knows both, whatever anybody believes
    assert [sku for _, sku in departure.pieces] == [right.sku, wrong.sku]
    assert departure.order_id == "o1"
    assert world.position("parcel:s1") is None


def test_a_parcel_that_is_opened_again_is_no_more_and_its_pieces_lie_there() -> None:
    world = World.opened(CATALOGUE)
    placement = CATALOGUE.placements[0]
    world.bring_tote("T1", PACK_STATION, "w1")
    piece = world.take(placement.sku, placement.location, "p1")
    assert piece is not None
    world.put(piece.epc, tote_holder("T1"))
    world.pack("T1", "s1", "o1")

    assert world.unpack("s1", ASIDE) == 1

    assert [one.epc for one in world.pieces_in(ASIDE)] == [piece.epc]
    with pytest.raises(WorldError, match="s1"):
        world.bring_parcel("s1", DOCK)


def test_a_parcel_cannot_leave_from_the_pack_station() -> None:
    world = World.opened(CATALOGUE)
    world.bring_tote("T1", PACK_STATION, "w1")
    world.pack("T1", "s1", "o1")

    with pytest.raises(WorldError, match="not at a dock"):
        world.leave("s1", 1)


def test_the_books_notice_a_piece_that_vanished() -> None:
    """The check on the laws can fail: planted faults are told."""
    world = World.opened(CATALOGUE)
    first, second, *_ = world.pieces
    world.pieces[first].holder = GONE
    world.pieces[second].holder = "tote:none"

    assert world.broken_laws() == [
        f"{second} is in tote:none, which does not exist",
        f"{first} is gone but in no parcel",
    ]


def test_what_lies_on_a_cart_moves_with_it() -> None:
    world = World.opened(CATALOGUE)
    world.bring_tote("T1", "cart-1", "w1")
    world.walk("cart-1", 6.0, 8.0)

    assert world.position("tote:T1") == (6.0, 8.0)
