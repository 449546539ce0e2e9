"""Reader-initiated connections: the reader dials its client, again and again (section 7.2)."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

_AGAIN_S = 0.5
"""Between the end of one connection, or a try in vain, and the next."""


class Serve(Protocol):
    """Lives through one connection, from its first frame to its end."""

    def __call__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Coroutine[Any, Any, None]:
        """Begin."""
        ...


async def dial_for_ever(host: str, port: int, serve: Serve) -> None:
    """Connect to a client that listens; when the connection has ended, connect anew.

    Cancelled, it dials no more and leaves a connection that still lives to its end.
    """
    while True:
        try:
            reader, writer = await asyncio.open_connection(host, port)
        except OSError:
            pass  # nobody listens yet
        else:
            await asyncio.shield(asyncio.ensure_future(serve(reader, writer)))
        await asyncio.sleep(_AGAIN_S)
