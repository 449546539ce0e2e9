"""The URIs by which EPCIS events call things (CBV 2.0, section 8).

What has a GS1 number is told in the form that the site has chosen, as pure identity
(`urn:epc:id:sgtin:…`) or as GS1 Digital Link (`https://id.gs1.org/01/…/21/…`): tagged things by
SGTIN, articles by the GTIN's class, parcels by SSCC, places by SGLN, totes by GRAI where that is
what their label says. What has none is told below the site's own `base`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, unquote

from edge.gs1.digits import check_fault, is_digits
from edge.gs1.epc import describe, sgtin_of, uri_of
from edge.model.ids import Epc, Gtin, LocationId, OrderId, Sku, Sscc, ToteId
from edge.model.places import LocationKind

_GLN_LENGTH = 13
_EXTENSION = re.compile(r"[A-Za-z0-9_.,:;!'()*+=&<>?%/-]{1,20}")
"""What AI 254 may hold (GS1 General Specifications, section 3.5.6)."""
_GRAI = re.compile(
    r"(urn:epc:id:grai:.+)|(?:https?://[^?]*/8003/|\(8003\)|(?:\]C1)?8003)(0(\d{13})[^?]+)"
)
"""A returnable asset's number as its label says it: a URI, or AI 8003 with brackets or without."""
_SGTIN, _CLASS = "urn:epc:id:sgtin:", "urn:epc:idpat:sgtin:"
GS1_LINK = "https://id.gs1.org"
Form = Literal["pure_identity", "digital_link"]


@dataclass(frozen=True, slots=True)
class EpcisNames:
    """How this site names what EPCIS events speak of.

    Attributes:
        base: beginning of the URIs of what has no GS1 number, without a slash at its end.
        gln: of the site, 13 digits; places become its extensions. None uses `base` for places.
        places: URIs of places that have one of their own, such as `urn:epc:id:sgln:…`.
        zone: of the site, for the offset of event times.
        gtin_of: the GTIN of an article; None where it has none.
        kind_of: what a place is for; None for an unknown one.
        form: of GS1 numbers.
        company_prefix: of the site, for the numbers that begin with it; of others GS1's list of
            prefixes tells where the company prefix ends, and where it does not, the Digital Link
            is told whatever the form.
    """

    base: str
    gtin_of: Callable[[Sku], Gtin | None]
    kind_of: Callable[[LocationId], LocationKind | None]
    gln: str | None = None
    places: Mapping[LocationId, str] = field(default_factory=dict)
    zone: tzinfo = UTC
    form: Form = "pure_identity"
    company_prefix: str = ""

    def __post_init__(self) -> None:
        if not self.base.startswith(("https://", "http://", "urn:")) or self.base.endswith("/"):
            raise ValueError(f"base: {self.base!r} is no URI without a slash at its end")
        if self.gln is None:
            return
        if not is_digits(self.gln) or len(self.gln) != _GLN_LENGTH:
            raise ValueError(f"gln: {self.gln!r} has not {_GLN_LENGTH} digits")
        if fault := check_fault(self.gln):
            raise ValueError(f"gln: {fault}")

    def item(self, epc: Epc) -> str:
        """One tagged thing."""
        named = sgtin_of(epc) if self.form == "digital_link" else None
        if named is not None:
            return f"{GS1_LINK}/01/{named[0]}/21/{quote(named[1], safe='')}"
        return uri_of(epc)

    def article(self, sku: Sku) -> str:
        """A class of things."""
        gtin = self.gtin_of(sku)
        if gtin is None:
            return self._own("sku", sku)
        if self.form == "digital_link":
            return f"{GS1_LINK}/01/{gtin}"
        one = self._told(f"(01){gtin}(21)0", gtin[1:], "")
        if not one.startswith(_SGTIN):
            return f"{GS1_LINK}/01/{gtin}"
        return f"{_CLASS}{one.removeprefix(_SGTIN)[:-1]}*"

    def parcel(self, sscc: Sscc) -> str:
        """A parcel."""
        return self._told(f"(00){sscc}", sscc[1:], f"{GS1_LINK}/00/{sscc}")

    def place(self, location: LocationId) -> str:
        """A place."""
        if location in self.places:
            return self.places[location]
        if self.gln is not None and _EXTENSION.fullmatch(location):
            link = f"{GS1_LINK}/414/{self.gln}/254/{quote(location, safe='')}"
            return self._told(f"(414){self.gln}(254){location}", self.gln, link)
        return self._own("place", location)

    def tote(self, tote_id: ToteId) -> str:
        """A container of the house: by its GRAI where its label is one."""
        found = _GRAI.match(tote_id)
        if found is None:
            return self._own("tote", tote_id)
        uri, number, digits = found.groups(default="")
        own = self._own("tote", tote_id)
        return self._told(uri or f"(8003){unquote(number)}", digits, own)

    def order(self, order_id: OrderId) -> str:
        """An order of the central system."""
        return self._own("order", order_id)

    def announced_return(self, return_id: str) -> str:
        """An announced return."""
        return self._own("return", return_id)

    def _told(self, text: str, digits: str, otherwise: str) -> str:
        """A GS1 number in the site's form; `digits` begin with the company prefix."""
        is_own = bool(self.company_prefix) and digits.startswith(self.company_prefix)
        pure, link = _forms(text, len(self.company_prefix) if is_own else None)
        return (link if self.form == "digital_link" else pure) or link or otherwise

    def _own(self, kind: str, name: str) -> str:
        separator = ":" if self.base.startswith("urn:") else "/"
        return separator.join((self.base, kind, _in_uri(name)))


@lru_cache(maxsize=4_096)
def _in_uri(name: str) -> str:
    return quote(name, safe="", errors="replace")


@lru_cache(maxsize=4_096)
def _forms(text: str, company_prefix_length: int | None) -> tuple[str, str]:
    """Pure identity and Digital Link of one number; empty where it has none."""
    try:
        forms = describe(text, company_prefix_length=company_prefix_length)
    except ValueError:  # not as GS1 has it, or a prefix that its list does not know
        return "", ""
    return forms.pure_identity or "", forms.digital_link or ""
