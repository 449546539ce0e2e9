"""Any fact about things, and how it is told as an EPCIS event."""

import dataclasses
import json
from dataclasses import replace
from datetime import timedelta, timezone
from typing import get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from edge.gs1.digits import check_digit
from edge.model import events as e
from edge.model.counts import CountMethod
from edge.model.errands import Carried, ErrandKind
from edge.model.ids import (
    Badge,
    Epc,
    Gtin,
    LineId,
    LocationId,
    OrderId,
    Sku,
    Sscc,
    ToteId,
    WalkId,
)
from edge.model.orders import OrderLine
from edge.model.places import LocationKind
from edge.model.returns import Grade, ReturnedPiece
from edge.model.work import Parcel, Stop, Unit, Walk
from edge.sync.epcis.events import KINDS, EpcisWriter
from edge.sync.epcis.names import EpcisNames
from edge.sync.epcis.words import WITHOUT_EVENT

TAG = Epc("3074257bf7194e4000001a85")
FOREIGN_TAG = Epc("e28011702000020abcdef012")
GTIN = Gtin("09501101530003")
GRAI = "800309501101530003T7"
PARCEL = Sscc("195011012345678904")
AT_US = 1_795_468_800_123_456


def place_kind(location: LocationId) -> LocationKind | None:
    return {"PACK-1": LocationKind.STATION, "Q": LocationKind.QUARANTINE}.get(location)


NAMES = EpcisNames(
    "https://id.example.org/hz",
    gtin_of=lambda sku: GTIN if sku == "KNOWN" else None,
    kind_of=place_kind,
    gln="9501101530003",
    places={LocationId("DOCK"): "urn:epc:id:sgln:0614141.12345.400"},
    zone=timezone(timedelta(hours=8)),
    company_prefix="9501101",
)
LINKS = replace(NAMES, form="digital_link")


def fact_of(event: e.Event) -> e.Fact:
    return e.Fact(7, "01936b5e-7c9a-7def-8abc-0123456789ab", "e1", AT_US, AT_US + 5000, event)


def written(event: e.Event, names: EpcisNames = NAMES) -> dict[str, object]:
    found = EpcisWriter(names)(fact_of(event))
    assert found is not None
    told: dict[str, object] = json.loads(found)
    assert json.dumps(told, ensure_ascii=False, separators=(",", ":")) == found
    return told


text = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)
names = st.one_of(text, st.sampled_from(["KNOWN", "PACK-1", "Q", "DOCK", "A-01-02", GRAI]))
counts = st.integers(0, 100_000)
epcs = st.one_of(
    st.just(TAG),
    st.just(FOREIGN_TAG),
    st.binary(min_size=12, max_size=12).map(bytes.hex),
    st.binary(min_size=2, max_size=32).map(lambda b: bytes(b[: len(b) // 2 * 2]).hex()),
).map(Epc)
ssccs = st.integers(0, 10**17 - 1).map(lambda n: Sscc(f"{n:017d}{check_digit(f'{n:017d}')}"))
units = st.builds(Unit, st.none() | epcs, st.booleans())
stops = st.builds(
    Stop,
    names.map(LocationId),
    names.map(Sku),
    counts,
    names.map(OrderId),
    names.map(LineId),
    names.map(ToteId),
    st.lists(units, max_size=3).map(tuple),
)
KNOWN_FIELDS: dict[object, st.SearchStrategy[object]] = {
    Epc: epcs,
    Sscc: ssccs,
    Sku: names.map(Sku),
    LocationId: names.map(LocationId),
    OrderId: names.map(OrderId),
    ToteId: names.map(ToteId),
    WalkId: names.map(WalkId),
    Badge: names.map(Badge),
    LineId: names.map(LineId),
    Unit: units,
    Walk: st.builds(
        Walk, names.map(WalkId), st.lists(stops, max_size=4).map(tuple), st.just(1.5), text
    ),
    OrderLine: st.builds(OrderLine, names.map(LineId), names.map(Sku), counts),
    Parcel: st.builds(
        Parcel,
        ssccs,
        names.map(OrderId),
        text,
        st.lists(st.tuples(names.map(Sku), units), max_size=4).map(tuple),
        st.booleans(),
    ),
    Stop: stops,
    Carried: st.builds(Carried, names.map(Sku), units, names.map(LocationId)),
    ErrandKind: st.sampled_from(ErrandKind),
    Grade: st.sampled_from(Grade),
    CountMethod: st.sampled_from(CountMethod),
    tuple[Sku, Unit]: st.tuples(names.map(Sku), units),
    ReturnedPiece: st.builds(
        ReturnedPiece,
        text,
        names.map(OrderId),
        ssccs,
        counts,
        st.none() | text,
        names.map(Sku),
        units,
        names.map(LocationId),
        text,
        st.sampled_from(Grade),
        counts,
    ),
    int: counts,
    bool: st.booleans(),
    float: st.floats(0, 1),
    str: text,
}


def values_of(hint: object) -> st.SearchStrategy[object]:
    """Values of a field: of a known kind, a tuple of such, or such or None."""
    if hint in KNOWN_FIELDS:
        return KNOWN_FIELDS[hint]
    if get_origin(hint) is tuple:
        return st.lists(values_of(get_args(hint)[0]), max_size=4).map(tuple)
    return st.one_of(
        *(st.none() if one is type(None) else values_of(one) for one in get_args(hint))
    )


def events_of(kind: type[e.Event]) -> st.SearchStrategy[e.Event]:
    hints = get_type_hints(kind)
    fields = {field.name: values_of(hints[field.name]) for field in dataclasses.fields(kind)}
    return st.builds(kind, **fields)


TOLD = [kind for kind in e.EVENT_TYPES.values() if kind.type.partition(".")[0] in KINDS]
WITH_EVENT = [kind for kind in TOLD if not issubclass(kind, WITHOUT_EVENT)]
