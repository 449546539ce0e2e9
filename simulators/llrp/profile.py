"""The readers that can be played: what they say of themselves and what they can do."""

from dataclasses import dataclass, replace
from enum import StrEnum

from simulators.gen2_times import DENSE, Pace
from simulators.llrp.impinj_tables import IMPINJ_VENDOR
from simulators.radio import FCC, Band


class Vendor(StrEnum):
    """Whose reader is played."""

    GENERIC = "generic"
    IMPINJ = "impinj"
    ZEBRA = "zebra"


@dataclass(frozen=True, slots=True)
class Mode:
    """One entry of the table of air modes (C1G2UHFRFModeTableEntry, section 15.2.1.3.1).

    Attributes:
        identifier: by which a client chooses it.
        miller: 0 is FM0, 1 to 3 are Miller 2, 4 and 8.
        modulation: 0 PR-ASK, 1 SSB-ASK, 2 DSB-ASK.
        mask: 0 unknown, 1 to 3 are single, multi, dense interrogator.
        backscatter_hz: link frequency.
        pie: ratio of a one's length to a zero's, in 1/1000.
        tari_ns: length of a zero.
    """

    identifier: int
    miller: int
    modulation: int
    mask: int
    backscatter_hz: int
    pie: int
    tari_ns: int

    def pace(self) -> Pace:
        """What it takes in time; an automatic mode settles on a dense reader's."""
        if self.identifier >= _AUTOMATIC_FROM:
            return DENSE
        tari_us, one_to_zero = self.tari_ns / 1000, self.pie / 1000
        return Pace(1 << self.miller, self.backscatter_hz, tari_us, one_to_zero)


_AUTOMATIC_FROM = 1000
"""Impinj numbers the modes from here on in which the reader chooses for itself."""
_MODES = (
    Mode(0, 0, 2, 2, 640_000, 1500, 6_250),
    Mode(1, 1, 2, 2, 640_000, 1500, 6_250),
    Mode(2, 2, 0, 3, 274_000, 2000, 20_000),
    Mode(3, 3, 0, 3, 170_600, 2000, 20_000),
)
_AUTOMATIC = Mode(1000, 0, 0, 0, 40_000, 1500, 6_250)


@dataclass(frozen=True, slots=True)
class Profile:
    """One model of reader.

    Attributes:
        vendor: whose.
        manufacturer: private enterprise number in its capabilities.
        model: its number there.
        firmware: its version there.
        antennas: how many ports.
        band: where it may transmit.
        modes: what air modes it has.
        rospecs_most: how many ROSpecs it keeps.
        accessspecs_most: how many AccessSpecs it keeps.
        impinj: whether it takes Impinj's extensions.
        tells_version: answers GET_SUPPORTED_VERSION and speaks LLRP 1.1 when it is told to;
            the others answer M_UnsupportedVersion, as a strict 1.0.1 reader does.
        usual_mode: identifier of the mode that it uses unless told otherwise.
        inputs: how many GPIs.
        outputs: how many GPOs.
        sensitivities: entries of its table of receive sensitivities.
        filters_most: Select filters in one inventory command.
        specs_most: AISpecs and RFSurveySpecs in one ROSpec.
        opspecs_most: operations in one AccessSpec.
        priorities: levels of a ROSpec's priority; 0 is the highest.
        turn_us: one antenna's turn; real readers stay 20 ms to some 100 ms.
        reports_kept: tag reports that it keeps while no client takes them; then the oldest go.
    """

    vendor: Vendor
    manufacturer: int
    model: int
    firmware: str
    antennas: int = 4
    band: Band = FCC
    modes: tuple[Mode, ...] = _MODES
    rospecs_most: int = 8
    accessspecs_most: int = 16
    impinj: bool = False
    tells_version: bool = False
    usual_mode: int = 2
    inputs: int = 4
    outputs: int = 4
    reports_kept: int = 66_000
    sensitivities: int = 42
    filters_most: int = 2
    specs_most: int = 32
    opspecs_most: int = 8
    priorities: int = 8
    turn_us: int = 40_000

    def claiming(self, manufacturer: int, model: int) -> "Profile":
        """The same reader with another name on it."""
        return replace(self, manufacturer=manufacturer, model=model)

    def powers_cdbm(self) -> tuple[int, ...]:
        """The transmit power table in 1/100 dBm: 10 dBm to the most in steps of 0.25."""
        return tuple(range(1000, round(self.band.power_dbm_most * 100) + 1, 25))

    def power_dbm(self, index: int) -> float:
        """The power behind an index into the table, from 1; 0 means the most."""
        table = self.powers_cdbm()
        return table[index - 1 if index else -1] / 100.0

    def pace(self, identifier: int) -> Pace:
        """The pace of a mode; of the usual one where there is no such mode."""
        by_identifier = {mode.identifier: mode for mode in self.modes}
        return by_identifier.get(identifier, by_identifier[self.usual_mode]).pace()


PROFILES = {
    Vendor.GENERIC: Profile(Vendor.GENERIC, 32_473, 1, "1.0.0"),
    Vendor.IMPINJ: Profile(
        Vendor.IMPINJ,
        IMPINJ_VENDOR,
        2_001_002,
        "5.14.0.240",
        modes=(*_MODES, _AUTOMATIC),
        rospecs_most=1,
        impinj=True,
        usual_mode=_AUTOMATIC.identifier,
    ),
    Vendor.ZEBRA: Profile(Vendor.ZEBRA, 161, 96, "3.10.30.0", tells_version=True),
}
"""32473 is the enterprise number kept for examples (RFC 5612); 2001002 is an R420."""
