"""The URIs by which EPCIS events call things (CBV 2.0, section 8)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from urllib.parse import quote

from edge.gs1.digits import check_fault, is_digits
from edge.gs1.epc import uri_of
from edge.model.ids import Epc, Gtin, LocationId, OrderId, Sku, Sscc, ToteId
from edge.model.places import LocationKind

_GLN_LENGTH = 13
_EXTENSION = re.compile(r"[A-Za-z0-9_.,:;!'()*+=&<>?%/-]{1,20}")
"""What AI 254 may hold (GS1 General Specifications, section 3.5.6)."""
GS1_LINK = "https://id.gs1.org"


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
    """

    base: str
    gtin_of: Callable[[Sku], Gtin | None]
    kind_of: Callable[[LocationId], LocationKind | None]
    gln: str | None = None
    places: Mapping[LocationId, str] = field(default_factory=dict)
    zone: tzinfo = UTC

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
        return uri_of(epc)

    def article(self, sku: Sku) -> str:
        """A class of things."""
        gtin = self.gtin_of(sku)
        return f"{GS1_LINK}/01/{gtin}" if gtin is not None else self._own("sku", sku)

    def parcel(self, sscc: Sscc) -> str:
        """A parcel."""
        return f"{GS1_LINK}/00/{sscc}"

    def place(self, location: LocationId) -> str:
        """A place."""
        if location in self.places:
            return self.places[location]
        if self.gln is not None and _EXTENSION.fullmatch(location):
            return f"{GS1_LINK}/414/{self.gln}/254/{quote(location, safe='')}"
        return self._own("place", location)

    def order(self, order_id: OrderId) -> str:
        """An order of the central system."""
        return self._own("order", order_id)

    def announced_return(self, return_id: str) -> str:
        """An announced return."""
        return self._own("return", return_id)

    def tote(self, tote_id: ToteId) -> str:
        """A container of the house."""
        return self._own("tote", tote_id)

    def _own(self, kind: str, name: str) -> str:
        separator = ":" if self.base.startswith("urn:") else "/"
        return separator.join((self.base, kind, quote(name, safe="", errors="replace")))
