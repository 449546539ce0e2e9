"""RFSurveySpecs: a reader that listens to the channels instead of to tags (section 10.2.1.2)."""

from dataclasses import dataclass

from simulators.llrp.codec import encode
from simulators.llrp.parts import Part, message, part
from simulators.radio import Band, settled_uniform

CHANNEL_US = 5_000
"""How long a reader listens to one channel."""
_FLOOR_DBM, _SWING_DB, _PEAK_DB = -85.0, 12.0, 6.0
_BANDWIDTH_KHZ = 500


@dataclass(frozen=True, slots=True)
class Survey:
    """What an RFSurveySpec asks for.

    Attributes:
        from_khz: lowest frequency.
        to_khz: highest frequency.
    """

    from_khz: int
    to_khz: int

    def channels_khz(self, band: Band) -> tuple[int, ...]:
        """The channels of the reader's band in there, upwards."""
        return tuple(
            sorted(one for one in band.channels_khz if self.from_khz <= one <= self.to_khz)
        )

    def sweep_us(self, band: Band) -> int:
        """How long one sweep takes."""
        return CHANNEL_US * max(len(self.channels_khz(band)), 1)


def sweep_report(survey: Survey, band: Band, told: tuple[Part, ...], stamp: Part) -> bytes:
    """The RO_ACCESS_REPORT of one sweep; its id is 0.

    Args:
        survey: what was listened to.
        band: the reader's.
        told: ROSpecID and SpecIndex, where the client wants them.
        stamp: when; also settles what was heard.
    """
    when = stamp.number("Microseconds")
    entries = []
    for channel in survey.channels_khz(band):
        average = _FLOOR_DBM + _SWING_DB * float(settled_uniform(channel, when))
        peak = average + _PEAK_DB * float(settled_uniform(channel, when, 1))
        entries.append(
            part(
                "FrequencyRSSILevelEntry",
                stamp,
                Frequency=channel,
                Bandwidth=_BANDWIDTH_KHZ,
                AverageRSSI=round(average),
                PeakRSSI=round(peak),
            )
        )
    data = part("RFSurveyReportData", *told, *entries)
    return encode(message("RO_ACCESS_REPORT", 0, data))
