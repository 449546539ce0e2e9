"""Facts as the central system gets them, and the other payloads that go out.

A fact is encoded once into the JSON of its envelope, its data as the journal has them, letter for
letter, where they stand there in today's form; consecutive facts of one kind are joined into
one message of at most 64 KiB. The order of the journal is never changed.
"""

import dataclasses
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import NamedTuple

from edge.model.events import EVENT_TYPES, Event, Fact

EVENT_VERSION = 1
BATCH_BYTES_MAX = 65_536
BATCH_EVENTS_MAX = 200
LATE_AFTER_US = 60_000_000
"""A fact that leaves the gateway later than this after it happened is marked as late."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BRACKETS_BYTES = 2
_BOOLEANS = ("false", "true")
_FIELD_NAMES = {
    kind: tuple(field.name for field in dataclasses.fields(event))
    for kind, event in EVENT_TYPES.items()
}

Epcis = Callable[[Fact], str | None]
"""Gives the EPCIS event of a fact as compact JSON; None for facts without one."""


@dataclass(frozen=True, slots=True)
class ClockQuality:
    """How far the gateway's clock can be trusted; `offset_ms` from true time where known."""

    synced: bool
    offset_ms: int


class Encoded(NamedTuple):
    """One fact ready to send; a named tuple, for it is made for every fact.

    Attributes:
        text: its envelope as compact JSON in UTF-8.
        envelope: all that stands in it but the data, as JSON.
    """

    seq: int
    kind: str
    text: bytes
    envelope: str

    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys of the envelope, for a message's user properties."""
        return tuple(
            (name, value if isinstance(value, str) else _compact(value))
            for name, value in json.loads(self.envelope).items()
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive facts of one kind in one message.

    Attributes:
        first, last: sequence numbers.
    """

    kind: str
    first: int
    last: int
    payload: bytes
    keys: tuple[tuple[str, str], ...]


class FactEncoder:
    """Facts to JSON.

    Args:
        gateway: this gateway's name.
        clock_quality: asked for each moment at which facts are sent.
        epcis: see `Epcis`.
    """

    def __init__(
        self, gateway: str, clock_quality: Callable[[], ClockQuality], epcis: Epcis
    ) -> None:
        self._gateway = gateway
        self._clock_quality = clock_quality
        self._epcis = epcis
        self._clock_at: tuple[int | None, str] = (None, "")
        self._origin: tuple[str | None, str] = (None, "")

    def encode(self, fact: Fact, now_us: int) -> Encoded:
        """The envelope of a fact as it is sent now (UTC microseconds)."""
        data = _compact(data_of(fact.event)) if fact.stored is None else fact.stored
        epcis = self._epcis(fact)
        if epcis is not None:
            comma = "" if data == "{}" else ","
            data = f'{data[:-1]}{comma}"epcis":{epcis}}}'
        return self._enveloped(fact, data, now_us)

    def withhold(self, fact: Fact, reason: str, now_us: int) -> Encoded:
        """An envelope without data for a fact that no broker takes: its number stays no gap."""
        return self._enveloped(fact, _compact({"withheld": reason}), now_us)

    def _enveloped(self, fact: Fact, data: str, now_us: int) -> Encoded:
        # of pieces, and not of a dictionary: it is made for every fact
        envelope = (
            f'{{"id":{quoted(fact.id)},{self._from(fact.epoch)},"seq":{fact.seq}'
            f',"type":"{fact.event.type}","version":{EVENT_VERSION}'
            f',"occurred_at":"{rfc_3339(fact.occurred_us)}"'
            f',"recorded_at":"{rfc_3339(fact.recorded_us)}"'
            f',"clock":{self._clock(now_us)}'
            f',"late":{_BOOLEANS[now_us - fact.occurred_us > LATE_AFTER_US]}'
        )
        text = f'{envelope},"data":{data}}}'
        return Encoded(fact.seq, fact.kind, text.encode("utf-8", "replace"), f"{envelope}}}")

    def _from(self, epoch: str) -> str:
        """Whose fact it is; the same for all of an epoch."""
        known, text = self._origin
        if epoch != known:
            text = f'"gateway":{quoted(self._gateway)},"epoch":{quoted(epoch)}'
            self._origin = epoch, text
        return text

    def _clock(self, now_us: int) -> str:
        """How far the clock can be trusted; asked once for what is sent together."""
        known_us, text = self._clock_at
        if now_us != known_us:
            quality = self._clock_quality()
            text = f'{{"synced":{_BOOLEANS[quality.synced]},"offset_ms":{quality.offset_ms}}}'
            self._clock_at = now_us, text
        return text


def batches(encoded: Sequence[Encoded], bytes_max: int = BATCH_BYTES_MAX) -> list[Batch]:
    """Join neighbours of one kind; a fact that is larger than the bound goes alone."""
    found: list[Batch] = []
    waiting: list[Encoded] = []
    size = _BRACKETS_BYTES
    for one in encoded:
        joins = (
            bool(waiting)
            and waiting[0].kind == one.kind
            and len(waiting) < BATCH_EVENTS_MAX
            and size + len(one.text) + 1 <= bytes_max
        )
        if waiting and not joins:
            found.append(_joined(waiting))
            waiting, size = [], _BRACKETS_BYTES
        waiting.append(one)
        size += len(one.text) + 1
    if waiting:
        found.append(_joined(waiting))
    return found


def data_of(event: Event) -> dict[str, object]:
    """A fact's own fields as plain JSON values, under their own names."""
    return {name: _plain(getattr(event, name)) for name in _FIELD_NAMES[event.type]}


@lru_cache(maxsize=64)
def rfc_3339(at_us: int) -> str:
    """UTC microseconds as text with offset; the facts of one turn mostly share them."""
    second, rest_us = divmod(at_us, 1_000_000)
    return f"{_second(second)}.{rest_us:06d}+00:00"


@lru_cache(maxsize=1_024)
def _second(second: int) -> str:
    """Neighbours in the journal mostly share it, and calendars are slow."""
    return (
        (_EPOCH + timedelta(seconds=second)).isoformat(timespec="seconds").removesuffix("+00:00")
    )


def state_payload(state: str, session: str, at_us: int) -> bytes:
    """Topic `state`; the will is the same with the state `lost`."""
    return _utf_8({"state": state, "session": session, "at": rfc_3339(at_us)})


def alert_payload(code: str, severity: str, since_us: int, text: str) -> bytes:
    """Topic `alert/{id}`; an empty payload ends it."""
    return _utf_8({"code": code, "severity": severity, "since": rfc_3339(since_us), "text": text})


def plain_payload(values: Mapping[str, object]) -> bytes:
    """Topics `info` and `health`: plain JSON values as they are given."""
    return _utf_8(_plain(values))


def _joined(waiting: Sequence[Encoded]) -> Batch:
    first, last = waiting[0], waiting[-1]
    keys = first.keys()
    if len(waiting) == 1:
        return Batch(first.kind, first.seq, last.seq, first.text, keys)
    payload = b"[" + b",".join(one.text for one in waiting) + b"]"
    return Batch(first.kind, first.seq, last.seq, payload, (*keys, ("count", str(len(waiting)))))


def _plain(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no such number
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if dataclasses.is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Iterable):
        return [_plain(one) for one in value]
    raise TypeError(f"a fact holds a {type(value).__name__}, which has no JSON form")


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
"""Made once: `json.dumps` would make one for each value."""


def _compact(value: object) -> str:
    return _JSON.encode(value)


def _utf_8(value: object) -> bytes:
    """Half a surrogate pair, which a careless scanner may send, becomes a question mark."""
    return _compact(value).encode("utf-8", "replace")
