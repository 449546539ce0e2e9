"""What the handlers of requests need of the reader that they answer for."""

from typing import Protocol

from simulators.faults import FaultPlan
from simulators.llrp.inventory import Inventory
from simulators.llrp.parts import Message, Part
from simulators.llrp.profile import Profile
from simulators.llrp.reader_clock import ReaderClock
from simulators.llrp.settings import Settings
from simulators.llrp.status import Complaint, status


class Host(Protocol):
    """A reader, as its request handlers see it.

    Attributes:
        version: the protocol version of this connection; 1 is LLRP 1.0.1, 2 is 1.1.
        extended: whether this client has switched Impinj's extensions on.
        closing: set to close the connection once everything is sent.
    """

    profile: Profile
    settings: Settings
    inventory: Inventory
    faults: FaultPlan
    clock: ReaderClock
    version: int
    extended: bool
    closing: bool

    def reply_error(self, message_id: int, complaint: Complaint, version: int = 1) -> None:
        """Send an ERROR_MESSAGE."""
        ...

    def acknowledged(self) -> None:
        """A KEEPALIVE_ACK came."""
        ...

    def release(self) -> None:
        """The client takes held events and reports from now on."""
        ...

    def connected_antennas(self) -> frozenset[int]:
        """The antennas that are plugged in."""
        ...


def response(request: Message, complaint: Complaint | None, *inside: Part) -> Message:
    """The response that belongs to a request; what it tells goes out only with a success."""
    told = () if complaint is not None else inside
    return Message(f"{request.name}_RESPONSE", {}, (status(complaint), *told), id=request.id)
