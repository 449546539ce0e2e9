"""How long a request may take to arrive.

A stranger who opens connections and says nothing, or a letter a minute, would otherwise hold them
for as long as they like. Each connection has `REQUEST_S_MAX` for each whole request, its body
included. How many there may be is the door's (`edge.web.door`).
"""

import asyncio

import h11
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_S_MAX = 10.0
"""64 KiB over a bad radio link take two."""
_ARRIVED = frozenset({h11.DONE, h11.MUST_CLOSE, h11.CLOSED, h11.ERROR})


class PatientProtocol(H11Protocol):
    """One connection; closed where its request does not come to an end."""

    _deadline: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
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

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.abort()

    def _rest(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
