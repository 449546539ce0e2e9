"""Whether a request says what the standard allows: parts in their places, values with a meaning.

Knows the table only; what the reader can do is judged by those who do it.
"""

from simulators.llrp.layouts import (
    CUSTOM,
    MESSAGE_BY_NAME,
    PARAMETER_BY_NAME,
    Layout,
)
from simulators.llrp.parts import Message, Part
from simulators.llrp.status import Complaint, StatusCode


def type_of(of: Part) -> int:
    """The parameter type as it stands on the wire."""
    if of.name == "Unknown":
        return of.number("Type")
    layout = PARAMETER_BY_NAME[of.name]
    return CUSTOM if layout.vendor else layout.number


def _fits(name: str, names: tuple[str, ...]) -> bool:
    return name in names or ("Custom" in names and PARAMETER_BY_NAME[name].vendor != 0)


def _check_fields(
    layout: Layout, of: Part, path: tuple[int, ...], version: int
) -> Complaint | None:
    named = [field for field in layout.fields if field.name]
    for number, field in enumerate(named, start=1):
        value = of.fields[field.name]
        below = field.below[version > 1] if field.below else None
        if below is not None and isinstance(value, int) and value >= below:
            text = f"{of.name}.{field.name} is {value}; the standard goes to {below - 1}"
            return Complaint(text, StatusCode.UNKNOWN_FIELD, path, number)
    return None


def _check_places(layout: Layout, of: Part, path: tuple[int, ...]) -> Complaint | None:
    for place in layout.places:
        found = [inside for inside in of.inside if _fits(inside.name, place.names)]
        wanted = place.names[0]
        if len(found) < place.least:
            culprit = (*path, PARAMETER_BY_NAME[wanted].number)
            text = f"{of.name} lacks its {wanted}"
            return Complaint(text, StatusCode.MISSING_PARAMETER, culprit)
        if place.most is not None and len(found) > place.most:
            culprit = (*path, type_of(found[-1]))
            text = f"{of.name} has {len(found)} {found[-1].name}"
            return Complaint(text, StatusCode.DUPLICATE_PARAMETER, culprit)
    return None


def _check_inside(
    layout: Layout, of: Part, path: tuple[int, ...], version: int
) -> Complaint | None:
    for inside in of.inside:
        below = (*path, type_of(inside))
        if inside.name == "Unknown":
            text = f"parameter type {inside.number('Type')} is unknown"
            return Complaint(text, StatusCode.UNKNOWN_PARAMETER, below)
        if not any(_fits(inside.name, place.names) for place in layout.places):
            text = f"{inside.name} does not belong into {of.name}"
            return Complaint(text, StatusCode.UNEXPECTED_PARAMETER, below)
        complaint = _check(PARAMETER_BY_NAME[inside.name], inside, below, version)
        if complaint is not None:
            return complaint
    return None


def _check(layout: Layout, of: Part, path: tuple[int, ...], version: int) -> Complaint | None:
    return (
        _check_fields(layout, of, path, version)
        or _check_inside(layout, of, path, version)
        or _check_places(layout, of, path)
    )


def check(request: Message, version: int) -> Complaint | None:
    """The first thing in the request that the standard does not allow; None if all is well.

    Args:
        request: decoded.
        version: of the connection; 1 is LLRP 1.0.1, 2 is 1.1.
    """
    return _check(MESSAGE_BY_NAME[request.name], request, (), version)
