"""The EPCIS 2.0 event of a fact (EPCIS 2.0 with CBV 2.0 vocabulary, JSON-LD).

Facts about things that were seen, moved, counted, packed or sent have one. Facts about people,
plans' details and master data have none: nothing physical was observed (`WITHOUT_EVENT`).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from json.encoder import encode_basestring as quoted

from edge.model import events as e
from edge.model.ids import Epc, LocationId, OrderId, Sku
from edge.model.places import STORAGE_KINDS, LocationKind
from edge.model.work import Stop, Unit
from edge.sync.epcis.draft import Draft, event_written
from edge.sync.epcis.names import EpcisNames
from edge.sync.epcis.pallets import pallet_draft
from edge.sync.epcis.parcels import parcel_draft, units
from edge.sync.epcis.withdrawing import reason_of, withdraws
from edge.sync.epcis.words import DISPOSITIONS, GRADED, STEPS, WITHOUT_EVENT

PLACES_KEPT = 4_096
"""Places whose events' words are remembered; more have no floor."""
_COMING_AND_GOING = (e.ItemArrived, e.ItemDeparted, e.ItemMoved)
"""By far the most facts: they are asked for first."""
_Where = tuple[LocationId, LocationKind | None, bool]
"""A place, what it is for, and whether the thing is there from then on."""
KINDS = frozenset({"stock", "pick", "pack", "ship", "return", "count"})
_PIECE = 1
_SILENT = frozenset(WITHOUT_EVENT)


def nothing_withdrawn(_fact: e.Fact) -> None:
    """For a writer without a journal."""


