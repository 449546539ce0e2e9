"""Work on tags on a simulated day: the way from the floor loop to the readers, in played time.

What the driver's wire does in its thread is a call that the loop makes a moment later. Every write
that reaches a reader is put down here before it does, so that a law can look at it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from drivers.tags import Access, AccessReport, Bank, End, Reported, WriteMemory


class Working(Protocol):
    """A reader's link that takes work on tags."""

    def access(self, access: Access, reported: Reported) -> None:
        """Have something done."""


@dataclass(slots=True)
class TagBench:
    """The readers of one life of the process, as a `drivers.tags.TagReader`.

    Attributes:
        links: by the reader's name.
        written: hex of all words that any reader was ever told to write, but passwords.
    """

    links: Mapping[str, Working]
    written: list[str] = field(default_factory=list)

    def access(self, device: str, access: Access, reported: Reported) -> None:
        """Have something done, a moment later."""
        link = self.links.get(device)
        if link is None:
            reported(AccessReport(End.REFUSED, reason="there is no such reader"))
            return
        self.written += [
            one.data.hex()
            for one in access.operations
            if isinstance(one, WriteMemory) and one.bank is not Bank.RESERVED
        ]
        asyncio.get_running_loop().call_soon(link.access, access, reported)
