"""What a reader can do, as it tells a client that asks (GET_READER_CAPABILITIES, section 9.1)."""

from enum import IntEnum

from simulators.llrp.parts import Part, part
from simulators.llrp.profile import Mode, Profile

_SENSITIVITY = 80
"""The best received power, in -dBm."""
_ODD_STANDARD = 20
"""Outside the enumeration, seen on a real reader."""


class Asked(IntEnum):
    """RequestedData of GET_READER_CAPABILITIES."""

    ALL = 0
    GENERAL = 1
    LLRP = 2
    REGULATORY = 3
    AIR_PROTOCOL = 4


def _general(profile: Profile, *, has_utc: bool, version: int) -> Part:
    antennas = range(1, profile.antennas + 1)
    return part(
        "GeneralDeviceCapabilities",
        *(
            part("ReceiveSensitivityTableEntry", Index=index, ReceiveSensitivityValue=value)
            for index, value in enumerate((0, *range(10, 9 + profile.sensitivities)), start=1)
        ),
        part("GPIOCapabilities", NumGPIs=profile.inputs, NumGPOs=profile.outputs),
        *(part("PerAntennaAirProtocol", AntennaID=n, ProtocolID=(1,)) for n in antennas),
        *(
            (part("MaximumReceiveSensitivity", MaximumSensitivityValue=_SENSITIVITY),)
            if version > 1
            else ()
        ),
        MaxNumberOfAntennaSupported=profile.antennas,
        CanSetAntennaProperties=0,
        HasUTCClockCapability=int(has_utc),
        DeviceManufacturerName=profile.manufacturer,
        ModelName=profile.model,
        ReaderFirmwareVersion=profile.firmware,
    )


def _llrp(profile: Profile) -> Part:
    return part(
        "LLRPCapabilities",
        CanDoRFSurvey=1,
        CanReportBufferFillWarning=1,
        SupportsClientRequestOpSpec=0,
        CanDoTagInventoryStateAwareSingulation=1,
        SupportsEventAndReportHolding=1,
        MaxNumPriorityLevelsSupported=profile.priorities,
        ClientRequestOpSpecTimeout=0,
        MaxNumROSpecs=profile.rospecs_most,
        MaxNumSpecsPerROSpec=profile.specs_most,
        MaxNumInventoryParameterSpecsPerAISpec=1,
        MaxNumAccessSpecs=profile.accessspecs_most,
        MaxNumOpSpecsPerAccessSpec=profile.opspecs_most,
    )


def _mode(mode: Mode) -> Part:
    return part(
        "C1G2UHFRFModeTableEntry",
        ModeIdentifier=mode.identifier,
        DRValue=1,
        EPCHAGTCConformance=0,
        MValue=mode.miller,
        ForwardLinkModulation=mode.modulation,
        SpectralMaskIndicator=mode.mask,
        BDRValue=mode.backscatter_hz,
        PIEValue=mode.pie,
        MinTariValue=mode.tari_ns,
        MaxTariValue=mode.tari_ns,
        StepTariValue=0,
    )


def _uhf_band(profile: Profile, version: int) -> Part:
    band = profile.band
    table = (
        part("FrequencyHopTable", HopTableID=1, Frequency=band.channels_khz)
        if band.hops
        else part("FixedFrequencyTable", Frequency=band.channels_khz)
    )
    return part(
        "UHFBandCapabilities",
        *(
            part("TransmitPowerLevelTableEntry", Index=index, TransmitPowerValue=power)
            for index, power in enumerate(profile.powers_cdbm(), start=1)
        ),
        part("FrequencyInformation", table, Hopping=int(band.hops)),
        part("C1G2UHFRFModeTable", *(_mode(mode) for mode in profile.modes)),
        *(
            (
                part(
                    "RFSurveyFrequencyCapabilities",
                    MinimumFrequency=min(band.channels_khz),
                    MaximumFrequency=max(band.channels_khz),
                ),
            )
            if version > 1
            else ()
        ),
    )


def _regulatory(profile: Profile, *, has_uhf_band: bool, odd: bool, version: int) -> Part:
    return part(
        "RegulatoryCapabilities",
        *((_uhf_band(profile, version),) if has_uhf_band else ()),
        CountryCode=profile.band.country_code,
        CommunicationsStandard=_ODD_STANDARD if odd else profile.band.standard,
    )


def capabilities(
    profile: Profile, asked: int, *, has_utc: bool, has_uhf_band: bool, odd: bool, version: int
) -> tuple[Part, ...]:
    """The parameters of GET_READER_CAPABILITIES_RESPONSE behind its status.

    Args:
        profile: the reader.
        asked: RequestedData.
        has_utc: whether its clock knows the date.
        has_uhf_band: whether it tells UHFBandCapabilities, which the standard leaves free.
        version: the protocol version; 1.1 tells more.
        odd: whether it tells numbers outside the enumerations, as some readers do.
    """
    told = {
        Asked.GENERAL: _general(profile, has_utc=has_utc, version=version),
        Asked.LLRP: _llrp(profile),
        Asked.REGULATORY: _regulatory(
            profile, has_uhf_band=has_uhf_band, odd=odd, version=version
        ),
        Asked.AIR_PROTOCOL: part(
            "C1G2LLRPCapabilities",
            CanSupportBlockErase=1,
            CanSupportBlockWrite=1,
            CanSupportBlockPermalock=0,
            CanSupportTagRecommissioning=0,
            CanSupportUMIMethod2=0,
            CanSupportXPC=0,
            MaxNumSelectFiltersPerQuery=profile.filters_most,
        ),
    }
    return tuple(one for key, one in told.items() if asked in (Asked.ALL, key))
