"""Numbering: no two parcels or pallets of the house ever bear the same number."""

from edge.gs1.epc import sscc
from edge.model.ids import Sscc
from edge.model.state import FloorState
from edge.rules.terms import Terms


def next_number(state: FloorState, terms: Terms) -> int | None:
    """The running number of the next parcel or pallet; None when every SSCC is in use.

    It grows beyond the digits that the prefix leaves: the SSCC then begins anew, and leaves out
    what is on a parcel or pallet that is known.
    """
    first = max(state.numbers.get("parcels", 0), state.numbers_base) + 1
    numbers = range(first, first + _room(terms))
    return next((one for one in numbers if not is_used(state, sscc_of(terms, one))), None)


def is_used(state: FloorState, number: Sscc) -> bool:
    """Whether a parcel or a pallet that is known bears this SSCC."""
    return number in state.parcels or number in state.pallets


def sscc_of(terms: Terms, number: int) -> Sscc:
    """The SSCC of a running number."""
    return sscc(terms.company_prefix, terms.sscc_extension, number % _room(terms))


def _room(terms: Terms) -> int:
    return int(10 ** (16 - len(terms.company_prefix)))
