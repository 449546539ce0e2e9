"""The protocol as an AsyncAPI 3.0 document and JSON Schemas, generated from the code's own models.

What comes in is described by the pydantic forms that check it (`messages`), what goes out by the
classes of the facts (`model.events`): the document cannot say anything else than the program does.
Channels stand below `{prefix}/{site}/{gateway}/`. JSON Schema is of draft 2020-12.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from edge.model.events import EVENT_TYPES
from edge.sync.wire import messages
from edge.sync.wire.outgoing import BATCH_BYTES_MAX, BATCH_EVENTS_MAX, EVENT_VERSION
from edge.sync.wire.topics import EVENT_KINDS

Schema = dict[str, Any]

ASYNCAPI = "3.0.0"
JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
_BASE = "{prefix}/{site}/{gateway}/"
_TIME: Schema = {"type": "string", "format": "date-time"}

INCOMING: Mapping[str, tuple[TypeAdapter[Any], str]] = {
    "order": (messages.ORDER, "An order or a newer revision of it; idempotent by (order_id, rev)"),
    "return": (messages.RETURN, "Goods that a customer will send back"),
    "ack": (messages.ACK, "Every event of the epoch up to `upto` is stored; alone frees them"),
    "master/items": (messages.ITEM, "An article; versions grow"),
    "master/places": (messages.PLACE, "How full a place that pickers take from is to be"),
    "master/packs": (messages.PACK, "A GTIN that stands for several pieces of an article"),
    "master/pickers": (messages.PICKER, "A person with a badge"),
    "master/stock": (messages.STOCK, "So many pieces lie in a place, by the books"),
    "request/resend": (messages.RESEND, "Send the events from this number on once more"),
    "request/where": (messages.WHERE, "Where an article or a tagged item is"),
    "request/snapshot": (messages.SNAPSHOT, "Orders, stock and how far the journal is"),
    "request/identify": (messages.IDENTIFY, "Which gateway this is"),
}
"""Channel below the gateway → the form of its objects and what they mean."""

_DEVICE: Schema = {
    "type": "object",
    "description": "A device that answers; notes: what it lacks or has otherwise than configured",
    "properties": {
        "device": {"type": "string"},
        "manufacturer": {"type": "string"},
        "model": {"type": "string"},
        "firmware": {"type": "string"},
        "protocol": {"type": "string"},
        "antennas": {"type": "array", "items": {"type": "integer"}},
        "notes": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["device", "notes"],
}
_OUTGOING: Mapping[str, tuple[str, Schema]] = {
    "state": (
        "How the gateway is; retained, also the last will, whose session is that of its birth",
        {
            "state": {
                "enum": ["starting", "ready", "degraded", "draining", "offline", "lost"],
            },
            "session": {"type": "string"},
            "at": _TIME,
        },
    ),
    "info": (
        "What the gateway is; retained",
        {
            "version": {"type": "string"},
            "locating_compiled": {"type": "boolean"},
            "readers": {"type": "array", "items": {"type": "string"}},
            "antennas": {"type": "array", "items": {"type": "object"}},
            "locations": {"type": "array", "items": {"type": "string"}},
            "schemas": {"type": "object", "additionalProperties": {"type": "string"}},
            "configuration_sha256": {"type": "string"},
            "devices": {"type": "array", "items": _DEVICE},
            "delivery": {
                "type": "object",
                "properties": {"confirmed_by": {"enum": ["central", "broker"]}},
            },
        },
    ),
    "health": (
        "How the gateway does; retained, QoS 0; further figures may be added",
        {
            "backlog": {"type": "integer", "minimum": 0},
            "oldest_unsent_s": {"type": "number", "minimum": 0},
            "connected": {"type": "boolean"},
        },
    ),
    "alert/{id}": (
        "Something that wants a person; retained, an empty payload when it is over",
        {
            "code": {"type": "string"},
            "severity": {"enum": ["warning", "error", "critical"]},
            "since": _TIME,
            "text": {"type": "string"},
        },
    ),
}


def schemas() -> dict[str, Schema]:
    """Every payload as a JSON Schema that stands by itself, by its file's name."""
    found = {_name(leaf): _incoming(leaf) for leaf in INCOMING}
    found |= {_name(leaf): _outgoing(leaf) for leaf in _OUTGOING}
    found |= {f"event.{kind}": event_schema(kind) for kind in EVENT_TYPES}
    return {
        name: {"$schema": JSON_SCHEMA, "title": name} | schema for name, schema in found.items()
    }


