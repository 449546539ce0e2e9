"""Facts and state values as JSON text and back: compact, sorted, the same text for the same value.

A fact is stored with its type and the version of its form. When a form changes, its number in
`VERSIONS` goes up and an entry in `UPGRADES` says how data of the old version becomes data of the
next one; what was written stays as it was written. State values carry no version: a migration
rewrites their rows.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import StrEnum
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, TypeVar, cast, get_args, get_type_hints

from cattrs import Converter
from cattrs.errors import BaseValidationError

from edge.model.events import EVENT_TYPES, Event
from edge.model.prompts import Answer
from edge.store.errors import StoreCodecError

FLAT_FIELDS_MIN = 2
"""Of one field `attrgetter` gives the value itself."""
Value = TypeVar("Value")
Data = dict[str, object]
Upgrade = Callable[[Data], Data]

VERSIONS: Mapping[str, int] = {
    **dict.fromkeys(EVENT_TYPES, 1),
    "stock.article_listed": 2,  # volume, weight and kind of goods: not told
    # 2: the address, lines of packs: none; 3: does a substitute do, what was one: no and nothing;
    # 4: what a person has let it go in spite of: nothing; 5: what the sentences of doubts name,
    # for other languages: not told
    "order.received": 5,
    "order.amended": 3,  # 2: as 4 of `order.received`; 3: as 5
    "return.expected": 3,  # 2: lines of packs: none; 3: as 3 of `order.received`
    "pack.opened": 2,  # do its antennas listen: they were not waited for
    "pack.tote_joined": 2,  # the same
    # 2: which of its pieces came back; 3: at which wrong door it was, whether it is on a manifest:
    # none, nowhere and not when it is closed; 4: further totes, of which there were none; 5: is it
    # recalled: not when it is closed; 6: its weight: it was not weighed
    "pack.closed": 6,
    "order.cancelled": 2,  # parcels that are to be opened again: there were none
    "pack.given_up": 2,  # as 4 of `pack.closed`
    # 2: on which pallets the parcels left: on none; 3: what they weigh together: not told
    "ship.manifest_closed": 3,
    "stock.stated": 2,  # how old the stock is: not told by what was stated before
    "pick.short": 2,  # it tells whether the pieces lie there all the same: not before
    # 2: where the radio heard a piece that was missed: nowhere; 3: as 2 of `order.received`;
    # 4: as 3 of `order.received`, and is the place confirmed: no; 5: as 4 of `order.received`;
    # 6: as 5; 7: the walk may be none: there was one
    "order.changed": 7,
    "pick.picker_changed": 2,  # the zone of their own: none
    # 2: was a place found empty; 3: the ways one by one, the places of the cart; 4: where the
    # radio heard a piece that was missed, and in whose hands the walk was: nowhere and in none;
    # 5: totes that are to be taken and scanned, places that are confirmed: none
    "pick.planned": 5,
    "pick.dropped": 2,  # what the cart's antenna heard too much: not told
    "pick.place_confirmed": 2,  # what is brought: a walk went there
    "pick.place_wrong": 2,  # the same
    "exception.passage_unclear": 2,  # what is asked: how it went through
    "pick.replanned": 3,  # 2: as 4 of `pick.planned`; 3: as 5
}
"""The version in which each type of fact is written now."""


def _unchanged(data: Data) -> Data:
    """For a form that only gained a field with a default."""
    return data


UPGRADES: Mapping[tuple[str, int], Upgrade] = {
    ("pack.closed", 1): _unchanged,
    ("pack.closed", 2): _unchanged,
    ("ship.manifest_closed", 1): _unchanged,
    ("ship.manifest_closed", 2): _unchanged,
    ("pack.closed", 3): _unchanged,
    ("pack.closed", 4): _unchanged,
    ("pack.closed", 5): _unchanged,
    ("pack.opened", 1): _unchanged,
    ("pack.tote_joined", 1): _unchanged,
    ("order.cancelled", 1): _unchanged,
    ("pick.dropped", 1): _unchanged,
    ("pick.place_confirmed", 1): _unchanged,
    ("pick.place_wrong", 1): _unchanged,
    ("pack.given_up", 1): _unchanged,
    ("order.received", 1): _unchanged,
    ("order.received", 2): _unchanged,
    ("order.received", 3): _unchanged,
    ("order.received", 4): _unchanged,
    ("order.amended", 1): _unchanged,
    ("order.amended", 2): _unchanged,
    ("stock.article_listed", 1): _unchanged,
    ("return.expected", 1): _unchanged,
    ("return.expected", 2): _unchanged,
    ("pick.picker_changed", 1): _unchanged,
    ("order.changed", 1): _unchanged,
    ("order.changed", 2): _unchanged,
    ("order.changed", 3): _unchanged,
    ("order.changed", 4): _unchanged,
    ("order.changed", 5): _unchanged,
    ("order.changed", 6): _unchanged,
    ("pick.planned", 1): _unchanged,
    ("pick.planned", 2): _unchanged,
    ("pick.short", 1): _unchanged,
    ("stock.stated", 1): _unchanged,
    ("pick.planned", 3): _unchanged,
    ("pick.planned", 4): _unchanged,
    ("exception.passage_unclear", 1): _unchanged,
    ("pick.replanned", 1): _unchanged,
    ("pick.replanned", 2): _unchanged,
}
"""How data of (type, version) becomes data of the next version."""


def event_data(event: Event) -> Data:
    """A fact's data as plain JSON values (tuples stand for lists)."""
    return cast("Data", _to_plain(type(event))(event))


