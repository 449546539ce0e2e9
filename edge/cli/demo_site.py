"""The site of a demonstration: its files, ports, people and programs, made or found again."""

import json
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from edge.daemon.broker import broker, broker_path, free_port
from edge.daemon.children import Child, program
from edge.settings.exceptions_file import SHIPPED
from edge.web.pins import hash_pin

PEOPLE = (
    ("1001", "Li Wei", "picker"),
    ("1002", "Anna Berg", "picker"),
    ("1003", "Zhang Min", "picker"),
    ("1004", "Tom Okafor", "picker"),
    ("1005", "Wang Fang", "picker"),
    ("1006", "Lena Novak", "picker"),
    ("2001", "Chen Jing", "packer"),
    ("2002", "Sam Haddad", "packer"),
    ("3001", "Maria Rossi", "supervisor"),
    ("9001", "Ines Duarte", "administrator"),
)


@dataclass(frozen=True, slots=True)
class Login:
    """A badge with its PIN; the PIN is chosen by chance for each demonstration."""

    badge: str
    name: str
    role: str
    pin: str


@dataclass(frozen=True, slots=True)
class Site:
    """Where a demonstration lives.

    Attributes:
        folder: all its files; a second start in the same folder finds them.
        broker: full path of mosquitto; None where it is not installed.
        reader_ports: of the two simulated readers.
    """

    folder: Path
    seed: int
    speed: float
    web_port: int
    broker_port: int
    reader_ports: tuple[int, int]
    broker: str | None
    logins: tuple[Login, ...]

    @property
    def url(self) -> str:
        """Of the pages."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def data_dir(self) -> Path:
        """Of the daemon."""
        return self.folder / "data"

    @property
    def central_store(self) -> Path:
        """The central system's books."""
        return self.folder / "central.sqlite"

    @property
    def scanner(self) -> Path:
        """The pseudo-terminal of the pack station's scanner."""
        return self.folder / "pack-scanner"

    @property
    def report(self) -> Path:
        """What the simulated warehouse says really happened."""
        return self.folder / "truth.json"


def prepare(folder: Path, *, seed: int, speed: float, web_port: int) -> Site:
    """Make or find the files of a demonstration in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    site = Site(
        folder=folder,
        seed=seed,
        speed=speed,
        web_port=free_port(web_port),
        broker_port=free_port(),
        reader_ports=(free_port(), free_port()),
        broker=broker_path(),
        logins=_logins(folder / "people.json"),
    )
    site.data_dir.mkdir(exist_ok=True)
    (folder / "logs").mkdir(exist_ok=True)
    _write_private(folder / "gateway.toml", _gateway_toml(site))
    shutil.copyfile(SHIPPED, folder / "exceptions.toml")
    return site


def _logins(path: Path) -> tuple[Login, ...]:
    if not path.exists():
        made = [
            {"badge": badge, "name": name, "role": role, "pin": f"{secrets.randbelow(10**6):06d}"}
            for badge, name, role in PEOPLE
        ]
        _write_private(path, json.dumps(made, ensure_ascii=False, indent=1))
    return tuple(Login(**one) for one in json.loads(path.read_text(encoding="utf-8")))


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _gateway_toml(site: Site) -> str:
    people = "".join(
        f'[[person]]\nbadge = "{one.badge}"\nname = "{one.name}"\nrole = "{one.role}"\n'
        f"pin_hash = '{hash_pin(one.pin)}'\n"
        for one in site.logins
    )
    readers = "".join(
        f'[[reader]]\nname = "reader-{number}"\nhost = "127.0.0.1"\nport = {port}\n'
        "keepalive_ms = 2000\n"
        for number, port in enumerate(site.reader_ports, 1)
    )
    return (
        "# Written by each start of the demonstration.\n"
        f'[gateway]\nsite = "demo"\nname = "gateway-1"\ndata_dir = "{site.data_dir}"\n'
        'floor_file = "floor.toml"\nexceptions_file = "exceptions.toml"\n'
        'gs1_company_prefix = "9521234"\n'
        "[work]\norders_per_walk = 4\nsure_wait_minutes = 5.0\n"  # nobody counts here
        "[picking]\nbind_totes = true\n"
        f"[mqtt]\nenabled = {str(site.broker is not None).lower()}\n"
        f'host = "127.0.0.1"\nport = {site.broker_port}\nkeepalive_s = 5\n'
        "reconnect_s_max = 3.0\n"
        '[backup]\nfolder = "backups"\n'
        f'[web]\nhost = "127.0.0.1"\nport = {site.web_port}\n'
        f"{readers}"
        f'[[scanner]]\nname = "pack-scanner"\npath = "{site.scanner}"\n'
        'station = "pack-1"\n'
        f"{people}"
    )


def children(site: Site, *, orders_per_minute: float, open_max: int) -> list[Child]:
    """Every program of the demonstration, in the order in which they start."""
    logs = site.folder / "logs"
    sim, edge = program("warehouse-sim"), program("warehouse-edge")
    warehouse = Child(
        "warehouse",
        [
            *(sim, "warehouse", "--seed", str(site.seed), "--speed", str(site.speed)),
            *("--url", site.url, "--people", str(site.folder / "people.json")),
            *("--state", str(site.folder), "--scanner-link", str(site.scanner)),
            *("--reader-port", str(site.reader_ports[0])),
            *("--reader-port", str(site.reader_ports[1])),
            *("--report", str(site.report), "--orders", str(site.central_store)),
            *("--pickers", str(sum(one.role == "picker" for one in site.logins))),
        ],
        logs,
        restart=True,
    )
    daemon = Child(
        "daemon", [edge, "run", "--config", str(site.folder / "gateway.toml")], logs, restart=True
    )
    if site.broker is None:
        return [warehouse, daemon]
    mosquitto = broker(
        "broker", site.broker, site.broker_port, site.folder / "broker", logs, restart=True
    )
    central = Child(
        "central",
        [
            *(sim, "central", "--broker", f"127.0.0.1:{site.broker_port}", "--progress"),
            *("--store", str(site.central_store), "--seed", str(site.seed)),
            *("--orders-per-minute", str(orders_per_minute), "--open-max", str(open_max)),
            *("--site", "demo", "--gateway", "gateway-1"),
        ],
        logs,
        restart=True,
    )
    return [mosquitto, warehouse, daemon, central]
