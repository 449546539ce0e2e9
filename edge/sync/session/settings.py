"""How facts are delivered."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How facts are delivered.

    Attributes:
        by_broker: whether the broker's PUBACK is taken for the central system's acknowledgement.
        window_messages: messages that may wait for their PUBACK, 1..65535.
        ahead_messages: messages that may go beyond the central system's acknowledgement.
        absent_after_us: without progress for so long the central system counts as absent.
        probe_us: how often a fact is sent to a central system that is absent.
        events_per_s_max, bytes_per_s_max: what goes in a second at most, for the broker's sake; 0
            for as much as the window lets go.
        lane_opens_facts: with more than so many unacknowledged a new one goes ahead of its turn.
    """

    by_broker: bool = False
    window_messages: int = 20
    ahead_messages: int = 500
    absent_after_us: int = 30_000_000
    probe_us: int = 10_000_000
    events_per_s_max: float = 0.0
    bytes_per_s_max: float = 0.0
    lane_opens_facts: int = 500