def encode_data(data: Mapping[str, object]) -> str:
    """Plain JSON values as text.

    Raises:
        StoreCodecError: a number is not finite, a text has half a character, a value is not plain.
    """
    try:
        text = _encode_json(data)
        text.encode()  # SQLite takes UTF-8 only; a lone surrogate must fail before the transaction
    except (TypeError, ValueError) as error:
        raise StoreCodecError(f"cannot be written as JSON: {error}") from error
    return text


def encode_event(event: Event) -> tuple[str, int, str]:
    """A fact as type, version and JSON text.

    Raises:
        StoreCodecError: as `encode_data`.
    """
    kind = event.type
    return kind, VERSIONS[kind], _flat_text(event) or encode_data(event_data(event))


def _flat_text(event: Event) -> str | None:
    """The same text, made at once of a fact whose fields are plain; None for any other one."""
    form = _FLAT.get(type(event))
    if form is None:
        return None
    template, values_of = form
    try:
        text = template % tuple([_IN_WORDS[type(one)](one) for one in values_of(event)])
        text.encode()
    except (KeyError, ValueError):  # a value of another type than the field's, or no JSON
        return None
    return text


def decode_event(
    kind: str,
    version: int,
    text: str,
    versions: Mapping[str, int] = VERSIONS,
    upgrades: Mapping[tuple[str, int], Upgrade] = UPGRADES,
) -> Event:
    """A fact from its type, version and JSON text; an older version is brought up to date.

    Raises:
        StoreCodecError: the type or version is not known, or the text does not fit it.
    """
    shape = EVENT_TYPES.get(kind)
    if shape is None:
        raise StoreCodecError(
            f"a fact of type {kind!r} is not known here; install the version that wrote it"
        )
    data = decode_data(text)
    for older in range(version, versions[kind]):
        upgrade = upgrades.get((kind, older))
        if upgrade is None:
            raise StoreCodecError(f"{kind} version {older} cannot be brought up to date")
        data = upgrade(data)
    if not 1 <= version <= versions[kind]:
        raise StoreCodecError(
            f"{kind} version {version} is not known here, only up to {versions[kind]}; "
            "install the version that wrote it"
        )
    return _structured(shape, data)


