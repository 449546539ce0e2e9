"""Numbering: no two parcels or pallets of the house ever bear the same number.

A running number goes on from the last one that the store knows, one for each extension digit.
A backup does not know what was numbered after it, and a gateway whose disk is lost knows nothing.
So the numbers of an epoch begin above the time at which it began: one number for each unit of time
since 2026, so long that an extension digit lasts for 31 years (`unit_s`). Whoever closes no more
than one parcel in a unit, from the epoch's beginning on the whole, is behind the clock with every
number, and the next epoch begins above them all.

What rests on that is not given where it does not hold: a clock that was wrong when the epoch began
(`clock_unsure`), or all numbers given (`used_up`); and it is told where numbers overtake the clock
(`ahead`). A person then says above which serial to go on (`Terms.serials_above`), or takes another
extension digit. A number never begins anew.
"""

from edge.gs1.epc import sscc
from edge.model.ids import Sscc
from edge.model.state import FloorState
from edge.rules.decision import Decision, refuse
from edge.rules.terms import Terms

SINCE_S = 1_767_225_600
"""The beginning of 2026, Unix seconds."""
DIGITS = 16
"""Of an SSCC for the company prefix and the serial together (GS1 General Specifications, 3.2)."""
_UNIT_DIGITS = 9
"""So many digits of seconds last for 31 years."""
AHEAD_WHY = (
    "parcels are numbered faster than one in {unit} s: after a restore this gateway could give "
    "numbers twice; before one, note the newest serial for [gateway] sscc_serials_above, or let a "
    "second gateway pack under an sscc_extension of its own"
)


def next_number(state: FloorState, terms: Terms) -> int | None:
    """The running number of the next parcel or pallet; None where none can be given surely."""
    if fault(state, terms) is not None:
        return None
    return _next(state, terms)


def fault(state: FloorState, terms: Terms) -> str | None:
    """Why no number can be given: `clock_unsure` or `used_up`; None where one can."""
    if state.numbered_from_s is None and not terms.serials_above:
        return "clock_unsure"
    return "used_up" if _next(state, terms) >= _room(terms) else None


def refused(state: FloorState, terms: Terms) -> Decision:
    """What whoever closes a parcel or begins a pallet is told; the alert says how to mend it."""
    if fault(state, terms) == "clock_unsure":
        return refuse("numbers_unsure", why(state, terms, "clock_unsure"))
    return refuse("numbers_used_up", why(state, terms, "used_up"))


def why(state: FloorState, terms: Terms, code: str) -> str:
    """A trouble with numbers as a sentence with its remedy."""
    if code == "clock_unsure":
        return (
            "the host's clock was wrong when this journal began, so parcel numbers could repeat: "
            "set the clock, and write a serial above all that stand on labels into [gateway] "
            f"sscc_serials_above (this journal knows of {last_given(state, terms)})"
        )
    if code == "ahead":
        return AHEAD_WHY.format(unit=unit_s(terms))
    return (
        f"every number of prefix {terms.company_prefix} with extension {terms.sscc_extension} is "
        "given: set another [gateway] sscc_extension, one that no other gateway has"
    )


def trouble(state: FloorState, terms: Terms, now_s: int) -> str | None:
    """What a person has to be told of the numbers, at so many seconds after 2026 began.

    Returns:
        `clock_unsure`, `used_up`, `ahead`, or None.
    """
    found = fault(state, terms)
    if found is not None:
        return found
    behind = max(now_s // unit_s(terms), terms.serials_above)
    return "ahead" if last_given(state, terms) > behind else None


def unit_s(terms: Terms) -> int:
    """Seconds for which one number stands."""
    return int(10 ** max(0, _UNIT_DIGITS - (DIGITS - len(terms.company_prefix))))


def last_given(state: FloorState, terms: Terms) -> int:
    """The newest running number that this journal knows of; 0 for none."""
    before = state.numbers.get("parcels", 0)  # of whichever extension, until it was told apart
    known = state.numbers.get(f"parcels/{terms.sscc_extension}", 0)
    return max(known, before if before < _room(terms) else 0)


def is_used(state: FloorState, number: Sscc) -> bool:
    """Whether a parcel or a pallet that is known bears this SSCC."""
    return number in state.parcels or number in state.pallets


def sscc_of(terms: Terms, number: int) -> Sscc:
    """The SSCC of a running number."""
    return sscc(terms.company_prefix, terms.sscc_extension, number)


def _next(state: FloorState, terms: Terms) -> int:
    """A label that was printed elsewhere may bear a number already: it is left out."""
    number = max(last_given(state, terms), _base(state, terms)) + 1
    while number < _room(terms) and is_used(state, sscc_of(terms, number)):
        number += 1
    return number


def _base(state: FloorState, terms: Terms) -> int:
    """Any number up to here may have been given before this epoch."""
    return max((state.numbered_from_s or 0) // unit_s(terms), terms.serials_above)


def _room(terms: Terms) -> int:
    return int(10 ** (DIGITS - len(terms.company_prefix)))
