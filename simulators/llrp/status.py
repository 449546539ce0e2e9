"""What a reader answers about a request: success, or which part of it is wrong and how.

An error names its place as the standard asks (section 14.2): the message's or a parameter's field
by its number in wire order, from 1, and a parameter by the types of all that it stands in.
"""

from dataclasses import dataclass
from enum import IntEnum

from simulators.llrp.parts import Part, part


class StatusCode(IntEnum):
    """Generic error codes (section 14.2.1); 100s the message, 200s a parameter, 300s a value."""

    SUCCESS = 0
    MESSAGE_PARAMETER_ERROR = 100
    MESSAGE_FIELD_ERROR = 101
    MESSAGE_UNEXPECTED_PARAMETER = 102
    MESSAGE_MISSING_PARAMETER = 103
    MESSAGE_DUPLICATE_PARAMETER = 104
    MESSAGE_OVERFLOW_PARAMETER = 105
    MESSAGE_OVERFLOW_FIELD = 106
    MESSAGE_UNKNOWN_PARAMETER = 107
    MESSAGE_UNKNOWN_FIELD = 108
    UNSUPPORTED_MESSAGE = 109
    UNSUPPORTED_VERSION = 110
    MESSAGE_UNSUPPORTED_PARAMETER = 111
    PARAMETER_ERROR = 200
    FIELD_ERROR = 201
    UNEXPECTED_PARAMETER = 202
    MISSING_PARAMETER = 203
    DUPLICATE_PARAMETER = 204
    OVERFLOW_PARAMETER = 205
    OVERFLOW_FIELD = 206
    UNKNOWN_PARAMETER = 207
    UNKNOWN_FIELD = 208
    UNSUPPORTED_PARAMETER = 209
    INVALID = 300
    OUT_OF_RANGE = 301
    DEVICE_ERROR = 401


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a request is refused.

    Attributes:
        text: one sentence for people.
        code: what is wrong with the culprit.
        path: parameter types from the outermost to the culprit; empty for the message itself.
        field_number: which field of the culprit, from 1; 0 if none in particular.
    """

    text: str
    code: StatusCode
    path: tuple[int, ...] = ()
    field_number: int = 0


SUCCESS = part("LLRPStatus", StatusCode=StatusCode.SUCCESS, ErrorDescription="")


_IN_GENERAL = StatusCode.MESSAGE_PARAMETER_ERROR
_OF_MESSAGE = {
    StatusCode.UNEXPECTED_PARAMETER: StatusCode.MESSAGE_UNEXPECTED_PARAMETER,
    StatusCode.MISSING_PARAMETER: StatusCode.MESSAGE_MISSING_PARAMETER,
    StatusCode.DUPLICATE_PARAMETER: StatusCode.MESSAGE_DUPLICATE_PARAMETER,
    StatusCode.OVERFLOW_PARAMETER: StatusCode.MESSAGE_OVERFLOW_PARAMETER,
    StatusCode.UNKNOWN_PARAMETER: StatusCode.MESSAGE_UNKNOWN_PARAMETER,
    StatusCode.UNSUPPORTED_PARAMETER: StatusCode.MESSAGE_UNSUPPORTED_PARAMETER,
}
"""What is wrong with a parameter that stands in the message itself is said at the top too."""


def _field_error(complaint: Complaint) -> tuple[Part, ...]:
    if complaint.field_number == 0:
        return ()
    return (part("FieldError", FieldNum=complaint.field_number, ErrorCode=complaint.code),)


def status(complaint: Complaint | None) -> Part:
    """The LLRPStatus parameter that says so; success where there is nothing to complain of."""
    if complaint is None:
        return SUCCESS
    inside = _field_error(complaint)
    code = StatusCode.FIELD_ERROR if inside else complaint.code
    for parameter_type in reversed(complaint.path):
        inside = (part("ParameterError", *inside, ParameterType=parameter_type, ErrorCode=code),)
        code = StatusCode.PARAMETER_ERROR
    if inside:
        code = _of_the_message(complaint)
    return part("LLRPStatus", *inside, StatusCode=code, ErrorDescription=complaint.text)


def _of_the_message(complaint: Complaint) -> StatusCode:
    """What that means for the whole message, whose own parameter it may be that is wrong."""
    if not complaint.path:
        return StatusCode.MESSAGE_FIELD_ERROR
    own = len(complaint.path) == 1 and not complaint.field_number
    return _OF_MESSAGE.get(complaint.code, _IN_GENERAL) if own else _IN_GENERAL
