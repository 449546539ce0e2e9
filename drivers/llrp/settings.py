"""How one LLRP reader is to be connected and set up: plain values, handed down."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

SILENCE_MS_MAX = 10_000
"""A dead reader is noticed within this time, whatever its keepalive interval is."""

Aim = Literal["dense", "fast", "auto"]
"""What a mode is good for: many readers side by side, most reads, or what the reader judges."""
Search = Literal["single", "dual", "tag-focus"]
"""Whether a tag answers once while it stays (single, and for longer by TagFocus), or always."""


@dataclass(frozen=True, slots=True)
class Select:
    """A Gen2 Select: which tags take part in an inventory, by what is stored in them.

    Attributes:
        bank: memory bank: 1 EPC, 2 TID, 3 user.
        pointer: first bit that is compared; the EPC's own first bit is bit 32 of bank 1.
        mask: what has to stand there, in hex; four bits for each digit.
        exclude: the tags that match stay silent, instead of all others.
    """

    bank: int
    pointer: int
    mask: str
    exclude: bool = False


@dataclass(frozen=True, slots=True)
class InputTrigger:
    """A level on one of the reader's inputs (GPI) that starts or stops the inventory.

    Attributes:
        port: input, from 1.
        high: the level to which it has to change.
        timeout_ms: of a stop: it stops after this time at the latest; 0 for no limit.
    """

    port: int
    high: bool = True
    timeout_ms: int = 0


@dataclass(frozen=True, slots=True)
class AntennaSettings:
    """What one antenna does otherwise than its reader; None is as the reader.

    Attributes:
        port: the antenna, from 1.
        power_dbm, mode, session, population, search, selects: as in `LlrpSettings`.
    """

    port: int
    power_dbm: float | None = None
    mode: int | Aim | None = None
    session: int | None = None
    population: int | None = None
    search: Search | None = None
    selects: tuple[Select, ...] | None = None


@dataclass(frozen=True, slots=True)
class Air:
    """How one antenna asks for tags, the reader's settings and its own together.

    Attributes:
        power_dbm, mode, session, population, search, selects: as in `LlrpSettings`.
    """

    power_dbm: float | None
    mode: int | Aim | None
    session: int
    population: int
    search: Search | None
    selects: tuple[Select, ...]


@dataclass(frozen=True, slots=True)
class LlrpSettings:
    """One reader.

    Attributes:
        device: its name in the configuration.
        host, port: its address; LLRP's own port is 5084, with TLS 5085.
        listen: the reader calls the gateway: `port` is the gateway's, and `host` the number of
            the address from which this reader comes.
        antennas: ports to read on, from 1; empty for all that the reader has.
        overrides: antennas that do something otherwise.
        power_dbm: transmit power; the nearest entry of the reader's own table is taken. None
            leaves the reader's own setting.
        mode: mode identifier from the reader's own table, or what it has to be good for. None
            leaves the reader's own setting.
        session: Gen2 session, 0 to 3. 2 keeps a read tag quiet for a while, so that others speak.
        population: tags expected in the field at once; the reader starts its slots from it.
        search: whether tags answer once or always; None leaves the reader's own setting.
        selects: every one of these a tag has to pass to be read.
        start, stop: inputs between whose levels it reads; None reads always.
        inputs: inputs whose changes are told, besides those of `start` and `stop`.
        report_every: tags in a report; 1 for the shortest delay, 0 for one report at each
            `report_after_ms`, which then must be above 0.
        report_after_ms: unless `report_every` is 1, report after this time at the latest; 0 for
            no limit.
        keepalive_ms: sign of life wanted from the reader, 500 to 6,600. No byte for one and a
            half of these means that the link is dead.
        request_timeout_ms: limit for connecting and for each answer.
        vendor_extensions: try the vendor's own fields (phase, Doppler, finer RSSI) first.
        tls: certificates to speak TLS with; None speaks plainly.
        certificate_sha256: SHA-256 of the only certificate that is taken with TLS, 64 hex digits;
            empty takes every one that `tls` trusts.
        version: LLRP version to agree on. "auto" and "1.1" ask the reader for 1.1; one that does
            not answer or refuses stays on 1.0.1, and with "1.1" that is noted.
    """

    device: str
    host: str
    port: int = 5084
    listen: bool = False
    antennas: tuple[int, ...] = ()
    overrides: tuple[AntennaSettings, ...] = ()
    power_dbm: float | None = None
    mode: int | Aim | None = None
    session: int = 2
    population: int = 32
    search: Search | None = None
    selects: tuple[Select, ...] = ()
    start: InputTrigger | None = None
    stop: InputTrigger | None = None
    inputs: tuple[int, ...] = ()
    report_every: int = 1
    report_after_ms: int = 0
    keepalive_ms: int = 5_000
    request_timeout_ms: int = 5_000
    vendor_extensions: bool = True
    tls: ssl.SSLContext | None = None
    certificate_sha256: str = ""
    version: Literal["auto", "1.0.1", "1.1"] = "auto"

    @property
    def silence_us(self) -> int:
        """No byte for so long means that the link is dead."""
        return min(1_500 * self.keepalive_ms, 1_000 * SILENCE_MS_MAX)

    @property
    def inputs_watched(self) -> tuple[int, ...]:
        """Every input that the reader has to listen to."""
        triggers = (one.port for one in (self.start, self.stop) if one is not None)
        return tuple(sorted({*self.inputs, *triggers}))

    def with_powers(self, powers: Mapping[int, float]) -> "LlrpSettings":
        """The same with other powers (dBm) on some antenna ports."""
        known = {one.port: one for one in self.overrides}
        for port, power_dbm in powers.items():
            own = known.get(port, AntennaSettings(port))
            known[port] = replace(own, power_dbm=power_dbm)
        return replace(self, overrides=tuple(known.values()))

    def air(self, port: int) -> Air:
        """How an antenna asks for tags."""
        own = next((one for one in self.overrides if one.port == port), AntennaSettings(port))
        return Air(
            power_dbm=self.power_dbm if own.power_dbm is None else own.power_dbm,
            mode=self.mode if own.mode is None else own.mode,
            session=self.session if own.session is None else own.session,
            population=self.population if own.population is None else own.population,
            search=self.search if own.search is None else own.search,
            selects=self.selects if own.selects is None else own.selects,
        )