def decode_data(text: str) -> Data:
    """JSON text that holds an object, as plain values.

    Raises:
        StoreCodecError: it is not JSON, or not an object.
    """
    try:
        data = json.loads(text)
    except ValueError as error:
        raise StoreCodecError(f"is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise StoreCodecError(f"is not a JSON object: {text[:40]!r}")
    return data


def encode_value(value: object) -> str:
    """A frozen dataclass of the model as JSON text.

    Raises:
        StoreCodecError: as `encode_data`.
    """
    return encode_data(cast("Data", _to_plain(type(value))(value)))


def decode_value(kind: type[Value], text: str) -> Value:
    """A frozen dataclass of the model from JSON text.

    Raises:
        StoreCodecError: the text does not fit the class.
    """
    return _structured(kind, decode_data(text))


def encode_answer(answer: Answer) -> str:
    """An answer as JSON text.

    Raises:
        StoreCodecError: as `encode_data`.
    """
    parts: Data = {
        "accepted": answer.accepted,
        "code": answer.code,
        "text": answer.text,
        "data": dict(answer.data),
    }
    return encode_data(parts)


def decode_answer(text: str) -> Answer:
    """An answer from JSON text; lists in its data stay lists.

    Raises:
        StoreCodecError: the text is not an answer's.
    """
    parts = decode_data(text)
    match parts:
        case {
            "accepted": bool(accepted),
            "code": str(code),
            "text": str(words),
            "data": dict(data),
        }:
            return Answer(accepted, code, words, data)
        case _:
            raise StoreCodecError(f"is not an answer: {text[:40]!r}")


_encode_json = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(value)
    return float.__repr__(value)


_IN_WORDS: Mapping[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: int.__repr__,
    float: _number,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
}
"""How JSON writes plain values."""


def _flat_form(shape: type[Event]) -> tuple[str, Callable[[Event], tuple[object, ...]]] | None:
    """A template and its values, for a fact of several fields, all of them plain."""
    hints = get_type_hints(shape)
    names = sorted(one.name for one in fields(shape))
    for name in names:
        kinds = get_args(hints[name]) or (hints[name],)
        if any(getattr(kind, "__supertype__", kind) not in _IN_WORDS for kind in kinds):
            return None
    if len(names) < FLAT_FIELDS_MIN:
        return None
    members = ",".join([f'"{name}":%s' for name in names])
    return f"{{{members}}}", attrgetter(*names)


_FLAT = {shape: form for shape in EVENT_TYPES.values() if (form := _flat_form(shape))}


def _exactly(kind: type[Value]) -> Callable[[object, object], Value]:
    """Takes a JSON value of this kind only; nothing becomes a number by guessing."""

    def take(value: object, _: object) -> Value:
        if type(value) is not kind:
            raise TypeError(f"{value!r} is not {kind.__name__}")
        return value

    return take


def _take_float(value: object, _: object) -> float:
    if type(value) not in {int, float}:
        raise TypeError(f"{value!r} is not a number")
    return float(cast("float", value))


def _make_converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _exactly(kind))
    converter.register_structure_hook(float, _take_float)
    converter.register_structure_hook(StrEnum, lambda value, kind: kind(value))
    return converter


_converter = _make_converter()
_PLAIN: dict[type[object], Callable[[object], object]] = {}
"""What the converter has found, without its own search for it."""


def _to_plain(kind: type[object]) -> Callable[[object], object]:
    found = _PLAIN.get(kind)
    if found is None:
        found = _PLAIN[kind] = _converter.get_unstructure_hook(kind)
    return found


def _from_plain(kind: type[object]) -> Callable[[object, type], object]:
    return _converter.get_structure_hook(kind)


def _structured(kind: type[Value], data: Data) -> Value:
    try:
        return cast("Value", _from_plain(kind)(data, kind))
    except (BaseValidationError, TypeError, ValueError, KeyError) as error:
        raise StoreCodecError(
            f"does not fit {kind.__name__}: {_first_cause(error)}: {data!r:.120}"
        ) from error


def _first_cause(error: BaseException) -> BaseException:
    while isinstance(error, BaseValidationError) and error.exceptions:
        error = error.exceptions[0]
    return error
