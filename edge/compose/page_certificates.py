"""The certificates of the pages, as a person makes them on a page: an authority and one for TLS.

Imported when such a page is first asked for: what makes and reads certificates is 7 MiB.
"""

import datetime as dt
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.clock import Clock
from edge.daemon.authority import AuthorityError, begin, issued


@dataclass(frozen=True, slots=True)
class Trusted:
    """The authority that handhelds are to trust; empty where there is none.

    Attributes:
        sha256: its fingerprint, hexadecimal.
        pem: its certificate.
    """

    sha256: str = ""
    pem: str = ""


class PageCertificates:
    """What lies in one folder.

    Args:
        folder: of the authority and of what it issues; need not be there.
        clock: its UTC time begins what is made.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def make(self, names: Sequence[str]) -> str:
        """An authority for these names, where there is none; why not, or nothing."""
        now = dt.datetime.fromtimestamp(self._clock.now_us() / 1e6, dt.UTC)
        try:
            if not (self._folder / "ca.key").exists():
                begin(self._folder, names, now)
        except (AuthorityError, OSError) as error:
            return str(error)
        return ""

    def authority(self) -> Trusted:
        """What handhelds are to trust."""
        try:
            (own, *_) = issued(self._folder)
            return Trusted(own.sha256, own.file.read_text(encoding="ascii"))
        except (AuthorityError, OSError):
            return Trusted()

    def names(self) -> list[str]:
        """What the pages may be called by; without an authority the names of this host."""
        try:
            return [name for one in issued(self._folder) if one.use == "web" for name in one.names]
        except AuthorityError:
            host = socket.gethostname()
            return list(dict.fromkeys([host, f"{host.partition('.')[0]}.local"]))
