"""What came from the central system, as inputs for the floor.

No bytes raise: a message or a part of it that cannot be understood becomes a `MessageRefused` with
the field, the reason and the beginning of the text. Where a message is an array, its good objects
are taken and each bad one is refused by itself.
"""

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from edge.model.goods import Article, Forward, PackLevel
from edge.model.ids import Badge, Gtin, LineId, LocationId, OrderId, Sku
from edge.model.inputs import (
    ArticlesListed,
    CentralAcknowledged,
    ForwardsListed,
    Input,
    MessageRefused,
    OrderSubmitted,
    PacksListed,
    PeopleListed,
    ReturnAnnounced,
    StockListed,
    StockStatement,
)
from edge.model.orders import OrderLine
from edge.model.work import ListedPerson
from edge.sync.wire import messages
from edge.sync.wire.topics import Topics

PAYLOAD_BYTES_MAX = 1_048_576
"""Larger messages are refused unread; the broker is told the same limit."""
OBJECTS_MAX = 5_000
DIGITS_MAX = 4_000
"""Of a whole number; Python makes none of more than 4,300, and none here means so much."""
REFUSALS_MAX = 20
"""Refusals of single objects told for one message; the rest is told as a number."""
EXCERPT_LENGTH_MAX = 500
REASON_LENGTH_MAX = 300

Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class _Mail:
    """One message under way through this module."""

    topic: str
    payload: bytes
    at_us: int

    def refused(self, reason: str, part: object | None = None) -> MessageRefused:
        text = self.payload[: 4 * EXCERPT_LENGTH_MAX].decode(errors="replace")
        if part is not None:
            with contextlib.suppress(RecursionError):  # then the beginning of all has to do
                text = json.dumps(part, ensure_ascii=False).encode(errors="replace").decode()
        return MessageRefused(
            self.topic, _clean(reason)[:REASON_LENGTH_MAX], text[:EXCERPT_LENGTH_MAX], self.at_us
        )


def understand(topics: Topics, topic: str, payload: bytes, at_us: int) -> tuple[Input, ...]:
    """The inputs that a message holds.

    Args:
        topics: names of this gateway's topics.
        topic: where it came; `request/…` is not for this function.
        payload: any bytes.
        at_us: when it came, UTC microseconds.

    Returns:
        Empty for an emptied retained `ack`.
    """
    mail = _Mail(topic, payload, at_us)
    reader = _READERS.get(topics.name_of(topic) or "")
    if reader is None:
        return (mail.refused(f"topic {topic}: nothing is expected here; see the interface"),)
    if not payload and reader is _read_ack:
        return ()  # a retained acknowledgement was cleared
    try:
        parts = objects_of(payload)
    except ValueError as error:
        return (mail.refused(str(error)),)
    return reader(mail, parts)


def objects_of(payload: bytes) -> list[object]:
    """The JSON objects of a message: one, or an array of them.

    Raises:
        ValueError: not such JSON; one sentence that says what to do.
    """
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise ValueError(f"{len(payload)} bytes: send at most {PAYLOAD_BYTES_MAX} in one message")
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8: send JSON in UTF-8") from error
    try:
        found = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_whole
        )
    except RecursionError as error:
        raise ValueError("nested too deeply: send flat objects") from error
    except json.JSONDecodeError as error:
        raise ValueError(
            f"not JSON at character {error.pos}: {error.msg}; send an object or an array of them"
        ) from error
    parts = found if isinstance(found, list) else [found]
    if not 1 <= len(parts) <= OBJECTS_MAX:
        raise ValueError(f"{len(parts)} objects: send 1 to {OBJECTS_MAX} in one message")
    return parts


def resend_from(payload: bytes, epoch: str) -> int:
    """The number from which everything shall be sent again.

    Args:
        payload: of the request.
        epoch: the numbering in force.

    Raises:
        ValueError: not a request in the form of the interface, or of another epoch.
    """
    parts = objects_of(payload)
    try:
        asked = messages.RESEND.validate_python(parts[0])
    except ValidationError as error:
        raise ValueError(sentence(error)) from error
    if asked.epoch not in {None, epoch}:
        raise ValueError(f"epoch: {asked.epoch} is over, {epoch} is in force; ask snapshot anew")
    return asked.from_seq


def _read_orders(mail: _Mail, parts: list[object]) -> tuple[Input, ...]:
    good, bad = _sorted_out(mail, parts, messages.ORDER)
    return (*(_order(one, mail.at_us) for one in good), *bad)


def _read_returns(mail: _Mail, parts: list[object]) -> tuple[Input, ...]:
    good, bad = _sorted_out(mail, parts, messages.RETURN)
    announced = (
        ReturnAnnounced(
            one.return_id, OrderId(one.order_id), _lines(one.lines), one.reason, mail.at_us
        )
        for one in good
    )
    return (*announced, *bad)


def _read_ack(mail: _Mail, parts: list[object]) -> tuple[Input, ...]:
    good, bad = _sorted_out(mail, parts, messages.ACK)
    return (*(CentralAcknowledged(one.epoch, one.upto, mail.at_us) for one in good), *bad)


