"""The truth of the simulated warehouse: where every piece, tote and parcel really is.

Theory of operation: every thing has one *holder*, a string: a place of the hall (`A-03-1`,
`cart-1`, `pack-1`), a spot beside one (`pack-1/rack`), a person's hands (`hand:BADGE`), a tote
(`tote:ID`), a parcel (`parcel:SSCC`), a parcel's outside (`label:SSCC`), or `gone`. Pieces lie in
places, hands, totes or parcels, tags of labels stick on parcels; totes and parcels stand in places
or are carried. So holders form a tree of at most three levels,
nothing can be in two places, and what left is in the ledger with the order that it left for.

The world knows no clock and no radio: time is handed in, hearing is `world_air`'s. The product
never sees this file; what it believes is judged by it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from simulators.catalogue import Catalogue
from simulators.hall import Hall
from simulators.things import (
    GONE,
    OUTFEED,
    RACK,
    Departure,
    ParcelBox,
    Piece,
    Tote,
    hand_of,
    label_holder,
    parcel_holder,
    tote_holder,
)

_SPOTS_M = {RACK: (18.5, 2.0), OUTFEED: (18.5, 3.5)}


class WorldError(Exception):
    """Somebody tried what cannot be done with real things; nothing has changed."""


@dataclass(slots=True)
class World:
    """Every physical thing of one warehouse.

    Attributes:
        movers: where people (by their hand's holder) and carts stand now, metres.
        changes: grows with everything that moves, so that a listener can keep what it worked out.
        errands: posts that were begun and not yet answered, by their idempotency key.
        asked: pieces by SKU that the pack station wanted in each order's parcel.
    """

    hall: Hall
    pieces: dict[str, Piece] = field(default_factory=dict)
    totes: dict[str, Tote] = field(default_factory=dict)
    parcels: dict[str, ParcelBox] = field(default_factory=dict)
    ledger: list[Departure] = field(default_factory=list)
    movers: dict[str, tuple[float, float]] = field(default_factory=dict)
    errands: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[str, dict[str, int]] = field(default_factory=dict)
    changes: int = 0

    @classmethod
    def opened(cls, catalogue: Catalogue) -> Self:
        """The warehouse in the morning: every first piece in its bin, carts at their places."""
        world = cls(catalogue.hall)
        for epc, sku, location in catalogue.first_items():
            world.create(epc, sku, location)
        return world

    # -- what is where -------------------------------------------------------------------------
    def root(self, holder: str) -> str:
        """The place, hands or `gone` that a holder is in at last."""
        kind, _, name = holder.partition(":")
        if kind == "tote":
            return self._tote(name).holder
        if kind in {"parcel", "label"}:
            return self._parcel(name).holder
        return holder

    def position(self, holder: str) -> tuple[float, float] | None:
        """Where a holder is on the floor plan, metres; None for what has left."""
        root = self.root(holder)
        if root == GONE:
            return None
        if root in self.movers:
            return self.movers[root]
        if root in _SPOTS_M:
            return _SPOTS_M[root]
        place = self.hall.places.get(root)
        return (place.x_m, place.y_m) if place else (0.0, 0.0)

    def pieces_in(self, holder: str) -> list[Piece]:
        """The pieces that lie directly in a holder, in the order of their making."""
        return [piece for piece in self.pieces.values() if piece.holder == holder]

    def count(self, sku: str, holder: str) -> int:
        """How many pieces of an article lie directly in a holder."""
        return sum(1 for p in self.pieces.values() if p.holder == holder and p.sku == sku)

    def totes_at(self, holder: str) -> list[Tote]:
        """The totes that stand in a place, in the order in which they came into the world."""
        return [tote for tote in self.totes.values() if tote.holder == holder]

    def parcels_at(self, holder: str) -> list[ParcelBox]:
        """The parcels that stand in a place."""
        return [parcel for parcel in self.parcels.values() if parcel.holder == holder]

    # -- what people do ------------------------------------------------------------------------
    def create(self, epc: str, sku: str, location: str) -> None:
        """A new tagged piece comes into a place.

        Raises:
            WorldError: the tag exists already, or the place does not.
        """
        self._require_place(location)
        if epc in self.pieces:
            raise WorldError(f"a piece with tag {epc} exists already")
        self.pieces[epc] = Piece(epc, sku, location, location)
        self.changes += 1

    def take(self, sku: str, location: str, badge: str) -> Piece | None:
        """A person takes a piece of an article out of a bin; None where there is none."""
        for piece in self.pieces.values():
            if piece.holder == location and piece.sku == sku:
                piece.holder, piece.origin = hand_of(badge), location
                self.changes += 1
                return piece
        return None

    def put(self, epc: str, holder: str) -> None:
        """A piece goes from hands, bin or tote into a place, into hands or into a tote.

        Raises:
            WorldError: no such piece or holder, or the piece is in a parcel or gone.
        """
        piece = self.pieces.get(epc)
        if piece is None or piece.holder == GONE or piece.holder.startswith("parcel:"):
            raise WorldError(f"the piece {epc} cannot be reached")
        if holder.startswith("tote:"):
            self._tote(holder[5:])
        elif not holder.startswith("hand:"):
            self._require_place(holder)
        piece.holder = holder
        self.changes += 1

    def bring_tote(self, tote_id: str, holder: str, walk_id: str = "") -> None:
        """A tote stands in a place or is carried; a new one comes from the pile of empty ones.

        Raises:
            WorldError: no such place.
        """
        if not holder.startswith("hand:"):
            self._require_place(holder)
        tote = self.totes.setdefault(tote_id, Tote(tote_id, holder, walk_id))
        tote.holder = holder
        tote.walk_id = walk_id or tote.walk_id
        self.changes += 1

    def take_away_tote(self, tote_id: str) -> None:
        """An empty tote goes back to the pile.

        Raises:
            WorldError: no such tote, or something lies in it.
        """
        self._tote(tote_id)
        if self.pieces_in(tote_holder(tote_id)):
            raise WorldError(f"something lies in {tote_id}")
        del self.totes[tote_id]
        self.changes += 1

    def pack(self, tote_id: str, sscc: str, order_id: str) -> None:
        """All pieces of a tote go into a parcel at the same place; the tote is empty and free.

        Raises:
            WorldError: no such tote, or the parcel exists already.
        """
        tote = self._tote(tote_id)
        if sscc in self.parcels:
            raise WorldError(f"the parcel {sscc} was closed before")
        self.parcels[sscc] = ParcelBox(sscc, order_id, tote_id, tote.holder)
        for piece in self.pieces_in(tote_holder(tote_id)):
            piece.holder = parcel_holder(sscc)
        del self.totes[tote_id]
        self.changes += 1

    def label(self, sscc: str, epc: str) -> None:
        """A label with a tag is stuck on a parcel.

        Raises:
            WorldError: no such parcel, or the tag is elsewhere.
        """
        self._parcel(sscc)
        if epc in self.pieces:
            raise WorldError(f"the tag {epc} is on something else")
        self.pieces[epc] = Piece(epc, "", label_holder(sscc), "")
        self.changes += 1

    def bring_parcel(self, sscc: str, holder: str) -> None:
        """A parcel stands in a place or is carried.

        Raises:
            WorldError: no such parcel or place, or it has left.
        """
        parcel = self._parcel(sscc)
        if parcel.holder == GONE:
            raise WorldError(f"the parcel {sscc} has left")
        if not holder.startswith("hand:"):
            self._require_place(holder)
        parcel.holder = holder
        self.changes += 1

    def unpack(self, sscc: str, holder: str) -> int:
        """A parcel is opened again and thrown away; its pieces lie in a place.

        Returns:
            How many they are.

        Raises:
            WorldError: no such parcel or place, or it has left.
        """
        self.bring_parcel(sscc, holder)
        inside = self.pieces_in(parcel_holder(sscc))
        for piece in (*inside, *self.pieces_in(label_holder(sscc))):
            piece.holder = holder
        del self.parcels[sscc]
        return len(inside)

    def take_out(self, sscc: str, sku: str) -> Piece | None:
        """A parcel is opened and a piece of an article taken back to where it came from.

        Returns:
            None where there is none in it.

        Raises:
            WorldError: no such parcel.
        """
        self._parcel(sscc)
        inside = [one for one in self.pieces_in(parcel_holder(sscc)) if one.sku == sku]
        if not inside:
            return None
        inside[-1].holder = inside[-1].origin
        self.changes += 1
        return inside[-1]

    def leave(self, sscc: str, at_us: int) -> Departure:
        """A parcel leaves the warehouse from a dock; the ledger keeps what was in it.

        Raises:
            WorldError: no such parcel, or it is not at a dock.
        """
        parcel = self._parcel(sscc)
        place = self.hall.places.get(parcel.holder)
        if place is None or place.kind != "portal":
            raise WorldError(f"the parcel {sscc} is at {parcel.holder}, not at a dock")
        inside = tuple((p.epc, p.sku) for p in self.pieces_in(parcel_holder(sscc)))
        departure = Departure(sscc, parcel.order_id, at_us, inside)
        for epc, _ in inside:
            self.pieces[epc].holder = GONE
        parcel.holder = GONE
        self.ledger.append(departure)
        self.changes += 1
        return departure

    def walk(self, mover: str, x_m: float, y_m: float) -> None:
        """A person's hands or a cart are somewhere else now."""
        self.movers[mover] = (x_m, y_m)
        self.changes += 1

    # -- the books -----------------------------------------------------------------------------
    def broken_laws(self) -> list[str]:
        """What cannot be in a real warehouse: each a sentence; empty is good."""
        broken = [
            f"{piece.epc} is in {piece.holder}, which does not exist"
            for piece in self.pieces.values()
            if not self._exists(piece.holder)
        ]
        left = Counter(epc for departure in self.ledger for epc, _ in departure.pieces)
        gone = {piece.epc for piece in self.pieces.values() if piece.holder == GONE}
        broken += [f"{epc} left {times} times" for epc, times in left.items() if times > 1]
        broken += [f"{epc} is gone but in no parcel" for epc in sorted(gone - set(left))]
        broken += [f"{epc} left and is still here" for epc in sorted(set(left) - gone)]
        return broken

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "pieces": [[p.epc, p.sku, p.holder, p.origin] for p in self.pieces.values()],
            "totes": [asdict(tote) for tote in self.totes.values()],
            "parcels": [asdict(parcel) for parcel in self.parcels.values()],
            "ledger": [asdict(departure) for departure in self.ledger],
            "movers": self.movers,
            "errands": self.errands,
            "asked": self.asked,
        }

    @classmethod
    def from_json(cls, hall: Hall, values: dict[str, Any]) -> Self:
        """The world as `as_json` told it."""
        return cls(
            hall,
            pieces={row[0]: Piece(*row) for row in values["pieces"]},
            totes={row["tote_id"]: Tote(**row) for row in values["totes"]},
            parcels={row["sscc"]: ParcelBox(**row) for row in values["parcels"]},
            ledger=[_departure(row) for row in values["ledger"]],
            movers={mover: (x, y) for mover, (x, y) in values["movers"].items()},
            errands=values["errands"],
            asked=values["asked"],
        )

    def _exists(self, holder: str) -> bool:
        kind, _, name = holder.partition(":")
        boxes: Iterable[str] = self.parcels
        known = {"tote": self.totes, "parcel": boxes, "label": boxes}
        if kind in known:
            return name in known[kind]
        return kind == "hand" or holder in {GONE, *_SPOTS_M} or holder in self.hall.places

    def _require_place(self, place: str) -> None:
        if place not in self.hall.places and place not in _SPOTS_M:
            raise WorldError(f"there is no place {place}")

    def _tote(self, tote_id: str) -> Tote:
        found = self.totes.get(tote_id)
        if found is None:
            raise WorldError(f"there is no tote {tote_id}")
        return found

    def _parcel(self, sscc: str) -> ParcelBox:
        found = self.parcels.get(sscc)
        if found is None:
            raise WorldError(f"there is no parcel {sscc}")
        return found


def _departure(row: dict[str, Any]) -> Departure:
    pieces = tuple((epc, sku) for epc, sku in row["pieces"])
    return Departure(row["sscc"], row["order_id"], row["at_us"], pieces)
