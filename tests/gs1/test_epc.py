"""EPC numbers in all their forms; the examples are those of the Tag Data Standard."""

import contextlib
import dataclasses

import pytest
from epcpy.epc_schemes.sgtin import SGTIN
from hypothesis import given
from hypothesis import strategies as st

from edge.gs1.digits import check_digit
from edge.gs1.epc import describe, sgtin96_hex, sgtin_of, sscc, sscc_of

EXAMPLES = [
    # coding, hex, tag URI, pure identity, element string, Digital Link below https://id.gs1.org
    (
        "sgtin-96",
        "3074257bf7194e4000001a85",
        "sgtin-96:3.0614141.812345.6789",
        "id:sgtin:0614141.812345.6789",
        "(01)80614141123458(21)6789",
        "/01/80614141123458/21/6789",
    ),
    (
        "sgtin-198",
        "3674257bf7194e59b2c2bf1000000000000000000000000000" + "00",
        "sgtin-198:3.0614141.812345.32a%2Fb",
        "id:sgtin:0614141.812345.32a%2Fb",
        "(01)80614141123458(21)32a/b",
        "/01/80614141123458/21/32a%2Fb",
    ),
    (
        "sscc-96",
        "3174257bf4499602d2000000",
        "sscc-96:3.0614141.1234567890",
        "id:sscc:0614141.1234567890",
        "(00)106141412345678908",
        "/00/106141412345678908",
    ),
    (
        "sgln-96",
        "3274257bf46072000000162e",
        "sgln-96:3.0614141.12345.5678",
        "id:sgln:0614141.12345.5678",
        "(414)0614141123452(254)5678",
        "/414/0614141123452/254/5678",
    ),
    (
        "sgln-96",
        "3274257bf460720000000000",
        "sgln-96:3.0614141.12345.0",
        "id:sgln:0614141.12345.0",
        "(414)0614141123452",
        "/414/0614141123452",
    ),
    (
        "grai-96",
        "3374257bf40c0e400000162e",
        "grai-96:3.0614141.12345.5678",
        "id:grai:0614141.12345.5678",
        "(8003)006141411234525678",
        "/8003/006141411234525678",
    ),
    (
        "giai-96",
        "3474257bf40000000000162e",
        "giai-96:3.0614141.5678",
        "id:giai:0614141.5678",
        "(8004)06141415678",
        "/8004/06141415678",
    ),
    (
        "gsrn-96",
        "2d74257bf4499602d2000000",
        "gsrn-96:3.0614141.1234567890",
        "id:gsrn:0614141.1234567890",
        "(8018)061414112345678902",
        "/8018/061414112345678902",
    ),
    (
        "gdti-96",
        "2c74257bf46072000000162e",
        "gdti-96:3.0614141.12345.5678",
        "id:gdti:0614141.12345.5678",
        "(253)06141411234525678",
        "/253/06141411234525678",
    ),
    (
        "gid-96",
        "350007ab70425d4000000586",
        "gid-96:31415.271828.1414",
        "id:gid:31415.271828.1414",
        None,
        None,
    ),
    (
        "usdod-96",
        "2f320434147455900000162e",
        "usdod-96:3.CAGEY.5678",
        "id:usdod:CAGEY.5678",
        None,
        None,
    ),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example[2]))
def test_a_tag_of_the_standard_shows_all_its_forms(example: tuple[str, ...]) -> None:
    coding, epc_hex, tag_uri, pure, element_string, link = example

    forms = describe(epc_hex.upper())

    assert dataclasses.astuple(forms) == (
        coding,
        epc_hex,
        f"urn:epc:tag:{tag_uri}",
        f"urn:epc:{pure}",
        element_string,
        link and f"https://id.gs1.org{link}",
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example[2]))
def test_every_form_of_a_number_leads_to_the_same_number(example: tuple[str, ...]) -> None:
    whole = describe(example[1])
    stated = whole.tag_uri or ""
    filter_value = None if "gid" in stated else int(stated.split(":")[4].split(".")[0])

    for form in (whole.tag_uri, whole.pure_identity, whole.element_string, whole.digital_link):
        if form is not None:
            assert describe(form, filter_value=filter_value, company_prefix_length=7) == whole


