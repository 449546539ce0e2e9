"""`[epcis]`: how the EPCIS events in facts call things."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from edge.gs1.digits import check_fault, is_digits
from edge.settings.faults import Section, Spelled

GLN_LENGTH = 13


def _gln(text: str) -> str:
    """A GLN with its check digit, or nothing.

    Raises:
        ValueError: it is none; says why.
    """
    if text and (not is_digits(text) or len(text) != GLN_LENGTH):
        raise ValueError(f"a GLN has {GLN_LENGTH} digits")
    if text and (fault := check_fault(text)):
        raise ValueError(fault)
    return text


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError(
            f"{name!r} is no time zone that this host knows; write one such as Asia/Shanghai, or"
            " install the package tzdata"
        ) from error
    return name


class Epcis(Section):
    """How the EPCIS events in facts call things."""

    identifiers: Literal["pure_identity", "digital_link"] = "pure_identity"
    site_gln: Annotated[str, AfterValidator(_gln)] = ""
    base: Annotated[
        str,
        Spelled(
            r"^((https?://|urn:).*[^/])?$", "a URI of http, https or urn without a / at its end"
        ),
    ] = ""
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "UTC"
