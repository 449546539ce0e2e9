"""The desk beside the locator: enquiries are answered, watched reads handed on, drift is told."""

from drivers.reads import SomeReads
from edge.floor.alerts import Alert, Alerts
from edge.floor.enquiries import Enquiries
from edge.floor.watching import ReadWatch
from edge.locating.drift import Drift
from edge.locating.locator import Locator
from edge.model.places import Floor

LOOK_US = 10_000_000
DRIFT_ALERT = "calibration-drifted"


class LocatingDesk:
    """Used by the floor loop once a turn; `enquiries` and `watch` by anybody.

    Args:
        floor: names the antennas.
        alerts: told when the calibration no longer fits.
    """

    def __init__(self, floor: Floor, alerts: Alerts) -> None:
        self._floor = floor
        self._alerts = alerts
        self._look_us = 0
        self.enquiries = Enquiries()
        self.watch = ReadWatch()

    def turn(self, locator: Locator, batches: tuple[SomeReads, ...], now_us: int) -> None:
        """What is done beside one turn of the loop."""
        self.watch.note(batches)
        self.enquiries.answer(locator, now_us)
        if not 0 <= now_us - self._look_us < LOOK_US:
            self._look_us = now_us
            self._tell_drift(locator.drift(), now_us)

    def _tell_drift(self, drift: Drift | None, now_us: int) -> None:
        if drift is None or not drift.is_drifted:
            self._alerts.end(DRIFT_ALERT)
            return
        detail = self._words(drift)
        text = f"the calibration no longer fits: {detail}; calibrate again on /setup"
        values = {"detail": detail}
        self._alerts.begin(
            Alert(DRIFT_ALERT, "calibration_drifted", "warning", text, now_us, values)
        )

    def _words(self, drift: Drift) -> str:
        named = [
            f"{self._antenna(number)} hears {abs(db):.0f} dB {'more' if db > 0 else 'less'}"
            for number, db in zip(drift.antennas, drift.departure_db, strict=True)
        ]
        if not named:
            now, before = f"{drift.sureness:.0%}", f"{drift.sureness_before:.0%}"
            named = [f"places are told apart with {now} certainty, with {before} before"]
        return ", ".join(named[:3])

    def _antenna(self, number: int) -> str:
        antenna = self._floor.antennas[number]
        return f"antenna {antenna.port} of {antenna.reader}"
