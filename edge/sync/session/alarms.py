"""What a person should know of the delivery."""

from edge.sync.session.phases import Alarm, Output

CENTRAL_ABSENT = "central-absent"
BROKER_REFUSES = "broker-refuses"
EVENT_SET_ASIDE = "event-set-aside"
ACK_FOREIGN = "ack-foreign"


class Alarms:
    """Those that are on."""

    def __init__(self) -> None:
        self._on: set[str] = set()

    def tell(self, code: str, text: str | None) -> list[Output]:
        """Tell each alarm once when it begins and once when it is over (no text)."""
        if (text is not None) == (code in self._on):
            return []
        self._on ^= {code}
        return [Alarm(code, text)]