def test_a_link_of_another_domain_is_understood_too() -> None:
    forms = describe("https://shop.example/p/01/80614141123458/21/6789?lang=zh")

    assert forms.pure_identity == "urn:epc:id:sgtin:0614141.812345.6789"
    assert forms.digital_link == "https://id.gs1.org/01/80614141123458/21/6789"


@pytest.mark.parametrize(
    ("element_string", "pure_identity"),
    [
        ("(8003)04012345000009AB", "urn:epc:id:grai:4012345.00000.AB"),
        ("(8004)4012345ABC", "urn:epc:id:giai:4012345.ABC"),
    ],
)
def test_the_company_prefix_is_found_where_letters_follow_it(
    element_string: str, pure_identity: str
) -> None:
    assert describe(element_string).pure_identity == pure_identity


@pytest.mark.parametrize(
    "scan",
    [
        "]C101006141411234522112345",
        "]d2010061414112345221123<GS>10A",
        "010061414112345221123\x1d10A",
    ],
)
def test_a_scan_is_taken_as_the_scanner_sent_it(scan: str) -> None:
    forms = describe(scan)
    assert forms.element_string is not None
    assert forms.element_string.startswith("(01)00614141123452(21)123")
    assert forms.scheme == "sgtin-96"


def test_a_raw_uri_gives_the_bits_that_it_tells() -> None:
    given = "urn:epc:raw:96.x3074257BF7194E4000001A85"
    assert describe(given) == describe("3074257bf7194e4000001a85")


def test_an_article_without_serial_has_no_epc_but_a_link() -> None:
    forms = describe("(01)09501101530003")

    assert (forms.scheme, forms.epc_hex, forms.pure_identity) == ("gtin", None, None)
    assert forms.digital_link == "https://id.gs1.org/01/09501101530003"