class EpcisWriter:
    """Gives each fact its EPCIS event.

    Args:
        names: how the site names things.
        withdrawn: the fact that a fact takes back; None where it takes none back, or where that
            one is no longer in the journal.
    """

    def __init__(
        self, names: EpcisNames, withdrawn: Callable[[e.Fact], e.Fact | None] = nothing_withdrawn
    ) -> None:
        self._names = names
        self._withdrawn = withdrawn
        self._known_rests: dict[_Where, str] = {}

    def __call__(self, fact: e.Fact) -> str | None:
        """The event as JSON text; None for a fact that has none."""
        event = fact.event
        if isinstance(event, _COMING_AND_GOING):
            thing = quoted(self._names.item(event.epc))
            return event_written(fact, self._names, f',"epcList":[{thing}]{self._rest(event)}')
        if fact.kind not in KINDS or type(fact.event) in _SILENT:
            return None
        if withdraws(fact.event) is not None and (mistaken := self._withdrawn(fact)) is not None:
            return self._declared(mistaken, fact)
        draft = self._draft(fact.event)
        return draft.written(fact, self._names) if draft is not None else None

    def _rest(self, event: e.ItemArrived | e.ItemMoved | e.ItemDeparted) -> str:
        """What is said behind the thing: the same for all that come to a place, or leave it."""
        if isinstance(event, e.ItemDeparted):
            where: _Where = (event.from_location, None, False)
        else:
            place = event.location if isinstance(event, e.ItemArrived) else event.to_location
            where = (place, self._names.kind_of(place), True)
        rest = self._known_rests.get(where)
        if rest is None:
            if len(self._known_rests) >= PLACES_KEPT:
                self._known_rests.clear()
            draft = replace(self._of_radio(event), things=())
            rest = self._known_rests[where] = draft.rest(self._names)
        return rest

    def _declared(self, mistaken: e.Fact, fact: e.Fact) -> str | None:
        """The mistaken event once more under its own id, declared to be in error (7.4.1.2)."""
        draft = self._draft(mistaken.event)
        if draft is None:
            return None
        moment, reason = draft.moment(fact, self._names), quoted(reason_of(fact.event))
        declaration = f'{{"declarationTime":"{moment}","reason":{reason}}}'
        return draft.written(mistaken, self._names, f',"errorDeclaration":{declaration}')

    def _draft(self, event: e.Event) -> Draft | None:  # noqa: C901, PLR0911, PLR0912 - a flat table, one line a subject
        match event:
            case (  # by far the most: they are asked for first
                e.ItemArrived()
                | e.ItemMoved()
                | e.ItemDeparted()
                | e.ItemWithdrawn()
                | e.PortalPassed()
                | e.TagWritten()
                | e.TagKilled()
            ):
                return self._of_radio(event)
            case e.StockStated() | e.StockPlaced() | e.CountWanted():
                return self._of_books(event)
            case e.WalkPlanned() | e.WalkReplanned():
                return self._of_books(event)
            case e.PiecePicked() | e.PieceConfirmed() | e.StopShort():
                return self._of_picking(event)
            case (
                e.PackOpened()
                | e.ToteJoined()
                | e.PieceChecked()
                | e.PieceSorted()
                | e.StrangerSeen()
                | e.StrangerLeft()
                | e.PieceTakenOut()
            ):
                return self._of_packing(event)
            case e.ParcelClosed() | e.ParcelUnpacked() | e.ParcelShipped() | e.ReturnExpected():
                return parcel_draft(event, self._names)
            case (
                e.PalletOpened()
                | e.ParcelStacked()
                | e.ParcelUnstacked()
                | e.PalletClosed()
                | e.PalletBrokenUp()
                | e.PalletSeen()
                | e.PalletDeparted()
            ):
                return pallet_draft(event, self._names)
            case e.PiecePut() | e.PieceLost() | e.PickUndone() | e.ToteGivenUp():
                return self._of_pieces(event)
            case e.PieceFetched() | e.FetchShort():
                return self._of_reserve(event)
            case e.ReturnReceived() | e.ReturnGraded():
                return self._of_returns(event)
            case e.CountMade() | e.VarianceSettled():
                return self._of_counts(event)
            case _:
                return None

    def _of_books(
        self,
        event: e.StockStated | e.StockPlaced | e.CountWanted | e.WalkPlanned | e.WalkReplanned,
    ) -> Draft:
        names = self._names
        match event:
            case e.StockStated(sku, location, quantity):
                pieces = ((names.article(sku), quantity),)
                return Draft(
                    "stock_taking", "sellable_accessible", quantities=pieces, where=location
                )
            case e.StockPlaced(sku, location, quantity, epcs):
                untagged = quantity - len(set(epcs))
                return Draft(
                    "storing",
                    "sellable_accessible",
                    tuple(names.item(epc) for epc in epcs),
                    ((names.article(sku), untagged),) if untagged > 0 or not epcs else (),
                    where=location,
                )
            case e.CountWanted(location, sku):
                pieces_unknown = ((names.article(sku), None),)
                return Draft(
                    "cycle_counting", "unknown", quantities=pieces_unknown, where=location
                )
            case e.WalkPlanned(walk):
                return self._reserving(walk.stops, walk.orders)
            case e.WalkReplanned():
                orders = dict.fromkeys(one.order_id for one in event.stops if one.quantity > 0)
                return self._reserving(event.stops, tuple(orders))

    def _reserving(self, stops: tuple[Stop, ...], orders: tuple[OrderId, ...]) -> Draft:
        """What is promised: the whole walk as it stands."""
        wanted: Counter[Sku] = Counter()
        for stop in stops:
            wanted[stop.sku] += stop.quantity
        return Draft(
            "reserving",
            "reserved",
            quantities=tuple((self._names.article(sku), n) for sku, n in wanted.items() if n),
            transactions=tuple(("po", self._names.order(one)) for one in orders),
        )

    def _of_radio(
        self,
        event: e.ItemArrived
        | e.ItemMoved
        | e.ItemDeparted
        | e.ItemWithdrawn
        | e.PortalPassed
        | e.TagWritten
        | e.TagKilled,
    ) -> Draft:
        thing = (self._names.item(event.epc),)
        match event:
            case (
                e.ItemArrived(location=location)
                | e.ItemMoved(to_location=location)
                | e.ItemWithdrawn(location=location)
            ):
                kind = self._names.kind_of(location)
                is_stored = kind is None or kind in STORAGE_KINDS
                usual = "sellable_accessible" if is_stored else "in_progress"
                step = "storing" if is_stored or kind is None else STEPS.get(kind, "other")
                disposition = usual if kind is None else DISPOSITIONS.get(kind, usual)
                return Draft(step, disposition, thing, where=location)
            case e.ItemDeparted():
                return Draft("other", "unknown", thing, where=event.from_location, stays=False)
            case e.TagWritten():
                return Draft("commissioning", "active", thing, action="ADD")
            case e.TagKilled():
                return Draft("decommissioning", "inactive", thing, action="DELETE")
            case e.PortalPassed():
                is_in = event.direction == "in"
                step = "arriving" if is_in else "departing"
                disposition = "in_progress" if is_in else "in_transit"
                return Draft(step, disposition, thing, where=event.portal, stays=is_in)

    def _of_picking(self, event: e.PiecePicked | e.PieceConfirmed | e.StopShort) -> Draft:
        names = self._names
        match event:
            case e.PiecePicked():
                things, pieces = self._unit(event.sku, event.unit)
                return Draft(
                    "picking",
                    "in_progress",
                    things,
                    pieces,
                    where=event.location,
                    stays=False,
                    transactions=(("po", names.order(event.order_id)),),
                )
            case e.PieceConfirmed():
                things, pieces = self._unit(event.sku, event.unit)
                return Draft("picking", "in_progress", things, pieces)
            case e.StopShort():
                return Draft(
                    "picking",
                    "mismatch_quantity",
                    quantities=((names.article(event.sku), event.quantity),),
                    where=event.location,
                    transactions=(("po", names.order(event.order_id)),),
                )

    def _of_packing(
        self,
        event: e.PackOpened
        | e.ToteJoined
        | e.PieceChecked
        | e.PieceSorted
        | e.StrangerSeen
        | e.StrangerLeft
        | e.PieceTakenOut,
    ) -> Draft:
        names = self._names
        if isinstance(event, e.PieceSorted):
            return self._sorted(event)
        if isinstance(event, e.PieceTakenOut):
            things, pieces = self._unit(event.piece.sku, event.unit)
            return Draft("removing", "in_progress", things, pieces, where=event.where)
        where = event.station
        match event:
            case e.PackOpened() | e.ToteJoined():
                return Draft(
                    "packing",
                    "container_open",
                    (names.tote(event.tote_id),),
                    where=where,
                    transactions=(("po", names.order(event.order_id)),),
                )
            case e.PieceChecked():
                things, pieces = self._unit(event.sku, event.unit)
                return Draft("inspecting", "conformant", things, pieces, where=where)
            case e.StrangerSeen():
                thing = (names.item(event.epc),)
                return Draft("inspecting", "mismatch_instance", thing, where=where)
            case e.StrangerLeft():
                thing = (names.item(event.epc),)
                return Draft("removing", "in_progress", thing, where=where, stays=False)

    def _sorted(self, event: e.PieceSorted) -> Draft:
        things, pieces = self._unit(event.sku, event.unit)
        order = (("po", self._names.order(event.order_id)),)
        return Draft(
            "staging_outbound",
            "in_progress",
            things,
            pieces,
            where=event.slot,
            transactions=order,
        )

    def _of_pieces(self, event: e.PiecePut | e.PieceLost | e.PickUndone | e.ToteGivenUp) -> Draft:
        match event:
            case e.PiecePut(piece=piece):
                things, pieces = self._unit(piece.sku, piece.unit)
                return Draft(
                    "storing", "sellable_accessible", things, pieces, where=piece.location
                )
            case e.PickUndone():
                things, pieces = self._unit(event.sku, event.unit)
                return Draft(
                    "storing", "sellable_accessible", things, pieces, where=event.location
                )
            case e.PieceLost(piece=piece):
                things, pieces = self._unit(piece.sku, piece.unit)
                return Draft("other", "unknown", things, pieces)
            case e.ToteGivenUp():
                things, pieces = units(event.lost, self._names)
                is_empty = not things and not pieces
                return Draft(
                    "inspecting",
                    "mismatch_quantity",
                    (self._names.tote(event.tote_id),) if is_empty else things,
                    pieces,
                    where=event.station,
                    stays=False,
                    transactions=(("po", self._names.order(event.order_id)),),
                )

    def _of_reserve(self, event: e.PieceFetched | e.FetchShort) -> Draft:
        """What is taken out of a place to be brought to another, or is not there."""
        if isinstance(event, e.PieceFetched):
            things, pieces = self._unit(event.sku, event.unit)
            return Draft("removing", "in_progress", things, pieces, event.location, stays=False)
        missing = ((self._names.article(event.sku), event.quantity),)
        return Draft("removing", "mismatch_quantity", quantities=missing, where=event.location)

    def _of_returns(self, event: e.ReturnReceived | e.ReturnGraded) -> Draft:
        piece = event.piece
        things, pieces = self._unit(piece.sku, piece.unit)
        is_graded = isinstance(event, e.ReturnGraded)
        transactions = [("po", self._names.order(piece.order_id))]
        if piece.return_id is not None:
            transactions.insert(0, ("rma", self._names.announced_return(piece.return_id)))
        return Draft(
            "inspecting" if is_graded else "receiving",
            GRADED[event.grade] if isinstance(event, e.ReturnGraded) else "returned",
            things,
            pieces,
            where=piece.location,
            transactions=tuple(transactions),
        )

    def _of_counts(self, event: e.CountMade | e.VarianceSettled) -> Draft:
        """The pieces that were found, or that the books say now."""
        if isinstance(event, e.CountMade):
            step, quantity = "cycle_counting", event.counted
            agrees = event.counted == event.expected
        else:
            step, quantity, agrees = "stock_taking", event.quantity, True
        return Draft(
            step,
            "sellable_accessible" if agrees else "mismatch_quantity",
            quantities=((self._names.article(event.sku), quantity),),
            where=event.location,
        )

    def _unit(
        self, sku: Sku, unit: Unit
    ) -> tuple[tuple[str, ...], tuple[tuple[str, int | None], ...]]:
        if unit.epc is not None:
            return (self._names.item(Epc(unit.epc)),), ()
        return (), ((self._names.article(sku), _PIECE),)
