"""`[epcis]`: how the EPCIS events in facts call things."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from edge.gs1.digits import check_fault, is_digits
from edge.model.fault_sentences import fault
from edge.settings.faults import Section, Spelled

GLN_LENGTH = 13


def _gln(text: str) -> str:
    """A GLN with its check digit, or nothing.

    Raises:
        ValueError: it is none; says why.
    """
    if text and (not is_digits(text) or len(text) != GLN_LENGTH):
        raise ValueError(fault("no_gln", length=GLN_LENGTH))
    if text and (wrong := check_fault(text)):
        raise ValueError(wrong)
    return text


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError(fault("no_time_zone", zone=repr(name))) from error
    return name


class Epcis(Section):
    """How the EPCIS events in facts call things."""

    identifiers: Literal["pure_identity", "digital_link"] = "pure_identity"
    site_gln: Annotated[str, AfterValidator(_gln)] = ""
    base: Annotated[
        str,
        Spelled(r"^((https?://|urn:).*[^/])?$", "write_uri"),
    ] = ""
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "UTC"
