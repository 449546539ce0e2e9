"""How long a request may take to arrive, and how many connections one address may hold.

A stranger who opens connections and says nothing, or a letter a minute, would otherwise hold all
that the server has (`CONNECTIONS_MAX`), and pickers would be told 503 for as long as they like.
Each connection has `REQUEST_S_MAX` for each whole request, its body included. An address has
`ADDRESS_MAX` connections: a browser opens six, and a shift's handhelds may stand behind one
translator. The host's own address may hold any number: a proxy that ends the TLS stands there.
"""

import asyncio

import h11
import structlog
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_S_MAX = 10.0
"""64 KiB over a bad radio link take two."""
ADDRESS_MAX = 256
TOLD_AGAIN_S = 60.0
OURS = frozenset({"127.0.0.1", "::1"})
_ARRIVED = frozenset({h11.DONE, h11.MUST_CLOSE, h11.CLOSED, h11.ERROR})

_log = structlog.get_logger("web")


class PatientProtocol(H11Protocol):
    """One connection; closed where its request does not come to an end."""

    _deadline: asyncio.TimerHandle | None = None
    _told_s = -TOLD_AGAIN_S
    """When it was told last that an address holds too many; of all connections."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        if self._holds_too_many():
            transport.abort()
        else:
            self._deadline = self.loop.call_later(REQUEST_S_MAX, self._give_up)

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state in _ARRIVED:
            self._rest()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_S_MAX, self._give_up)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _holds_too_many(self) -> bool:
        address = self.client[0] if self.client else ""
        if address in OURS:
            return False
        others = (one.client for one in self.connections if isinstance(one, PatientProtocol))
        held = sum(client is not None and client[0] == address for client in others)
        if held <= ADDRESS_MAX:
            return False
        now_s = self.loop.time()
        if now_s - PatientProtocol._told_s >= TOLD_AGAIN_S:
            PatientProtocol._told_s = now_s
            _log.warning(
                "an address holds too many connections", address=address, most=ADDRESS_MAX
            )
        return True

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.abort()

    def _rest(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
