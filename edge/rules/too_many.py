"""Too many: more pieces of an article went out through a portal than its parcels should hold.

A hand that took two for one, a cart without an antenna, a station that is deaf for the second tag:
the portal is the last one that hears it, and may hear it before or after its parcel counts as
gone. So the tags of an article that went out lately (`model.going_out`) are counted against the
pieces of the parcels that left there within seconds of the tag that is of none. Only more tags
than pieces are told, so a piece that was told by barcode, and whose tag nobody knows, makes no
question, nor does one whose tag was mistaken for another; a tag that belongs elsewhere by the
books counts nowhere.

Goods that are driven through are many at once: then nobody is asked. At a gate, which tells of
each tag when its passage is judged, those that are still there count among them.

The question ends by a person's answer, when the tag is announced in another place of the house, or
when its article is counted by hand.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from edge.model.events import CountWanted, Event, TooManySettled, TooManySuspected
from edge.model.ids import Epc, LocationId, Sku, Sscc
from edge.model.passages import Asked, Direction, PassageQuestion
from edge.model.places import LocationKind
from edge.model.posted import PassageAnswered
from edge.model.state import FloorState
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import known_as

ANSWERS = frozenset({"taken_out", "gone", "none"})
STRAYS_MAX = 2
"""Tags of no parcel that go out with parcels; more are goods that somebody drives through."""


def noticed(state: FloorState, now_us: int) -> list[Event]:
    """The questions that what went out lately leads to."""
    return [
        TooManySuspected(question)
        for portal in state.going_out.portals
        for question in _questions(state, portal, now_us)
    ]


def _questions(state: FloorState, portal: LocationId, now_us: int) -> Iterator[PassageQuestion]:
    tags = state.going_out.tags(portal, now_us)
    parcels = state.going_out.parcels(portal, now_us)
    strays = [epc for epc in tags if _is_stray(state, epc)] if parcels else []
    if not strays or len({*strays, *_at_gate(state, portal)}) > STRAYS_MAX:
        return
    for epc in {tags[one]: one for one in strays}.values():
        sku = tags[epc]
        ssccs = state.going_out.parcels_with(epc)
        inside = [sscc for sscc in ssccs if _pieces(state, sscc, sku)]
        out = [one for one in state.going_out.of_article(portal, sku) if one not in strays]
        heard_out = {*out, *strays}
        room = sum(_pieces(state, sscc, sku) for sscc in inside)
        room += _unheard(state, sku, heard_out)
        heard = sum(_parcel(state, one) in inside for one in out)
        heard += sum(tags[one] == sku for one in strays)
        if inside and heard > room:
            yield _question(portal, epc, sku, tuple(inside), now_us)


def _at_gate(state: FloorState, portal: LocationId) -> list[Epc]:
    """Tags of no parcel at a gate: what is driven out there is told one after the other."""
    if portal not in state.floor.sided_portals:
        return []
    return [epc for epc in state.near.get(portal, ()) if _is_stray(state, epc)]


def _is_stray(state: FloorState, epc: Epc) -> bool:
    """Whether a tag is in no parcel, tote, check or errand, and not in quarantine."""
    known = known_as(state, epc)
    if state.is_set_aside(known) or state.order_holding(known) is not None:
        return False
    return state.parcels.containing(known) is None


def _parcel(state: FloorState, epc: Epc) -> Sscc | None:
    parcel = state.parcels.containing(known_as(state, epc))
    return parcel.sscc if parcel is not None else None


def _pieces(state: FloorState, sscc: Sscc, sku: Sku) -> int:
    parcel = state.parcels.get(sscc)
    return sum(one == sku for one, _ in parcel.contents) if parcel is not None else 0


def _unheard(state: FloorState, sku: Sku, heard_out: AbstractSet[Epc]) -> int:
    """Pieces in parcels that stand here whose own tags are nowhere heard: a stray may be one's."""
    return sum(
        one == sku
        and (unit.epc is None or not (unit.epc in heard_out or _is_here(state, unit.epc)))
        for parcel in state.parcels.standing()
        for one, unit in parcel.contents
    )


def _is_here(state: FloorState, epc: Epc) -> bool:
    """Whether a tag lies in a station, on a cart or wherever else parcels stand."""
    portal = LocationKind.PORTAL
    places = (place for place in state.near if state.floor.kind_of(place) is not portal)
    return any(epc in state.near[place] for place in places)


def _question(
    portal: LocationId, epc: Epc, sku: Sku, ssccs: tuple[Sscc, ...], now_us: int
) -> PassageQuestion:
    return PassageQuestion(
        name=name_of(epc),
        portal=portal,
        epc=epc,
        sku=sku,
        sscc=ssccs[0],
        likeliest=Direction.OUT,
        probability=1.0,
        began_us=now_us,
        ended_us=now_us,
        asks=Asked.TOO_MANY,
        others=ssccs[1:],
    )


def name_of(epc: Epc) -> str:
    """The name of the question about a tag."""
    return f"too-many-{epc}"


def answered(state: FloorState, input_: PassageAnswered, question: PassageQuestion) -> Decision:
    """A person has looked; where the piece is gone, the books have one too many of it."""
    if input_.answer not in ANSWERS:
        return refuse("invalid", f"say one of {', '.join(sorted(ANSWERS))}")
    events: list[Event] = [TooManySettled(question.name, input_.answer, input_.badge)]
    if input_.answer == "gone" and question.sku is not None:
        places = (one.location for one in state.stock.of(question.sku))
        events += [CountWanted(place, question.sku, "gone_too_many") for place in places]
    return accept("settled", f"{question.name}: {input_.answer}", *events)


def heard_at(state: FloorState, epc: Epc, place: LocationId) -> list[Event]:
    """A tag that is announced in another place of the house did not go out."""
    if not state.questions:  # as nearly always
        return []
    name = name_of(epc)
    if name not in state.questions or state.floor.kind_of(place) is LocationKind.PORTAL:
        return []
    return [TooManySettled(name, "elsewhere", None)]


def counted(state: FloorState, sku: Sku) -> list[Event]:
    """Somebody has counted the article: what was too many shows there."""
    return [
        TooManySettled(one.name, "counted", None)
        for one in state.questions.values()
        if one.asks is Asked.TOO_MANY and one.sku == sku
    ]
