"""Passing: what it means that a tag went through a portal, turned back, or perhaps did either.

Out takes the tag's closed parcel along; in is an arrival. Turning back, passing by and standing
near change nothing. What the portal is not sure of becomes a question to a person, one for each
parcel (or piece, or pallet whose own label's tag it was): it ends by the person's word, or when
another tag of the parcel makes it plain, or when the pallet leaves or is broken up.
"""

from edge.gs1.epc import sscc_of
from edge.model.events import Event, ParcelShipped, PassageSettled, PassageUnclear, PortalPassed
from edge.model.ids import Epc, Sscc
from edge.model.inputs import PassageJudged
from edge.model.pallets import PalletState
from edge.model.passages import Asked, Direction, Passage, PassageQuestion
from edge.model.posted import PassageAnswered
from edge.model.state import FloorState
from edge.rules import too_many
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import article_of, parcel_of
from edge.rules.leaving import tag_went_out
from edge.rules.terms import Terms

ANSWERS = frozenset({"in", "out", "neither"})


def judged(state: FloorState, terms: Terms, input_: PassageJudged) -> Decision:
    """Record a passage, and ask about one that is unclear."""
    passage = input_.passage
    match passage.direction:
        case Direction.OUT | Direction.IN:
            return accept("passed", "", *_passed(state, terms, passage))
        case Direction.UNKNOWN:
            return accept("unclear", "", *_asked(state, passage))
        case Direction.TURNED_BACK | Direction.PASSED_BY:
            return accept("not_passed", "", *_not_passed(state, passage))
        case Direction.STANDING:
            return accept("not_passed", "")


def _passed(state: FloorState, terms: Terms, passage: Passage) -> list[Event]:
    sku = article_of(state, passage.epc)
    events: list[Event] = [
        PortalPassed(
            passage.epc, sku, passage.portal, passage.direction.value, passage.probability
        )
    ]
    if passage.direction is Direction.OUT:
        events += tag_went_out(state, terms, passage.epc, passage.portal)
    name = _name(state, passage.epc)
    if name in state.questions and not _has_left(events):
        events.append(PassageSettled(name, passage.direction.value, None))
    return events


def _has_left(events: list[Event]) -> bool:
    """Whether a parcel is shipped, which settles its question too."""
    return any(isinstance(one, ParcelShipped) for one in events)


def _asked(state: FloorState, passage: Passage) -> list[Event]:
    """The question, where the answer matters and is not asked for already."""
    parcel, sku = parcel_of(state, passage.epc), article_of(state, passage.epc)
    name, number = _name(state, passage.epc), _number(state, passage.epc)
    is_nobody_s = number is None and sku is None
    has_left = parcel is not None and parcel.shipped and passage.likeliest is not Direction.IN
    if is_nobody_s or has_left or name in state.questions:
        return []
    return [
        PassageUnclear(
            PassageQuestion(
                name=name,
                portal=passage.portal,
                epc=passage.epc,
                sku=sku,
                sscc=number,
                likeliest=passage.likeliest,
                probability=passage.probability,
                began_us=passage.began_us,
                ended_us=passage.ended_us,
            )
        )
    ]


def _not_passed(state: FloorState, passage: Passage) -> list[Event]:
    """Another tag of a parcel that stayed on its side, at the same time, answers its question."""
    question = state.questions.get(_name(state, passage.epc))
    if question is None or question.epc == passage.epc or question.portal != passage.portal:
        return []
    is_together = passage.began_us <= question.ended_us and question.began_us <= passage.ended_us
    return [PassageSettled(question.name, "neither", None)] if is_together else []


def answered(state: FloorState, terms: Terms, input_: PassageAnswered) -> Decision:
    """A person answers a portal's question."""
    question = state.questions.get(input_.question)
    if question is None:
        return refuse("done_already", "nobody asks about this any more")
    if question.asks is Asked.TOO_MANY:
        return too_many.answered(state, input_, question)
    if input_.answer not in ANSWERS:
        return refuse("invalid", f"say one of {', '.join(sorted(ANSWERS))}")
    events: list[Event] = []
    if input_.answer != "neither":
        events.append(
            PortalPassed(question.epc, question.sku, question.portal, input_.answer, 1.0)
        )
    if input_.answer == "out":
        events += tag_went_out(state, terms, question.epc, question.portal, input_.badge)
    if not _has_left(events):
        events.append(PassageSettled(question.name, input_.answer, input_.badge))
    return accept("settled", f"{question.name}: {input_.answer}", *events)


def _name(state: FloorState, epc: Epc) -> str:
    return _number(state, epc) or epc


def _number(state: FloorState, epc: Epc) -> Sscc | None:
    """Of the parcel that a tag belongs to, or of the closed pallet whose label bears it."""
    parcel = parcel_of(state, epc)
    if parcel is not None:
        return parcel.sscc
    pallet = state.pallets.get(sscc_of(epc) or Sscc(""))
    return pallet.sscc if pallet is not None and pallet.state is PalletState.CLOSED else None
