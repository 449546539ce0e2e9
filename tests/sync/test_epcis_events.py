"""Every fact about things as an EPCIS event that GS1's own schema accepts."""

import dataclasses
import json
import os
from datetime import timedelta, timezone
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from edge.gs1.digits import check_digit
from edge.model import events as e
from edge.model.counts import CountMethod
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
from edge.model.work import Carried, ErrandKind, Parcel, Stop, Unit, Walk
from edge.sync.epcis.events import KINDS, WITHOUT_EVENT, EpcisWriter
from edge.sync.epcis.names import EpcisNames

TAG = Epc("3074257bf7194e4000001a85")
FOREIGN_TAG = Epc("e28011702000020abcdef012")
GTIN = Gtin("09501101530003")
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
)


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    """GS1's JSON Schema of EPCIS 2.0."""
    beside = Path(__file__).parents[2].parent / "shared/data"
    file = Path(os.environ.get("WAREHOUSE_EDGE_DATA", beside)) / "gs1/EPCIS-JSON-Schema.json"
    if not file.exists():
        pytest.skip(f"{file} is not there: set WAREHOUSE_EDGE_DATA to the folder of the data")
    return Draft7Validator(
        json.loads(file.read_text()), format_checker=Draft7Validator.FORMAT_CHECKER
    )


def fact_of(event: e.Event) -> e.Fact:
    return e.Fact(7, "01936b5e-7c9a-7def-8abc-0123456789ab", "e1", AT_US, AT_US + 5000, event)


def written(event: e.Event) -> dict[str, object]:
    found = EpcisWriter(NAMES)(fact_of(event))
    assert found is not None
    return found


text = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)
names = st.one_of(text, st.sampled_from(["KNOWN", "PACK-1", "Q", "DOCK", "A-01-02"]))
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


@pytest.mark.parametrize("kind", WITH_EVENT, ids=lambda kind: kind.type)
def test_every_fact_about_things_is_an_event_that_gs1_accepts(
    schema: Draft7Validator, kind: type[e.Event]
) -> None:
    @settings(max_examples=25, deadline=None)
    @given(events_of(kind))
    def accepted(event: e.Event) -> None:
        if isinstance(event, e.WalkPlanned) and not sum(one.quantity for one in event.walk.stops):
            return  # no walk is planned that wants nothing
        if isinstance(event, e.WalkReplanned) and not sum(one.quantity for one in event.stops):
            return  # nor goes one on that wants nothing
        if isinstance(event, e.ReturnExpected) and not event.lines:
            return  # the wire refuses a return without a line
        found = written(event)
        document = {
            "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-11-23T18:00:00+00:00",
            "epcisBody": {"eventList": [found]},
        }
        for whole in (document, found):
            errors = [error.message for error in schema.iter_errors(whole)]
            assert not errors, (errors[:3], found)

    accepted()


def test_facts_about_people_and_lists_have_no_event() -> None:
    assert EpcisWriter(NAMES)(fact_of(e.PickerChanged(Badge("P"), ready=True, cart=None))) is None
    lost = e.MessageSetAside("t", "r", "x")
    assert EpcisWriter(NAMES)(fact_of(lost)) is None
    assert {kind.type for kind in TOLD} - {kind.type for kind in WITH_EVENT} == {
        "stock.article_listed",
        "pick.sought",
        "pick.returned",
        "pick.postponed",
        "pick.surplus_awaited",
        "pick.refilled",
        "pick.substitute_offered",
        "pick.substituted",
        "pick.place_confirmed",
        "pick.place_wrong",
        "pick.tote_bound",
        "pick.passed",
        "pick.taken",
        "pick.tote_full",
        "stock.pack_listed",
        "pack.slot_lit",
        "pack.laid_back",
        "pack.slot_emptied",
        "stock.tag_work_begun",
        "stock.tag_work_ended",
        "pack.neighbour",
        "pick.picker_changed",
        "pick.person_listed",
        "pick.started",
        "pick.rerouted",
        "pick.dropped",
        "pick.errand_started",
        "ship.manifest_closed",
    }


def test_a_picked_piece_is_observed_with_its_tag_place_and_order() -> None:
    event = e.PiecePicked(
        WalkId("W"),
        0,
        Badge("P"),
        OrderId("O 1"),
        LineId("1"),
        Sku("KNOWN"),
        LocationId("A-01"),
        ToteId("T"),
        Unit(TAG, scanned=True),
    )

    assert written(event) == {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "ObjectEvent",
        "eventID": "urn:uuid:01936b5e-7c9a-7def-8abc-0123456789ab",
        "eventTime": "2026-11-24T05:20:00.123+08:00",
        "eventTimeZoneOffset": "+08:00",
        "recordTime": "2026-11-24T05:20:00.128+08:00",
        "action": "OBSERVE",
        "epcList": ["urn:epc:id:sgtin:0614141.812345.6789"],
        "bizStep": "picking",
        "disposition": "in_progress",
        "readPoint": {"id": "https://id.gs1.org/414/9501101530003/254/A-01"},
        "bizTransactionList": [
            {"type": "po", "bizTransaction": "https://id.example.org/hz/order/O%201"}
        ],
    }


def test_a_closed_parcel_holds_its_tagged_pieces_and_counts_the_others() -> None:
    contents = (
        (Sku("KNOWN"), Unit(TAG, scanned=False)),
        (Sku("KNOWN"), Unit(None, scanned=True)),
        (Sku("X/Y"), Unit(None, scanned=True)),
        (Sku("KNOWN"), Unit(None, scanned=True)),
    )
    parcel = Parcel(Sscc("106141412345678908"), OrderId("O"), "DHL", contents, complete=True)

    found = written(e.ParcelClosed(LocationId("DOCK"), parcel, ToteId("T"), None))

    assert found["type"] == "AggregationEvent"
    assert found["parentID"] == "https://id.gs1.org/00/106141412345678908"
    assert found["childEPCs"] == ["urn:epc:id:sgtin:0614141.812345.6789"]
    assert found["childQuantityList"] == [
        {"epcClass": "https://id.gs1.org/01/09501101530003", "quantity": 2},
        {"epcClass": "https://id.example.org/hz/sku/X%2FY", "quantity": 1},
    ]
    assert found["bizLocation"] == {"id": "urn:epc:id:sgln:0614141.12345.400"}


def test_a_tag_of_no_known_scheme_is_told_by_its_bits() -> None:
    found = written(e.ItemDeparted(FOREIGN_TAG, None, LocationId("A"), 1))

    assert found["epcList"] == ["urn:epc:raw:96.xE28011702000020ABCDEF012"]
    assert found["disposition"] == "unknown"
    assert "bizLocation" not in found


def test_where_a_thing_is_says_what_happens_to_it() -> None:
    def steps(location: str) -> tuple[object, object]:
        found = written(e.ItemArrived(TAG, None, LocationId(location), 0.9))
        return found["bizStep"], found["disposition"]

    assert steps("A-01") == ("storing", "sellable_accessible")
    assert steps("PACK-1") == ("packing", "in_progress")
    assert steps("Q") == ("holding", "non_sellable_other")


@pytest.mark.parametrize(
    ("base", "gln", "why"),
    [
        ("example.org", None, "base"),
        ("https://example.org/", None, "base"),
        ("https://example.org", "9501101530004", "check digit"),
        ("https://example.org", "950110153000", "13 digits"),
    ],
)
def test_names_that_make_no_uri_are_refused(base: str, gln: str | None, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        EpcisNames(base, lambda _sku: None, place_kind, gln=gln)
