"""Weighing: a parcel that weighs other than its contents should is looked into once more.

What it should weigh are its checked pieces, as the master data tell them, and its carton. Where
the weight of one piece is not told nothing is expected. What is too much off is closed on a
supervisor's word only.
"""

from dataclasses import dataclass, replace

from edge.model.posted import ParcelWanted
from edge.model.state import FloorState
from edge.model.weights import Accepted, ParcelWeight, Weighing
from edge.model.work import PackSession
from edge.rules import confirming
from edge.rules.decision import Decision, refuse
from edge.rules.terms import Terms, Weigh


@dataclass(frozen=True, slots=True)
class Weighed:
    """A parcel's weight as it may be kept; None where it is not weighed."""

    weight: ParcelWeight | None


def weighed(
    state: FloorState, terms: Terms, pack: PackSession, input_: ParcelWanted
) -> Weighed | Decision:
    """The weight of a parcel that is being closed, or why it is not closed yet."""
    said = input_.weighing
    if said is not None and said.accepted is not None and not _is_given(said.accepted, input_):
        text = "let the supervisor accept it once more; that holds a minute"
        return refuse("not_confirmed", text)
    goods_g = _goods_g(state, pack)
    is_wanted = terms.weigh is Weigh.ALWAYS or (terms.weigh is Weigh.KNOWN and goods_g is not None)
    if not is_wanted:
        return Weighed(None)
    carton = _carton(terms, said)
    if said is None or carton is None:
        cartons = [{"name": name, "tare_g": tare_g} for name, tare_g in terms.cartons.items()]
        return refuse("weigh", "put the parcel on the scale", cartons=cartons)
    expected_g = goods_g + terms.cartons.get(carton, 0) if goods_g is not None else None
    weight = ParcelWeight(said.weight_g, expected_g, carton)
    if expected_g is None or abs(said.weight_g - expected_g) <= _off_g_max(terms, expected_g):
        return Weighed(weight)
    accepted = said.accepted
    if accepted is None:
        return refuse(
            "weight_off",
            f"it weighs {said.weight_g} g and should weigh {expected_g} g",
            measured_g=said.weight_g,
            expected_g=expected_g,
            off_g_max=_off_g_max(terms, expected_g),
        )
    return Weighed(replace(weight, accepted_by=accepted.by, reason=accepted.reason))


def _is_given(accepted: Accepted, input_: ParcelWanted) -> bool:
    """Whether the supervisor has said so just now."""
    given_us = accepted.given_us
    return given_us is not None and confirming.holds(given_us, input_.at_us)


def _goods_g(state: FloorState, pack: PackSession) -> int | None:
    """What the checked pieces weigh, grams; None where one's weight is not told."""
    known = (state.articles.get(sku) for sku, _ in pack.checked)
    pieces = [article.weight_g if article is not None else 0 for article in known]
    return sum(pieces) if all(pieces) else None


def _carton(terms: Terms, said: Weighing | None) -> str | None:
    """The carton that is meant; None where somebody has to say which."""
    if len(terms.cartons) <= 1:
        return next(iter(terms.cartons), "")
    return said.carton if said is not None and said.carton in terms.cartons else None


def _off_g_max(terms: Terms, expected_g: int) -> int:
    """So far off is taken for right, grams: the larger of the site's two tolerances."""
    share = expected_g * terms.weight_tolerance_percent / 100
    return max(terms.weight_tolerance_g, round(share))
