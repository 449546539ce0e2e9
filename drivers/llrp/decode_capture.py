"""The LLRP messages of a capture as mappings, one a message, whatever is wrong in between."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from drivers.capture import Kind, Record
from drivers.llrp.decode import Decoded, decode_bytes


@dataclass(slots=True)
class _Connection:
    """What one reader sent over one connection.

    Attributes:
        marks: end of each piece in the stream, with its time.
    """

    data: bytearray = field(default_factory=bytearray)
    marks: list[tuple[int, int]] = field(default_factory=list)


def decode_records(records: Iterable[Record]) -> Iterator[Decoded]:
    """Each message with `device` and `time_us` (UTC), connection by connection.

    Args:
        records: of a capture; what scanners sent is passed over.
    """
    open_: dict[str, _Connection] = {}
    for record in records:
        connection = open_.get(record.device)
        match record.kind:
            case Kind.OPENED if record.data == b"llrp":
                open_[record.device] = _Connection()
            case Kind.RECEIVED if connection is not None:
                connection.data += record.data
                connection.marks.append((len(connection.data), record.utc_us))
            case Kind.LOST if connection is not None:
                yield from _decode(record.device, open_.pop(record.device))
            case _:
                pass
    for device, connection in open_.items():
        yield from _decode(device, connection)


def _decode(device: str, connection: _Connection) -> Iterator[Decoded]:
    for end, decoded in decode_bytes(bytes(connection.data)):
        mark = bisect_left(connection.marks, end, key=itemgetter(0))
        yield {"device": device, "time_us": connection.marks[mark][1], **decoded}
