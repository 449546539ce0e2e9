"""What a reader does not offer of what was wanted, in one sentence for each thing."""

from drivers.llrp.settings import LlrpSettings
from drivers.llrp.steering import Attempt, Capabilities


def notes(settings: LlrpSettings, attempt: Attempt, told: Capabilities, version: int) -> list[str]:
    """Sentences for whoever set the reader up; none if it offers everything.

    Args:
        settings: what was wanted.
        attempt: what the reader took of it.
        told: what it says of itself.
        version: LLRP version of the connection: 1 is 1.0.1, 2 is 1.1.
    """
    beyond = [port for port in settings.antennas if port > told.antennas > 0]
    found = (
        (
            settings.version == "1.1" and version == 1,
            "it does not speak LLRP 1.1: the connection stays on 1.0.1",
        ),
        (
            settings.vendor_extensions and not attempt.vendor,
            "it has no Impinj extensions: its reads have no phase, no Doppler and whole dBm",
        ),
        (
            settings.power_dbm is not None and not told.powers_dbm,
            "it tells no table of powers: it transmits as strong as it is set",
        ),
        (
            settings.mode is not None and settings.mode not in told.modes,
            f"its table of modes has no mode {settings.mode}",
        ),
        (
            bool(beyond) and attempt.bounded,
            f"it has {told.antennas} antennas: {', '.join(map(str, beyond))} are not read",
        ),
        (attempt.plain, "it refuses power, mode and session: it reads with its own settings"),
        (
            not told.holds_reports,
            "it cannot hold reports: what it reads while the link is down is lost",
        ),
    )
    return [sentence for applies, sentence in found if applies]