def _read_items(mail: _Mail, parts: list[object]) -> tuple[Input, ...]:
    good, bad = _sorted_out(mail, parts, messages.ITEM)
    articles = tuple(
        Article(
            Sku(one.sku),
            Gtin(one.gtin) if one.gtin else None,
            one.name,
            one.version,
            one.volume_ml,
            one.weight_g,
            one.kind,
        )
        for one in good
    )
    return (*([ArticlesListed(articles, mail.at_us)] if articles else []), *bad)


def _read_stock(mail: _Mail, parts: list[object]) -> tuple[Input, ...]:
    good, bad = _sorted_out(mail, parts, messages.STOCK)
    statements = tuple(
        StockStatement(
            Sku(one.sku),
            LocationId(one.location),
            one.quantity,
            one.version,
            one.expires_at,
            one.since_at,
        )
        for one in good
    )
    return (*([StockListed(statements, mail.at_us)] if statements else []), *bad)


def _read_packs(mail: _Mail, parts: list[object]) -> tuple[Input, ...]:
    good, bad = _sorted_out(mail, parts, messages.PACK)
    levels = tuple(
        PackLevel(Gtin(one.gtin), Sku(one.sku), one.quantity, one.version) for one in good
    )
    return (*([PacksListed(levels, mail.at_us)] if levels else []), *bad)


def _read_places(mail: _Mail, parts: list[object]) -> tuple[Input, ...]:
    good, bad = _sorted_out(mail, parts, messages.PLACE)
    forwards = tuple(
        Forward(LocationId(one.location), Sku(one.sku), one.minimum, one.maximum, one.version)
        for one in good
    )
    return (*([ForwardsListed(forwards, mail.at_us)] if forwards else []), *bad)


def _read_pickers(mail: _Mail, parts: list[object]) -> tuple[Input, ...]:
    good, bad = _sorted_out(mail, parts, messages.PICKER)
    people = tuple(
        ListedPerson(Badge(one.badge), one.name, one.role, one.active, one.version) for one in good
    )
    return (*([PeopleListed(people, mail.at_us)] if people else []), *bad)


_READERS: dict[str, Callable[[_Mail, list[object]], tuple[Input, ...]]] = {
    "order": _read_orders,
    "return": _read_returns,
    "ack": _read_ack,
    "master/items": _read_items,
    "master/stock": _read_stock,
    "master/packs": _read_packs,
    "master/places": _read_places,
    "master/pickers": _read_pickers,
}
"""Topic below the gateway → what reads its objects."""


def _sorted_out(
    mail: _Mail, parts: list[object], form: TypeAdapter[Form]
) -> tuple[list[Form], list[MessageRefused]]:
    """Objects of the wanted form, and refusals of the others."""
    good: list[Form] = []
    bad: list[MessageRefused] = []
    for at, part in enumerate(parts):
        try:
            good.append(form.validate_python(part))
        except ValidationError as error:
            where = f"object {at}: " if len(parts) > 1 else ""
            bad.append(mail.refused(where + sentence(error), part))
    if len(bad) > REFUSALS_MAX:
        rest = len(bad) - REFUSALS_MAX
        bad[REFUSALS_MAX:] = [mail.refused(f"{rest} more objects of this message are refused")]
    return good, bad


def _order(one: messages.OrderMessage, at_us: int) -> OrderSubmitted:
    return OrderSubmitted(
        OrderId(one.order_id),
        one.rev,
        one.priority,
        one.due_at,
        one.carrier,
        _lines(one.lines),
        one.state,
        at_us,
        tuple(one.ship_to),
    )


def _lines(lines: Sequence[messages.LineMessage]) -> tuple[OrderLine, ...]:
    return tuple(_line(one) for one in lines)


def _line(line: messages.LineMessage) -> OrderLine:
    """What comes back is told in pieces, and is no substitute's."""
    plain = OrderLine(LineId(line.line_id), Sku(line.sku), line.quantity)
    if not isinstance(line, messages.OrderLineMessage):
        return plain
    pack = Gtin(line.pack_gtin) if line.pack_gtin is not None else None
    return replace(plain, pack=pack, substitution=line.substitution == "allowed")


def sentence(error: ValidationError) -> str:
    """The first faults, each with the way to its field."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    told = (
        f"{'.'.join(str(step) for step in fault['loc']) or 'message'}: "
        f"{fault['msg'].removeprefix('Value error, ')}"
        for fault in faults[:3]
    )
    more = f"; and {len(faults) - 3} more" if len(faults) > len(faults[:3]) else ""
    return "; ".join(told) + more


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"field {_clean(name)!r} stands twice in one object; send it once")
        found[name] = value
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number; leave the field out")


def _whole(digits: str) -> int:
    if len(digits) > DIGITS_MAX:
        raise ValueError(f"a number of {len(digits)} digits: send at most {DIGITS_MAX}")
    return int(digits)


def _clean(text: str) -> str:
    """Text that can be written as UTF-8, whatever a JSON escape smuggled in."""
    return text.encode("utf-8", "replace").decode()
