"""A tap on the wires: whoever is told of every byte before anybody makes sense of it."""

from typing import Protocol


class Tap(Protocol):
    """Called from the drivers' threads; every method returns soon and never raises."""

    def opened(self, device: str, protocol: str) -> None:
        """A connection to a device begins; `protocol` is "llrp" or "serial"."""
        ...

    def received(self, device: str, data: bytes) -> None:
        """Bytes of a device, with TLS already decrypted; never empty."""
        ...

    def lost(self, device: str, reason: str) -> None:
        """The connection is over or could not be made; the reason is empty if we ended it."""
        ...
