"""The rows of the journal and the checksum that ties each to the one before it.

A row's checksum covers the checksum of its predecessor and everything in the row, so a changed,
missing or exchanged row is noticed at its place.
"""

from hashlib import blake2b
from typing import NamedTuple

CHECKSUM_BYTES = 16
CHAIN_START = b""
"""What stands before the first row."""


class Row(NamedTuple):
    """One row of the table `facts`, in the order of its columns."""

    position: int
    id: str
    occurred_us: int
    recorded_us: int
    type: str
    version: int
    body: str
    checksum: bytes


def checksum_of(  # noqa: PLR0913, PLR0917 - the columns of a row
    previous: bytes,
    position: int,
    id_: str,
    occurred_us: int,
    recorded_us: int,
    kind: str,
    version: int,
    body: str,
) -> bytes:
    """BLAKE2b over the previous checksum and the row, its free text last."""
    head = f"{position}\n{id_}\n{occurred_us}\n{recorded_us}\n{kind}\n{version}\n{body}"
    return blake2b(previous + head.encode(), digest_size=CHECKSUM_BYTES).digest()


def follows(previous: bytes, row: Row) -> bool:
    """Whether a row is unchanged and stands behind the row with the checksum `previous`."""
    return row.checksum == checksum_of(previous, *row[:7])
