"""The questions that a reader is asked when it is set up, and what its answers differ in.

What it is asked for is encoded and decoded again, so that both sides have one form.
"""

from typing import Any

from drivers.llrp.attempt import Attempt, Wish
from drivers.llrp.capabilities import Capabilities, part
from drivers.llrp.differences import config_differences, rospec_differences, shortened
from drivers.llrp.encoding import message_body, message_number
from drivers.llrp.framing import Frame
from drivers.llrp.messages import decode_frame
from drivers.llrp.reader_config import reader_config
from drivers.llrp.rospec import rospec
from drivers.llrp.settings import LlrpSettings

Parameters = dict[str, Any]
Question = tuple[str, Parameters]

_CONFIG: Question = (
    "GET_READER_CONFIG",
    {"AntennaID": 0, "RequestedData": 0, "GPIPortNum": 0, "GPOPortNum": 0},
)
_ROSPECS: Question = ("GET_ROSPECS", {})
_HEAD = {"message", "id", "version", "length"}


class Comparison:
    """What one reader has against what was asked.

    Attributes:
        found: the differences so far, a sentence each.
    """

    def __init__(self, settings: LlrpSettings, attempt: Attempt, told: Capabilities) -> None:
        self.found: tuple[str, ...] = ()
        self._settings = settings
        self._attempt = attempt
        self._told = told
        self._questions = [
            question
            for question, wish in ((_CONFIG, Wish.CONFIG_TOLD), (_ROSPECS, Wish.ROSPECS_TOLD))
            if attempt.has(wish)
        ]

    def next_question(self) -> Question | None:
        """The next request; None when all have been asked."""
        return self._questions.pop(0) if self._questions else None

    def take(self, answer: Parameters) -> None:
        """Take the decoded answer to one of them; an empty one could not be decoded."""
        match answer.get("message"):
            case "GET_READER_CONFIG_RESPONSE":
                asked = reader_config(self._settings, self._attempt, self._told)
                wanted = _decoded("SET_READER_CONFIG", asked)
                found = config_differences(wanted, answer, self._settings.antennas)
            case "GET_ROSPECS_RESPONSE":
                asked = {"ROSpec": rospec(self._settings, self._attempt, self._told)}
                wanted = part(_decoded("ADD_ROSPEC", asked), "ROSpec")
                found = rospec_differences(wanted, answer, self._told)
            case _:
                return
        self.found = (*self.found, *shortened(found))


def _decoded(name: str, values: Parameters) -> Parameters:
    whole = decode_frame(Frame(message_number(name), 1, 0, message_body(name, values), 0))
    return {field: value for field, value in whole.items() if field not in _HEAD}
