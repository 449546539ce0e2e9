"""What readers of one make do otherwise than the standard, as data.

Which make a reader is, it shows by what it does: it takes Impinj's extensions, or its capabilities
carry parameters with Zebra's number. The manufacturer's number proves nothing; others copy it.

Sources: Impinj's published LLRP definitions (subtypes 23, 50 to 54, 56, 57, 67, 68); of Zebra's
subtypes 708 and 709 the interface guide 72E-131718, with the lengths that others have seen of an
FX9600 (the guide counts reserved bits that it does not send).
"""

from dataclasses import dataclass, field
from typing import Any

from drivers.llrp.settings import Aim, Search

IMPINJ_NUMBER = 25882
ZEBRA_NUMBER = 161
TAG_FIELDS = {
    (IMPINJ_NUMBER, 56): "phase",
    (IMPINJ_NUMBER, 57): "rssi_fine",
    (IMPINJ_NUMBER, 68): "doppler",
    (ZEBRA_NUMBER, 709): "phase_zebra",
}
"""Custom parameters of a TagReportData by vendor and subtype, each a number of 16 bits: phase in
1/4096 turns, peak RSSI in 1/100 dBm, Doppler in 1/16 Hz; Zebra's phase in 1/65,536 turns."""
MANUFACTURERS = {IMPINJ_NUMBER: "Impinj", ZEBRA_NUMBER: "Zebra", 10642: "Zebra"}
"""Names of what stands as manufacturer in the capabilities."""


def _custom(vendor: int, subtype: int, data: bytes) -> dict[str, Any]:
    return {"vendor": vendor, "subtype": subtype, "hex": data.hex()}


def _switched_on(subtype: int) -> bytes:
    """An Impinj parameter with one field, a number of 16 bits: 1."""
    head = (1023).to_bytes(2, "big") + (14).to_bytes(2, "big")
    return head + IMPINJ_NUMBER.to_bytes(4, "big") + subtype.to_bytes(4, "big") + b"\0\1"


@dataclass(frozen=True, slots=True)
class Vendor:
    """One make.

    Attributes:
        name: for people.
        number: private enterprise number of its custom parameters; 0 for none.
        modes: identifiers for an aim, the best first, which its table of modes may list although
            they are no modes but the reader's own choice among them.
        search: what its search modes are called on the wire.
        search_subtype: custom parameter of C1G2InventoryCommand that carries them.
        report: custom parameters of ROReportSpec that ask for its own fields of a tag.
        fields: what those fields are, for people.
    """

    name: str
    number: int = 0
    modes: dict[Aim, tuple[int, ...]] = field(default_factory=dict)
    search: dict[Search, int] = field(default_factory=dict)
    search_subtype: int = 0
    report: tuple[dict[str, Any], ...] = ()
    fields: str = ""

    def searching(self, search: Search) -> dict[str, Any] | None:
        """The custom parameter for a search mode; None where it has no such mode."""
        value = self.search.get(search)
        if value is None:
            return None
        return _custom(self.number, self.search_subtype, value.to_bytes(2, "big"))


GENERIC = Vendor("generic")
IMPINJ = Vendor(
    name="Impinj",
    number=IMPINJ_NUMBER,
    # AutoSet: dense reader, its deep scan, static dense reader, static fast.
    modes={"auto": (1000, 1002, 1004, 1003)},
    search={"single": 1, "dual": 2, "tag-focus": 3},
    search_subtype=23,
    report=(_custom(IMPINJ_NUMBER, 50, b"".join(map(_switched_on, (52, 53, 67)))),),
    fields="phase, Doppler and RSSI in 1/100 dBm",
)
ZEBRA = Vendor(
    name="Zebra",
    number=ZEBRA_NUMBER,
    # Bits: zone, zone's name, physical port, phase, position, moving or not; 26 are reserved.
    report=(_custom(ZEBRA_NUMBER, 708, b"\x10\0\0\0"),),
    fields="phase",
)
