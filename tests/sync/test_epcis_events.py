"""Every fact about things as an EPCIS event that GS1's own schema accepts."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from edge.model import events as e
from edge.model.counts import CountMethod
from edge.model.errands import Carried
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
from edge.model.weights import ParcelWeight
from edge.model.work import Parcel, Unit
from edge.sync.epcis.events import EpcisWriter
from edge.sync.epcis.names import EpcisNames
from edge.sync.epcis.withdrawing import is_withdrawn
from tests.sync.any_facts import (
    AT_US,
    FOREIGN_TAG,
    GRAI,
    LINKS,
    NAMES,
    PARCEL,
    TAG,
    TOLD,
    WITH_EVENT,
    events_of,
    fact_of,
    place_kind,
    written,
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


@pytest.mark.parametrize("kind", WITH_EVENT, ids=lambda kind: kind.type)
def test_every_fact_about_things_is_an_event_that_gs1_accepts(
    schema: Draft7Validator, kind: type[e.Event]
) -> None:
    @settings(max_examples=25)
    @given(events_of(kind), st.sampled_from([NAMES, LINKS]))
    def accepted(event: e.Event, form: EpcisNames) -> None:
        if isinstance(event, e.WalkPlanned) and not sum(one.quantity for one in event.walk.stops):
            return  # no walk is planned that wants nothing
        if isinstance(event, e.WalkReplanned) and not sum(one.quantity for one in event.stops):
            return  # nor goes one on that wants nothing
        if isinstance(event, e.ReturnExpected) and not event.lines:
            return  # the wire refuses a return without a line
        found = written(event, form)
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


def test_parcels_are_added_to_a_pallet_and_deleted_from_it() -> None:
    pallet, parcel = Sscc("106141412345678908"), Sscc("340123450000000018")

    put = written(e.ParcelStacked(pallet, parcel, OrderId("O"), "DHL", None))
    off = written(e.ParcelUnstacked(pallet, parcel, OrderId("O"), "taken_off", Badge("P")))
    broken = written(e.PalletBrokenUp(pallet, (parcel,), Badge("P")))

    told = ((put, "ADD", "packing"), (off, "DELETE", "unpacking"), (broken, "DELETE", "unpacking"))
    for event, action, step in told:
        assert event["type"] == "AggregationEvent"
        assert (event["action"], event["bizStep"]) == (action, step)
        assert (event["parentID"], event["childEPCs"]) == (
            "urn:epc:id:sscc:0614141.1234567890",
            [NAMES.parcel(parcel)],
        )


@pytest.mark.parametrize(
    ("reason", "errand", "disposition"),
    [("cancelled", "parcel/1", "in_progress"), ("returned", None, "returned")],
)
def test_what_comes_out_of_a_parcel_is_no_longer_aggregated_to_it(
    reason: str, errand: str | None, disposition: str
) -> None:
    parcel, place = Sscc("106141412345678908"), LocationId("DOCK")
    pieces = (
        Carried(Sku("KNOWN"), Unit(TAG, scanned=False), place),
        Carried(Sku("KNOWN"), Unit(None, scanned=True), place),
    )

    found = written(
        e.ParcelUnpacked(parcel, OrderId("O"), place, reason, pieces, errand, Badge("P"))
    )

    assert (found["type"], found["action"]) == ("AggregationEvent", "DELETE")
    assert (found["bizStep"], found["disposition"]) == ("unpacking", disposition)
    assert found["parentID"] == "urn:epc:id:sscc:0614141.1234567890"
    assert found["childEPCs"] == ["urn:epc:id:sgtin:0614141.812345.6789"]
    assert found["childQuantityList"] == [
        {"epcClass": "urn:epc:idpat:sgtin:9501101.053000.*", "quantity": 1}
    ]


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
        "stock.named",
        "stock.agreed",
        "stock.pack_listed",
        "pack.slot_lit",
        "pack.laid_back",
        "pack.slot_emptied",
        "stock.tag_work_begun",
        "stock.tag_work_ended",
        "pack.neighbour",
        "pack.listened",
        "pack.unwanted",
        "pick.picker_changed",
        "pick.person_listed",
        "pick.started",
        "pick.rerouted",
        "pick.dropped",
        "pick.errand_started",
        "ship.manifest_closed",
        "ship.pallet_looked_at",
        "stock.forward_listed",
        "stock.replenishment_wanted",
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
        "readPoint": {"id": "urn:epc:id:sgln:9501101.53000.A-01"},
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
    assert found["parentID"] == "urn:epc:id:sscc:0614141.1234567890"
    assert found["childEPCs"] == ["urn:epc:id:sgtin:0614141.812345.6789"]
    assert found["childQuantityList"] == [
        {"epcClass": "urn:epc:idpat:sgtin:9501101.053000.*", "quantity": 2},
        {"epcClass": "https://id.example.org/hz/sku/X%2FY", "quantity": 1},
    ]
    assert found["bizLocation"] == {"id": "urn:epc:id:sgln:0614141.12345.400"}


def test_a_parcel_that_was_weighed_tells_its_mass_as_a_sensor_does(
    schema: Draft7Validator,
) -> None:
    contents = ((Sku("KNOWN"), Unit(TAG, scanned=False)),)
    parcel = Parcel(
        Sscc("106141412345678908"),
        OrderId("O"),
        "DHL",
        contents,
        complete=True,
        weight=ParcelWeight(1_480, 1_500),
    )

    found = written(e.ParcelClosed(LocationId("DOCK"), parcel, ToteId("T"), None))

    assert found["sensorElementList"] == [
        {"sensorReport": [{"type": "Mass", "value": 1.48, "uom": "KGM"}]}
    ]
    assert not list(schema.iter_errors(found))


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (lambda n: n.item(TAG), ("sgtin:0614141.812345.6789", "01/80614141123458/21/6789")),
        (lambda n: n.parcel(PARCEL), ("sscc:9501101.1234567890", "00/195011012345678904")),
        (lambda n: n.place("A/1"), ("sgln:9501101.53000.A%2F1", "414/9501101530003/254/A%2F1")),
        (lambda n: n.tote(GRAI), ("grai:9501101.53000.T7", "8003/09501101530003T7")),
    ],
    ids=["SGTIN", "SSCC", "SGLN", "GRAI"],
)
def test_gs1_numbers_are_told_as_pure_identities_or_as_digital_links(
    what: Callable[[EpcisNames], str], told: tuple[str, str]
) -> None:
    assert what(NAMES) == f"urn:epc:id:{told[0]}"
    assert what(LINKS) == f"https://id.gs1.org/{told[1]}"


@pytest.mark.parametrize(
    "label",
    [
        GRAI,
        "(8003)09501101530003T7",
        "]C1800309501101530003T7",
        "urn:epc:id:grai:9501101.53000.T7",
        "https://id.gs1.org/8003/09501101530003T7",
    ],
)
def test_a_tote_is_told_by_its_grai_however_its_label_says_it(label: str) -> None:
    assert NAMES.tote(ToteId(label)) == "urn:epc:id:grai:9501101.53000.T7"


def test_a_tote_whose_label_is_no_grai_is_told_by_the_sites_own_name() -> None:
    for label in ("T-17", "800309501101530004T7", "(8003)1"):
        assert NAMES.tote(ToteId(label)).startswith("https://id.example.org/hz/tote/")


def test_a_class_whose_company_prefix_nobody_knows_is_told_as_a_link() -> None:
    foreign = replace(NAMES, gtin_of=lambda _sku: Gtin("02000000000015"), company_prefix="")
    assert foreign.article(Sku("X")) == "https://id.gs1.org/01/02000000000015"


def test_a_count_that_a_person_refused_is_declared_to_be_in_error(
    schema: Draft7Validator,
) -> None:
    # given a count of 3 against 5, and a person who does not believe it
    place, sku, badge = LocationId("A-01"), Sku("KNOWN"), Badge("B")
    count = fact_of(e.CountMade(place, sku, 5, 3, CountMethod.HAND, badge))
    refusal = replace(
        fact_of(e.VarianceSettled(place, sku, -2, 5, approved=False, by=badge)),
        id="01936b5e-7c9a-7def-8abc-0123456789ac",
        occurred_us=AT_US + 60_000_000,
    )

    # when it is written with a journal that has the count
    found = json.loads(EpcisWriter(NAMES, lambda _fact: count)(refusal) or "")

    # then it is the count once more, under its own id, and said to be wrong
    assert found == written(count.event) | {
        "errorDeclaration": {
            "declarationTime": "2026-11-24T05:21:00.123+08:00",
            "reason": "incorrect_data",
        }
    }
    assert not list(schema.iter_errors(found))


def test_a_variance_that_was_taken_withdraws_nothing() -> None:
    settled = e.VarianceSettled(LocationId("A"), Sku("S"), -2, 3, approved=True, by=Badge("B"))

    found = EpcisWriter(NAMES, lambda fact: fact)(fact_of(settled))

    assert found is not None
    assert "errorDeclaration" not in found


def test_a_refusal_takes_back_the_count_of_its_own_place_article_and_variance() -> None:
    refused = e.VarianceSettled(LocationId("A"), Sku("S"), -2, 5, approved=False, by=Badge("B"))
    count = e.CountMade(LocationId("A"), Sku("S"), 5, 3, CountMethod.HAND, Badge("B"))

    assert is_withdrawn(fact_of(count), refused)
    for other in (
        replace(count, location=LocationId("B")),
        replace(count, sku=Sku("T")),
        replace(count, counted=4),
        refused,
    ):
        assert not is_withdrawn(fact_of(other), refused)


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


@pytest.mark.parametrize(
    ("at_us", "time", "offset"),
    [
        (1_795_468_800_123_456, "2026-11-23T22:20:00.123+01:00", "+01:00"),
        (1_785_000_000_999_999, "2026-07-25T19:20:00.999+02:00", "+02:00"),
        (1_792_889_999_000_000, "2026-10-25T02:59:59.000+02:00", "+02:00"),
        (1_792_890_000_000_000, "2026-10-25T02:00:00.000+01:00", "+01:00"),
    ],
    ids=["winter", "summer", "before the clocks go back", "after"],
)
def test_times_are_told_with_the_offset_that_the_site_has_then(
    at_us: int, time: str, offset: str
) -> None:
    names = replace(NAMES, zone=ZoneInfo("Europe/Berlin"))
    event = e.ItemArrived(Epc("3034257bf7194e4000001a85"), None, LocationId("A"), 0.9)

    written = json.loads(EpcisWriter(names)(e.Fact(1, "id", "e", at_us, at_us, event)) or "")

    assert (written["eventTime"], written["eventTimeZoneOffset"]) == (time, offset)
