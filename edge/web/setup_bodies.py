"""What may be posted while a gateway is set up; each bound is that of the configuration's key."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from edge.model.places import LocationKind
from edge.web.bodies import Body
from edge.web.people import Role

DeviceLabel = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
BadgeText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
PersonName = Annotated[
    str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")
]
Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{6,64}$")]
HostName = Annotated[str, StringConstraints(min_length=1, max_length=253, pattern=r"^[^\s/:]+$")]
PortNumber = Annotated[int, Field(ge=1, le=65_535)]
PlaceLabel = Annotated[str, StringConstraints(pattern=r"^[^\s/+#]{1,64}$")]
Metres = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False, strict=False)]
Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class FirstBadge(Body):
    """The token of the gateway's start, and who is its first administrator."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    badge: BadgeText
    name: PersonName
    pin: Pin


class NewPerson(Body):
    """Somebody who may sign in from now on; a badge that is known gets this name, role and PIN."""

    badge: BadgeText
    name: PersonName
    role: Literal["picker", "packer", "supervisor", "administrator"]
    pin: Pin

    def plain(self) -> dict[str, str]:
        """As the configuration has it, but for the PIN."""
        return {"badge": self.badge, "name": self.name, "role": Role(self.role).value}


class Site(Body):
    """Who and where this gateway is."""

    site: DeviceLabel
    name: DeviceLabel
    gs1_company_prefix: Annotated[str, StringConstraints(pattern=r"^[0-9]{6,12}$")]


class Broker(Body):
    """The way to the central system; an absent password stays as it is."""

    enabled: bool
    host: HostName
    port: PortNumber
    tls: bool
    username: Text = ""
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None


class TypedReader(Body):
    """Where a reader is said to be."""

    host: HostName
    port: PortNumber = 5084


class AntennaPlace(Body):
    """An antenna and the place that it hears; kind and middle are of a place that is new."""

    port: Annotated[int, Field(ge=1, le=255)]
    location: PlaceLabel
    kind: Annotated[LocationKind, Field(strict=False)] = LocationKind.ZONE
    x_m: Metres = 0.0
    y_m: Metres = 0.0


class AntennaPlaces(Body):
    """All antennas of a reader that are used."""

    reader: DeviceLabel
    antennas: Annotated[list[AntennaPlace], Field(min_length=1, max_length=64)]


class CertificateNames(Body):
    """Under which names handhelds call the gateway, and where it listens then."""

    names: Annotated[list[HostName], Field(min_length=1, max_length=16)]
    host: HostName = "0.0.0.0"  # noqa: S104 - handhelds are to come in; only with a certificate


class DeviceWish(Body):
    """What a handheld is to be called."""

    name: PersonName


class DeviceId(Body):
    """An enrolled handheld."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class DeviceCode(Body):
    """What a QR code held."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class RollBack(Body):
    """A configuration that worked, as they are counted: 1 is the newest."""

    number: Annotated[int, Field(ge=1, le=50)]
