"""Which facts take an earlier one back: its EPCIS event comes once more, declared in error."""

from edge.model import events as e

_WRONG, _NEVER_WAS = "incorrect_data", "did_not_occur"
"""Reasons of an error declaration (CBV 2.0, section 7.5)."""


def withdraws(event: e.Event) -> str | None:
    """The type of the earlier fact of which a fact says that it was a mistake; None for none.

    That is a count that a person refused, or an item's leaving a place where it lay all the time.
    """
    match event:
        case e.VarianceSettled(approved=False):
            return e.CountMade.type
        case e.ItemWithdrawn(went_to=None):
            return e.ItemDeparted.type
        case e.ItemWithdrawn():
            return e.ItemMoved.type
        case _:
            return None


def is_withdrawn(mistaken: e.Fact, by: e.Event) -> bool:
    """Whether this fact is the one that the other takes back."""
    if isinstance(by, e.ItemWithdrawn):
        return mistaken.id == by.fact_id
    count = mistaken.event
    return (
        isinstance(count, e.CountMade)
        and isinstance(by, e.VarianceSettled)
        and (count.location, count.sku) == (by.location, by.sku)
        and count.counted - count.expected == by.variance
    )


def reason_of(by: e.Event) -> str:
    """Why the earlier event was wrong, in GS1's words."""
    return _NEVER_WAS if isinstance(by, e.ItemWithdrawn) else _WRONG
