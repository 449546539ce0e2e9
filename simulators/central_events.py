"""The gateway's events as the central system reads them: any bytes in, keyed events out."""

import json
from dataclasses import dataclass
from typing import Any

_CARRIED = ("late", "clock")
"""What tells of the delivery, not of the fact: it may differ when an event comes again."""


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class UnreadableEventError(Exception):
    """A message that is not an event: the gateway has to mend it."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One event as it came, its key taken out.

    Attributes:
        id: the fact's own id, unique for ever.
        body: the event as JSON with sorted keys, without what tells of the delivery only.
        base: the topic's beginning, `{prefix}/{site}/{gateway}`; where its answer goes.
        is_ahead: it came on the live lane, and will come again in its turn.
    """

    gateway: str
    epoch: str
    seq: int
    id: str
    type: str
    data: dict[str, Any]
    body: str
    base: str = ""
    is_ahead: bool = False

    @property
    def is_withheld(self) -> bool:
        """Whether it came without its data, because no broker would take it."""
        return "withheld" in self.data


def events_of(payload: bytes, base: str = "", *, is_ahead: bool = False) -> list[Delivered]:
    """The events of one message: one object or an array of them.

    Args:
        payload: of the message.
        base: the beginning of its topic, before `/event/` or `/live/`.
        is_ahead: whether it came on the live lane.

    Raises:
        UnreadableEventError: no JSON, or a key is missing or of a wrong kind.
    """
    try:
        values = json.loads(payload)
    except ValueError as error:
        raise UnreadableEventError(f"no JSON: {error}") from error
    return [
        _delivered(value, base, is_ahead=is_ahead)
        for value in (values if isinstance(values, list) else [values])
    ]


def _delivered(value: object, base: str, *, is_ahead: bool) -> Delivered:
    if not isinstance(value, dict):
        raise UnreadableEventError("an event is an object")
    names = [value.get(key) for key in ("gateway", "epoch", "id", "type")]
    seq, data = value.get("seq"), value.get("data", {})
    if not all(isinstance(name, str) and name for name in names):
        raise UnreadableEventError("gateway, epoch, id and type are texts")
    if not isinstance(seq, int) or seq < 1 or not isinstance(data, dict):
        raise UnreadableEventError("seq counts from 1 and data is an object")
    kept = {key: part for key, part in value.items() if key not in _CARRIED}
    gateway, epoch, fact_id, kind = (str(name) for name in names)
    body = _canonical(kept)
    return Delivered(gateway, epoch, seq, fact_id, kind, data, body, base, is_ahead)


def same_fact(body: str, event: Delivered) -> bool:
    """The same content; or the same id where one of them came without its data (`withheld`).

    The EPCIS event names articles by the master data of the moment in which it is written, so it
    may name a class otherwise when the fact comes again; the fact is its own fields.
    """
    if body == event.body:
        return True
    stored, told = json.loads(body), json.loads(event.body)
    facts = (stored.get("data", {}), told.get("data", {}))
    if any("withheld" in fact for fact in facts):
        return bool((stored["id"], stored["type"]) == (event.id, event.type))
    for fact in facts:
        fact.pop("epcis", None)
    return bool(stored == told)


def completes(body: str, event: Delivered) -> bool:
    """Whether the same fact, stored without its data, has come with it now."""
    return not event.is_withheld and "withheld" in json.loads(body).get("data", {})


def same_restored(body: str, event: Delivered) -> bool:
    """Whether a fact of an earlier epoch comes again, with its id and a new number.

    That is what a gateway does that was restored from a backup: nothing is wrong, and nothing is
    to be applied a second time.
    """
    stored = json.loads(body)
    if (stored["gateway"], stored["type"]) != (event.gateway, event.type):
        return False
    facts = tuple(
        {key: part for key, part in fact.items() if key != "epcis"}
        for fact in (stored.get("data", {}), event.data)
    )
    return stored["epoch"] != event.epoch and (
        facts[0] == facts[1] or any("withheld" in fact for fact in facts)
    )


def revision_of(data: dict[str, Any]) -> int:
    """The revision of its order that an event tells of; 1, which any event proves, for none."""
    for part in (data, data.get("order")):
        if isinstance(part, dict) and isinstance(part.get("rev"), int):
            return int(part["rev"])
    return 1


def order_of(data: dict[str, Any]) -> str:
    """The order that an event is about, in its data or one level deeper; empty for none."""
    for part in (data, data.get("order"), data.get("parcel")):
        if isinstance(part, dict) and part.get("order_id"):
            return str(part["order_id"])
    return ""
