"""What a simulated day sells and how: cases, reserves, weights, what may be taken instead.

All of it is settled by the catalogue, so that the central system, the hall and the people agree
without a word between them.
"""

from dataclasses import replace
from typing import Any

from edge.settings.picking import Substitute
from simulators.catalogue import Catalogue, Placement
from simulators.central_orders import master_items
from simulators.codes import check_digit
from simulators.day.flows import Flow
from simulators.day.grounds import RESERVES

CASE_PIECES = 2
_RESERVED = 12
"""Pieces of an article in a place of reserve."""
_LACKING = 2
"""A place that pickers take from is filled up as soon as it lacks so many."""
_CASED_EVERY = 2
_UNTOLD_EVERY, _WRONG_FROM, _WRONG_SHARE = 8, 4, 0.75
"""Of so many articles one has no weight told, and one, so many later, too small a share of it."""
_ALLOWED_SHARE = 0.8
_LOOSE = 0.4
"""So many of the lines that could be told in cases are told in pieces all the same."""


def with_reserves(catalogue: Catalogue) -> Catalogue:
    """The best sellers lie in places of reserve, too."""
    ranked = sorted(catalogue.articles.values(), key=lambda one: -one.popularity)
    reserves = [
        Placement(article.sku, place, _RESERVED)
        for article, place in zip(ranked, RESERVES, strict=False)
    ]
    return replace(catalogue, placements=(*catalogue.placements, *reserves))


def cases_of(catalogue: Catalogue) -> dict[str, tuple[int, str]]:
    """Of every second article how many are in its case, and the case's GTIN-14."""
    articles = list(catalogue.articles.values())[::_CASED_EVERY]
    return {one.sku: (CASE_PIECES, case_gtin(one.gtin_13)) for one in articles}


def case_gtin(gtin_13: str) -> str:
    """The GTIN-14 of a case with indicator 1."""
    digits = "1" + gtin_13[:-1]
    return digits + check_digit(digits)


def master_packs(catalogue: Catalogue) -> list[dict[str, Any]]:
    """The cases as the message `master/packs`."""
    return [
        {"gtin": gtin, "sku": sku, "quantity": quantity, "version": 1}
        for sku, (quantity, gtin) in cases_of(catalogue).items()
    ]


def master_places(catalogue: Catalogue) -> list[dict[str, Any]]:
    """How full the places are to be of which there is a reserve, as `master/places`."""
    kept = {one.sku for one in catalogue.placements if one.location in RESERVES}
    return [
        {
            "location": one.location,
            "sku": one.sku,
            "minimum": max(1, one.quantity - _LACKING),
            "maximum": one.quantity,
            "version": 1,
        }
        for one in catalogue.placements
        if one.sku in kept and one.location not in RESERVES
    ]


def weighed_items(catalogue: Catalogue) -> list[dict[str, Any]]:
    """The articles as `master/items`, where parcels are weighed: not every weight is right."""
    rows = master_items(catalogue)
    for row in rows[::_UNTOLD_EVERY]:
        del row["weight_g"]
    for row in rows[_WRONG_FROM::_UNTOLD_EVERY]:
        row["weight_g"] = round(_WRONG_SHARE * row["weight_g"])
    return rows


def substitutes_of(catalogue: Catalogue) -> tuple[Substitute, ...]:
    """For each article the next one of the list may be taken instead, then the one after it."""
    skus = list(catalogue.articles)
    following = skus[1:] + skus[:2]
    return tuple(
        Substitute(sku=sku, by=(following[place], following[place + 1]))
        for place, sku in enumerate(skus)
    )


def as_ordered(
    line: dict[str, Any], flows: frozenset[Flow], cases: dict[str, tuple[int, str]], dice: float
) -> dict[str, Any]:
    """A line as it goes over the wire: in cases where it can, with a word about substitutes.

    Args:
        line: in pieces.
        flows: of the day.
        cases: as `cases_of`.
        dice: from 0 to 1, what chance says of this line.
    """
    told = dict(line)
    if Flow.SUBSTITUTES in flows and dice < _ALLOWED_SHARE:
        told["substitution"] = "allowed"
    quantity, gtin = cases.get(line["sku"], (0, ""))
    if Flow.CASES in flows and quantity and line["quantity"] % quantity == 0 and dice > _LOOSE:
        told |= {"quantity": line["quantity"] // quantity, "pack_gtin": gtin}
    return told


def pieces_of(line: dict[str, Any]) -> int:
    """How many pieces a line of an order asks for."""
    return int(line["quantity"]) * (CASE_PIECES if line.get("pack_gtin") else 1)
