"""How large a message may be: what the broker told, or what broke the connection."""

from edge.sync.session.window import Flight
from edge.sync.wire.outgoing import BATCH_BYTES_MAX, Encoded

OVERHEAD_BYTES = 2_048
"""Room for topic and properties beside the payload in the broker's largest packet."""
SMALL_BYTES = 4_096
"""A message of this size is never given up because of its size."""
PAYLOAD_BYTES_MAX = 268_435_455
"""What MQTT can carry (MQTT 5.0, section 1.5.5)."""


class Sizes:
    """The bounds of one delivery; what was learned stays over connections."""

    def __init__(self) -> None:
        self._packet_max = BATCH_BYTES_MAX + OVERHEAD_BYTES
        self._batch_max = BATCH_BYTES_MAX
        self._single_max = PAYLOAD_BYTES_MAX

    @property
    def batch_max(self) -> int:
        """Payload of several facts, bytes."""
        return min(self._batch_max, self._packet_max - OVERHEAD_BYTES)

    def told(self, packet_max: int) -> None:
        """A broker named its largest packet, bytes."""
        self._packet_max = min(packet_max, self._single_max + OVERHEAD_BYTES)

    def fits(self, whole: Encoded) -> bool:
        """Whether the broker takes this fact, alone."""
        return len(whole.text) + OVERHEAD_BYTES <= self._packet_max

    def too_large(self, whole: Encoded) -> str:
        """Why it does not."""
        return f"{len(whole.text)} bytes, and the broker takes packets of {self._packet_max}"

    def broke(self, largest: Flight | None) -> None:
        """The broker ended the connection over a packet that was too large, and did not say which.

        The largest on its way it was. A batch is halved the next time; only a fact that went alone
        is known not to fit.
        """
        if largest is None or largest.payload_bytes <= SMALL_BYTES:
            return
        if largest.last > largest.first:
            self._batch_max = max(SMALL_BYTES, largest.payload_bytes // 2)
        else:
            self._single_max = largest.payload_bytes - 1
