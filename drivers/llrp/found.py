"""A reader that was found on the network, and which part of the network is looked through."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network

ADDRESSES_MOST = 1_024
"""Addresses that one search may knock at; more is no gateway's neighbourhood."""
MDNS = ("224.0.0.251", 5353)
PORT, TLS_PORT = 5084, 5085


@dataclass(frozen=True, slots=True)
class FoundReader:
    """A reader that answers and that nobody has configured.

    Attributes:
        host, port: where.
        tls: it answers with TLS only.
        certificate_sha256: of the certificate that it showed, 64 hex digits; empty without TLS.
        instance: its name by multicast DNS; empty where it was found by knocking.
        busy: it serves another client and told nothing of itself.
        manufacturer, model, firmware, protocol: what it says of itself; empty where it does not.
        antennas: ports; 0 where not told.
    """

    host: str
    port: int
    tls: bool = False
    certificate_sha256: str = ""
    instance: str = ""
    busy: bool = False
    manufacturer: str = ""
    model: str = ""
    firmware: str = ""
    protocol: str = ""
    antennas: int = 0

    @property
    def id(self) -> str:
        """Names it while it keeps its address: lower-case letters, digits, hyphens."""
        return f"{self.host}-{self.port}".replace(".", "-")


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """Where to look.

    Attributes:
        multicast: ask by multicast DNS.
        listen_s: how long its answers are waited for.
        subnets: where each address is knocked at; at most `ADDRESSES_MOST` together.
        ports: LLRP's own and that with TLS; another pair for tests.
        connects_per_s: how fast is knocked.
        multicast_to: address and port of the question.
    """

    multicast: bool = True
    listen_s: float = 3.0
    subnets: tuple[IPv4Network, ...] = ()
    ports: tuple[int, int] = (PORT, TLS_PORT)
    connects_per_s: float = 50.0
    multicast_to: tuple[str, int] = field(default=MDNS)

    def __post_init__(self) -> None:
        total = sum(one.num_addresses for one in self.subnets)
        if total > ADDRESSES_MOST:
            raise ValueError(
                f"{total} addresses are too many to knock at, at most {ADDRESSES_MOST}; "
                "name the subnets in which readers are"
            )

    def hosts(self) -> list[str]:
        """Every address to knock at, each once, without those of the networks themselves."""
        return list(dict.fromkeys(str(host) for net in self.subnets for host in net.hosts()))