def event_schema(kind: str) -> Schema:
    """The envelope of one type of event with its data.

    Raises:
        KeyError: there is no such event.
    """
    shape = EVENT_TYPES[kind]
    data = TypeAdapter(shape).json_schema(mode="serialization")
    definitions = data.pop("$defs", {})
    data["properties"] = {
        **data.get("properties", {}),
        "epcis": {"type": "object", "description": "EPCIS 2.0 event in JSON-LD, CBV 2.0"},
    }
    data["required"] = [*data["properties"].keys() - {"epcis"}]
    data["required"].sort()
    withheld = _object({"withheld": {"type": "string"}})
    envelope = _object(
        {
            "id": {"type": "string", "format": "uuid"},
            "gateway": {"type": "string"},
            "epoch": {"type": "string"},
            "seq": {"type": "integer", "minimum": 1},
            "type": {"const": kind},
            "version": {"const": EVENT_VERSION},
            "occurred_at": _TIME,
            "recorded_at": _TIME,
            "clock": _object({"synced": {"type": "boolean"}, "offset_ms": {"type": "integer"}}),
            "late": {"type": "boolean"},
            "data": {"anyOf": [data, withheld]},
        }
    )
    described = {"description": _first_sentence(shape.__doc__ or "")} | envelope
    return described | ({"$defs": definitions} if definitions else {})


def document(version: str) -> Schema:
    """The AsyncAPI 3.0 document.

    Args:
        version: of the program.
    """
    channels: dict[str, Schema] = {}
    operations: dict[str, Schema] = {}
    components: dict[str, Schema] = {}
    for leaf, (_, meaning) in INCOMING.items():
        components[_name(leaf)] = _message(f"schemas/{_name(leaf)}.json", meaning)
        _add(channels, operations, leaf, "receive", [_name(leaf)])
    for leaf, (meaning, _) in _OUTGOING.items():
        components[_name(leaf)] = _message(f"schemas/{_name(leaf)}.json", meaning)
        _add(channels, operations, leaf, "send", [_name(leaf)])
    for kind in EVENT_KINDS:
        types = [name for name in EVENT_TYPES if name.partition(".")[0] == kind]
        for name in types:
            meaning = _first_sentence(EVENT_TYPES[name].__doc__ or "")
            components[f"event.{name}"] = _message(f"schemas/event.{name}.json", meaning)
        names = [f"event.{name}" for name in types]
        _add(channels, operations, f"event/{kind}", "send", names)
        _add(channels, operations, f"live/{kind}", "send", names)
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "warehouse-edge",
            "version": version,
            "description": (
                "MQTT 5 between a gateway and its central system. QoS 1 unless said otherwise. "
                f"An event message holds one event or an array of at most {BATCH_EVENTS_MAX} "
                f"events of one kind, at most {BATCH_BYTES_MAX} bytes. On live/ an event comes "
                "ahead of its turn while the gateway catches up, and again on event/ in its turn: "
                "nothing on live/ is owed or acknowledged. A message to the gateway "
                "holds one object or an array of them, and is acknowledged to the broker after "
                "the commit. Requests are answered on their response topic with their "
                "correlation data."
            ),
            "license": {"name": "GPL-3.0-or-later"},
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": components},
    }


def _add(
    channels: dict[str, Schema],
    operations: dict[str, Schema],
    leaf: str,
    action: str,
    names: Iterable[str],
) -> None:
    """A channel of these messages, and what the gateway does on it."""
    name = _name(leaf)
    channels[name] = {
        "address": _BASE + leaf,
        "parameters": {
            word: {}
            for word in ("prefix", "site", "gateway", *(("id",) if "{id}" in leaf else ()))
        },
        "messages": {one: {"$ref": f"#/components/messages/{one}"} for one in names},
    }
    operations[f"{action}.{name}"] = {
        "action": action,
        "channel": {"$ref": f"#/channels/{name}"},
        "bindings": {"mqtt": {"qos": 0 if leaf == "health" else 1, "retain": leaf in _RETAINED}},
    }


_RETAINED = {"state", "info", "health", "alert/{id}", "ack"}


def _message(address: str, meaning: str) -> Schema:
    return {
        "contentType": "application/json",
        "summary": meaning,
        "payload": {
            "schemaFormat": f"{_FORMAT};version=draft-2020-12",
            "schema": {"$ref": address},
        },
    }


_FORMAT = "application/schema+json"


def _incoming(leaf: str) -> Schema:
    form, meaning = INCOMING[leaf]
    return form.json_schema(mode="validation", by_alias=True) | {"description": meaning}


def _outgoing(leaf: str) -> Schema:
    meaning, properties = _OUTGOING[leaf]
    return {"description": meaning, **_object(properties)}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": [*properties]}


def _name(leaf: str) -> str:
    """A channel's name: `master/items` is `master.items`, `alert/{id}` is `alert`."""
    return leaf.removesuffix("/{id}").replace("/", ".")


def _first_sentence(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split())