def test_bits_with_a_foreign_header_stay_what_they_are() -> None:
    assert describe("E28011702000020ABCDEF012") == describe("e28011702000020abcdef012")
    assert describe("e28011702000020abcdef012").scheme == "unknown"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "neither EPC hex"),
        ("hello", "neither EPC hex"),
        ("3074257bf7194e4000001a8", "neither EPC hex"),
        ("30fc257bf7194e4000001a85", "not a valid EPC"),
        ("3174257bf4499602d2000001", "bits that it does not allow"),
        ("3074257bf7194e40", "not a valid EPC"),
        ("(01)80614141123459(21)6789", "check digit"),
        ("(00)106141412345678909", "check digit"),
        ("(01)8061414112345(21)6789", "not a GS1 element"),
        ("(77)123", "not a GS1 element"),
        ("(8004)ABC", "how long this company prefix is"),
        ("https://id.gs1.org/", "not a GS1 Digital Link"),
        ("urn:epc:tag:sgtin-96:3.0614141.812345.ABC", "does not fit"),
        ("urn:epc:tag:sgtin-97:3.0614141.812345.1", "not a valid EPC"),
        ("urn:epc:tag:nothing", "not a known EPC tag scheme"),
        ("urn:epc:id:sgtin:0614141", "not a valid EPC"),
        ("urn:epc:id:nothing:1.2", "not a valid EPC"),
        ("urn:epc:raw:96.x00", "says 96 bits"),
        ("]C10199", "not a GS1 element"),
    ],
)
def test_what_is_not_a_number_is_refused_with_a_sentence(value: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        describe(value)


def test_a_filter_value_and_a_longer_coding_can_be_asked_for() -> None:
    forms = describe("urn:epc:id:sgtin:0614141.812345.6789", filter_value=2, coding="sgtin-198")

    assert forms.tag_uri == "urn:epc:tag:sgtin-198:2.0614141.812345.6789"
    assert describe(forms.epc_hex or "", filter_value=5).tag_uri == (
        "urn:epc:tag:sgtin-198:5.0614141.812345.6789"
    )
    with pytest.raises(ValueError, match="0 to 7"):
        describe("urn:epc:id:sgtin:0614141.812345.6789", filter_value=8)
    with pytest.raises(ValueError, match="no coding"):
        describe("urn:epc:id:sgtin:0614141.812345.6789", coding="sscc-96")


def test_the_article_of_a_tag_is_known_at_a_glance() -> None:
    assert sgtin_of("3074257bf7194e4000001a85") == ("80614141123458", "6789")
    assert sgtin_of("3074257BF7194E4000001A85") == ("80614141123458", "6789")
    assert sgtin_of(EXAMPLES[1][1]) == ("80614141123458", "32a/b")


@pytest.mark.parametrize(
    "epc",
    ["", "30", "30zz257bf7194e4000001a85", "307c257bf7194e4000001a85", "3174257bf4499602d2000000"],
)
def test_a_tag_that_names_no_article_is_no_article(epc: str) -> None:
    assert sgtin_of(epc) is None


def test_a_parcels_tag_names_its_parcel() -> None:
    assert sscc_of("3174257bf4499602d2000000") == "106141412345678908"
    assert sscc_of("3074257bf7194e4000001a85") is None
    assert sscc_of("31ff") is None


@given(
    prefix_length=st.integers(6, 12),
    payload=st.integers(0, 10**13 - 1),
    serial=st.integers(0, 2**38 - 1),
    filter_value=st.integers(0, 7),
)
def test_a_written_tag_reads_as_it_was_written_and_as_epcpy_reads_it(
    prefix_length: int, payload: int, serial: int, filter_value: int
) -> None:
    digits = f"{payload:013d}"
    gtin = f"{digits}{check_digit(digits)}"

    written = sgtin96_hex(gtin, prefix_length, serial, filter_value)

    assert sgtin_of(written) == (gtin, str(serial))
    other = SGTIN.from_hex(written)
    assert (other.gtin(), other.epc_uri.rsplit(".", 1)[1]) == (gtin, str(serial))
    assert describe(written).tag_uri == other.tag_uri(
        SGTIN.BinaryCodingScheme.SGTIN_96, _Filter(str(filter_value))
    )


@dataclasses.dataclass
class _Filter:
    value: str


@given(st.binary(min_size=12, max_size=12).map(lambda tail: b"\x30" + tail[1:]))
def test_any_sgtin_bits_are_read_as_epcpy_reads_them_or_not_at_all(bits: bytes) -> None:
    found = sgtin_of(bits.hex())

    try:
        other = SGTIN.from_hex(bits.hex())
    except Exception:  # noqa: BLE001 - epcpy raises of every kind
        assert found is None
    else:
        assert found == (other.gtin(), other.epc_uri.rsplit(".", 1)[1])


@given(st.text(max_size=60))
def test_describing_any_text_answers_or_says_why_not(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert describe(text).scheme


@pytest.mark.parametrize(
    ("gtin", "prefix_length", "serial"),
    [("9501101530004", 7, 1), ("9501101530003", 5, 1), ("9501101530003", 7, 2**38), ("x", 7, 1)],
)
def test_a_tag_is_not_written_with_numbers_that_do_not_fit(
    gtin: str, prefix_length: int, serial: int
) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        sgtin96_hex(gtin, prefix_length, serial)


def test_a_new_parcel_gets_its_number() -> None:
    assert sscc("0614141", 1, 234567890) == "106141412345678908"
    assert sscc("123456", 0, 0)[:-1] == "01234560000000000"


@pytest.mark.parametrize(
    ("prefix", "extension", "serial"),
    [("12345", 0, 0), ("0614141", 10, 0), ("0614141", 1, 10**9), ("06141a1", 1, 0)],
)
def test_a_parcel_number_that_does_not_fit_is_refused(
    prefix: str, extension: int, serial: int
) -> None:
    with pytest.raises(ValueError, match=r"\d"):
        sscc(prefix, extension, serial)
