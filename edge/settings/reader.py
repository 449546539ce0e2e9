"""One LLRP reader of the configuration: how it is reached and how it reads."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from edge.model.fault_sentences import fault
from edge.settings.faults import Section, Spelled

Name = Annotated[
    str,
    Spelled(r"^[a-z0-9][a-z0-9-]{0,62}$", "write_name"),
]
Host = Annotated[
    str,
    Spelled(
        r"^[^\s/.]{1,63}(\.[^\s/.]{1,63})*\.?$",
        "write_host",
    ),
]
Port = Annotated[int, Field(ge=1, le=255)]
PowerDbm = Annotated[float, Field(ge=0, le=33)]
Mode = Annotated[int, Field(ge=0, le=65535)] | Literal["dense", "fast", "auto"]
Session = Annotated[int, Field(ge=0, le=3)]
Population = Annotated[int, Field(ge=1, le=65535)]
Search = Literal["single", "dual", "tag-focus"]


class Select(Section):
    """A Gen2 Select filter: which tags take part, by what is stored in them."""

    bank: Literal["epc", "tid", "user"] = "epc"
    pointer: Annotated[int, Field(ge=0, le=65535)] = 32
    mask: Annotated[str, Spelled(r"^[0-9a-fA-F]{1,62}$", "write_mask")]
    action: Literal["include", "exclude"] = "include"


class InputLevel(Section):
    """A level on one of the reader's inputs that starts or stops the inventory."""

    port: Port
    level: Literal["high", "low"] = "high"
    timeout_ms: Annotated[int, Field(ge=0, le=3_600_000)] = 0


class Antenna(Section):
    """What one antenna does otherwise than its reader; an absent key is as the reader's."""

    port: Port
    power_dbm: PowerDbm | None = None
    mode: Mode | None = None
    session: Session | None = None
    population: Population | None = None
    search: Search | None = None
    select: tuple[Select, ...] | None = None


class Reader(Section):
    """One LLRP reader."""

    name: Name
    host: Host
    port: Annotated[int, Field(ge=1, le=65535)] = 5084
    listen: bool = False
    antennas: tuple[Port, ...] = ()
    power_dbm: PowerDbm | None = None
    mode: Mode | None = None
    session: Session = 1
    population: Population = 32
    search: Search | None = None
    select: tuple[Select, ...] = ()
    start_input: InputLevel | None = None
    stop_input: InputLevel | None = None
    inputs: tuple[Port, ...] = ()
    report_every: Annotated[int, Field(ge=0, le=1000)] = 1
    report_after_ms: Annotated[int, Field(ge=0, le=60_000)] = 0
    keepalive_ms: Annotated[int, Field(ge=500, le=6000)] = 5000
    request_timeout_ms: Annotated[int, Field(ge=100, le=60_000)] = 5000
    vendor_extensions: bool = True
    version: Literal["auto", "1.0.1", "1.1"] = "auto"
    tls: bool = False
    ca_file: Path | None = None
    certificate_sha256: Annotated[str, Spelled(r"^([0-9a-f]{64})?$", "write_sha256")] = ""
    antenna: tuple[Antenna, ...] = ()

    @model_validator(mode="after")
    def _calls_from_an_address(self) -> Self:
        """A reader that calls is known by its IP address."""
        if self.listen:
            try:
                ip_address(self.host)
            except ValueError:
                raise ValueError(fault("write_ip_address", host=self.host)) from None
        return self

    @model_validator(mode="after")
    def _antennas_are_read(self) -> Self:
        """Each antenna with settings of its own is one that is read, and stands once."""
        ports = [one.port for one in self.antenna]
        twice = sorted({port for port in ports if ports.count(port) > 1})
        if twice:
            raise ValueError(fault("antenna_settings_twice", port=twice[0]))
        unread = [port for port in ports if self.antennas and port not in self.antennas]
        if unread:
            raise ValueError(fault("antenna_unread", port=unread[0]))
        return self

    @model_validator(mode="after")
    def _triggers_fit(self) -> Self:
        """Inputs stop what inputs start, and no clock ends it meanwhile."""
        if self.stop_input is not None and self.start_input is None:
            raise ValueError(fault("stop_without_start"))
        if self.start_input is not None and self.report_after_ms:
            raise ValueError(fault("report_ends_inventory"))
        if not (self.report_every or self.report_after_ms):
            raise ValueError(fault("never_reports"))
        if self.report_after_ms and self.report_every == 1:
            raise ValueError(fault("reports_at_once"))
        return self
