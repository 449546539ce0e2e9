"""A reader played from a capture: the same session on the same bytes, without socket or thread.

The requests that the session would send are the same each time, so that the recorded answers fit
them. When the connection was over is told by the capture, not by the session.
"""

from drivers.clock import Clock
from drivers.driver import DeviceDown, DeviceEvent, Listener
from drivers.llrp.attempt import Attempt
from drivers.llrp.gathering import OWN_FAULTS
from drivers.llrp.outputs import Accessed, Output, Over, Reads, Unread, Up
from drivers.llrp.phase import Phase
from drivers.llrp.session import Session
from drivers.llrp.settings import LlrpSettings
from drivers.llrp.telling import device_up


class PlayedReader:
    """One reader of a capture.

    Args:
        settings: as it is configured.
        listener: told what the link would have told.
        clock: a played one, which stands at the time of the record at hand.
    """

    def __init__(self, settings: LlrpSettings, listener: Listener, clock: Clock) -> None:
        self._settings = settings
        self._listener = listener
        self._clock = clock
        self._attempt = Attempt.first(vendor_extensions=settings.vendor_extensions)
        self._session: Session | None = None
        self._up: bool | None = None
        self._heard_at_us = 0

    def opened(self) -> None:
        """The connection was there."""
        self._session = Session(self._settings, self._attempt, self._clock.monotonic_us())

    def received(self, data: bytes) -> None:
        """Bytes had come."""
        if self._session is None:
            return
        self.tick()
        self._heard_at_us = self._clock.now_us()
        try:
            outputs = self._session.receive(data, self._clock.monotonic_us(), self._heard_at_us)
        except OWN_FAULTS:
            return  # the link met the same fault and closed the connection, as the capture tells
        self._tell(self._session, outputs)

    def tick(self) -> None:
        """Time passed: a request without answer may be given up for a lesser one."""
        session = self._session
        if session is not None and session.phase is Phase.SETTING_UP:
            self._tell(session, session.tick(self._clock.monotonic_us()))

    def lost(self, reason: str) -> None:
        """The connection was over."""
        if self._session is not None:
            self._attempt = self._session.attempt
            if self._session.agreeing:  # the link said nothing of it either
                reason = ""
        self._session = None
        if self._up is not False and reason:
            self._listener.device_down(
                DeviceDown(self._settings.device, self._clock.now_us(), self._heard_at_us, reason)
            )
        self._up = False

    def _tell(self, session: Session, outputs: list[Output]) -> None:
        session.to_send()  # nobody is there to get it
        for output in outputs:
            match output:
                case Reads():
                    self._listener.reads(output.batch)
                case DeviceEvent():
                    self._listener.device_event(output)
                case Up():
                    self._up = True
                    device = self._settings.device
                    self._listener.device_up(device_up(device, output, self._clock.now_us()))
                case Accessed():
                    pass  # nothing was asked while it was played
                case Unread():
                    pass  # it was not wanted so: the reports of a capture are read at once
                case Over():
                    pass  # the capture tells when the connection was over
