"""An exercise in keeping strangers out: a scratch gateway, and everything that one would try.

The gateway is the real daemon with TLS, two people and a broker that asks for certificates; the
attacks come over the wire. Each must be refused, and what is right must work beside it: a gateway
that refuses everybody is no good either.
"""

import datetime as dt
import json
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from edge.clock import Clock
from edge.compose.books import journal_counts
from edge.daemon.broker import PROGRAM, broker_path, free_port
from edge.daemon.children import Child, program
from edge.drills.authority import Authority
from edge.drills.errors import DrillError
from edge.drills.gateway import START_S_MAX
from edge.drills.intruder import SHUT, Answer, Intruder
from edge.settings.exceptions_file import SHIPPED
from edge.web.access import ROLES
from edge.web.lockout import FAILURES_MAX
from edge.web.pins import hash_pin

REFUSED = frozenset({303, 400, 401, 403, 404, 405, 413, 422, 429})
LISTENING = "0A"
REPLAYS = 5
LINK_S_MAX = 20.0
CONNECTED = "broker connected"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that was tried.

    Attributes:
        attack: what it is.
        held: whether it was refused, and what must work worked.
        seen: the answer in short.
    """

    attack: str
    held: bool
    seen: str


@dataclass(frozen=True, slots=True)
class Target:
    """The gateway under attack.

    Attributes:
        picker_pin, leader_pin: of the badges `p` and `s`.
    """

    folder: Path
    port: int
    certificate_file: Path
    picker_pin: str
    leader_pin: str
    daemon_pid: int

    def stranger(self, cookie: str = "") -> Intruder:
        """Somebody at its pages."""
        return Intruder(self.port, self.certificate_file, cookie)

    def signed_in(self, badge: str, pin: str) -> Intruder:
        """Somebody with a good badge and PIN.

        Raises:
            DrillError: they were refused.
        """
        answer = self.stranger().sign_in(badge, pin)
        if not answer.cookie:
            raise DrillError(f"badge {badge} cannot sign in: {answer.status} {answer.body}")
        return self.stranger(answer.cookie)


def attempts(folder: Path, clock: Clock) -> Iterator[Attempt]:
    """Everything that is tried, one after the other.

    Raises:
        DrillError: the gateway did not start, or mosquitto is missing.
    """
    with _target(folder / "pages", clock) as target:
        for attack in ATTACKS:
            yield attack(target)
    yield from _at_the_broker(folder / "broker", clock)


def nobody_gets_in(target: Target) -> Attempt:
    """Without a session nothing opens."""
    stranger = target.stranger()
    opened = [
        f"{method} {path}"
        for method, path in ROLES
        if stranger.ask(method, path.replace("{", "").replace("}", ""), "{}").status not in REFUSED
    ]
    return Attempt(
        "no session", not opened, f"{len(ROLES)} pages and endpoints: {opened or 'none'}"
    )


def wrong_badge(target: Target) -> Attempt:
    """A badge that nobody has."""
    answer = target.stranger().sign_in("nobody", target.leader_pin)
    return _refused("wrong badge", answer)


def guessed_pin(target: Target) -> Attempt:
    """Guessing locks the badge, for the right PIN too."""
    stranger = target.stranger()
    guesses = [stranger.sign_in("g", f"{number:06}").status for number in range(FAILURES_MAX)]
    locked = stranger.sign_in("g", target.picker_pin).status
    held = set(guesses) == {401} and locked == 429  # noqa: PLR2004 - too many requests
    return Attempt("guessed PIN", held, f"{guesses}, then the right one: {locked}")


def forged_session(target: Target) -> Attempt:
    """A session that was sealed with another key, and one that is no session at all."""
    forged = Fernet(Fernet.generate_key()).encrypt(b'{"version":1,"badge":"s"}').decode()
    seen = [target.stranger(one).ask("GET", "/api/board").status for one in (forged, "a" * 3000)]
    return Attempt("forged session", set(seen) == {401}, str(seen))


def stolen_session(target: Target) -> Attempt:
    """A copied session is over when its person signs out."""
    person = target.signed_in("s", target.leader_pin)
    before = person.ask("GET", "/api/board").status
    person.ask("DELETE", "/api/session")
    after = target.stranger(person.cookie).ask("GET", "/api/board").status
    held = (before, after) == (200, 401)
    return Attempt("stolen session", held, f"{before}, after its person signed out: {after}")


def higher_role(target: Target) -> Attempt:
    """A picker asks for what only leaders may do."""
    picker = target.signed_in("p", target.picker_pin)
    seen = [picker.ask("GET", path).status for path in ("/api/orders", "/api/tags", "/metrics")]
    return Attempt("picker as supervisor", set(seen) == {403}, str(seen))


def cross_site_post(target: Target) -> Attempt:
    """A foreign page posts with the browser's own session."""
    person = target.signed_in("s", target.leader_pin)
    body = {"location": "A-1", "sku": "X", "quantity": 1}
    seen = [
        person.ask("POST", "/api/counts", body, {"Idempotency-Key": "foreign", **header}).status
        for header in (
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "null"},
        )
    ]
    return Attempt("cross-site post", set(seen) == {403}, str(seen))


def replayed_request(target: Target) -> Attempt:
    """The same change again and again has one effect."""
    person = target.signed_in("s", target.leader_pin)
    body = {"ready": True}
    key = {"Idempotency-Key": secrets.token_hex(8)}
    answers, seqs = set(), []
    for _ in range(REPLAYS):
        answers.add(person.ask("POST", "/api/work", body, key).body)
        seqs.append(journal_counts(target.folder / "data").last_seq)
    held = seqs[0] > 0 and len(set(seqs)) == len(answers) == 1
    return Attempt("replayed request", held, f"journal after each of {REPLAYS}: {seqs}")


def oversized_and_strange(target: Target) -> Attempt:
    """Bodies without end, paths out of the house, methods that nobody has."""
    person = target.signed_in("s", target.leader_pin)
    seen = [
        person.ask("POST", "/api/counts", "x" * 100_000, {"Idempotency-Key": "k"}).status,
        person.ask("GET", "/static/../../../../etc/passwd").status,
        person.ask("GET", "/static/%2e%2e/%2e%2e/app.py").status,
        person.ask("TRACE", "/").status,
    ]
    return Attempt("oversized and strange requests", set(seen) <= REFUSED | {SHUT}, str(seen))


def open_ports(target: Target) -> Attempt:
    """What the daemon listens on: its pages, on loopback, and nothing else."""
    listening = sorted(_listening(target.daemon_pid))
    return Attempt("port scan", listening == [f"127.0.0.1:{target.port}"], ", ".join(listening))


ATTACKS: tuple[Callable[[Target], Attempt], ...] = (
    nobody_gets_in,
    wrong_badge,
    guessed_pin,
    forged_session,
    stolen_session,
    higher_role,
    cross_site_post,
    replayed_request,
    oversized_and_strange,
    open_ports,
)


def _refused(attack: str, answer: Answer) -> Attempt:
    return Attempt(attack, answer.status in REFUSED and not answer.cookie, str(answer.status))


def _listening(pid: int) -> Iterator[str]:
    """Addresses on which a process accepts TCP (Linux, /proc)."""
    own = {one.readlink().name for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink()}
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/{pid}/net/{table}").read_text("ascii").splitlines()[1:]:
            words = row.split()
            if words[3] == LISTENING and f"socket:[{words[9]}]" in own:
                address, _, port = words[1].partition(":")
                host = ".".join(str(one) for one in reversed(bytes.fromhex(address)))
                yield f"{host if table == 'tcp' else address}:{int(port, 16)}"


@contextmanager
def _target(folder: Path, clock: Clock) -> Iterator[Target]:
    """A gateway with TLS and two people who can sign in, and one for guessing at."""
    authority = _authority(folder, clock)
    certificate, key = authority.issue("gateway")
    pins = [f"{secrets.randbelow(10**6):06}" for _ in range(2)]
    port = free_port()
    people = "".join(
        f'[[person]]\nbadge = "{badge}"\nname = "{badge}"\nrole = "{role}"\n'
        f'pin_hash = "{hash_pin(pin)}"\n'
        for badge, role, pin in (
            ("p", "picker", pins[0]),
            ("g", "picker", pins[0]),
            ("s", "supervisor", pins[1]),
        )
    )
    web = f'port = {port}\ncertificate_file = "{certificate}"\nkey_file = "{key}"\n'
    with _daemon(folder, "enabled = false\n", web, people) as daemon:
        said = daemon.hear(START_S_MAX)
        if said is None or not said.get("ready"):
            raise DrillError(f"the daemon did not start; see {folder}/logs/daemon.log")
        yield Target(folder, port, authority.certificate_file, pins[0], pins[1], daemon.pid)


def _at_the_broker(folder: Path, clock: Clock) -> Iterator[Attempt]:
    """Certificates between gateway and broker: a good one, a revoked one, a strange broker."""
    mosquitto = broker_path()
    if mosquitto is None:
        raise DrillError(f"{PROGRAM} is not installed: sudo apt-get install -y {PROGRAM}")
    ours, strange = _authority(folder / "ours", clock), _authority(folder / "strange", clock)
    good, stolen = ours.issue("good"), ours.issue("stolen")
    port = free_port()
    server, server_key = ours.issue("broker")
    (folder / "broker.conf").write_text(
        f"listener {port} 127.0.0.1\ncafile {ours.certificate_file}\ncertfile {server}\n"
        f"keyfile {server_key}\nrequire_certificate true\nuse_identity_as_username true\n"
        f"crlfile {ours.revoked(stolen[0])}\nuser root\n"
    )
    logs = folder / "logs"
    logs.mkdir()
    running = Child("broker", [str(mosquitto), "-c", str(folder / "broker.conf")], logs)
    running.start()
    try:
        for name, (certificate, key), authority, welcome in (
            ("good certificate (must get in)", good, ours, True),
            ("revoked certificate", stolen, ours, False),
            ("broker of a strange authority", good, strange, False),
        ):
            mqtt = (
                f'host = "127.0.0.1"\nport = {port}\ntls = true\nreconnect_s_max = 1.0\n'
                f'ca_file = "{authority.certificate_file}"\n'
                f'certificate_file = "{certificate}"\nkey_file = "{key}"\n'
            )
            at = folder / name.split(" (")[0].replace(" ", "-")
            with _daemon(at, mqtt, f"port = {free_port()}\n", "") as daemon:
                daemon.hear(START_S_MAX)
                told = _first_word_of_the_link(at, clock)
            yield Attempt(name, (told == CONNECTED) is welcome, told)
    finally:
        running.ask_to_end()
        running.end()


def _first_word_of_the_link(folder: Path, clock: Clock) -> str:
    """Whether the gateway reached the broker, by its log: what came first.

    Raises:
        DrillError: it said nothing in time.
    """
    pause, until_us = threading.Event(), clock.monotonic_us() + int(LINK_S_MAX * 1e6)
    while clock.monotonic_us() < until_us:
        log = (folder / "logs" / "daemon.log").read_text(encoding="utf-8")
        for line in log.splitlines():
            if f'"{CONNECTED}"' in line:
                return CONNECTED
            if '"broker lost"' in line or '"link trouble"' in line:
                told = json.loads(line)
                return str(told.get("reason") or told.get("trouble"))
        pause.wait(0.05)
    raise DrillError(f"the link said nothing within {LINK_S_MAX:.0f} s; see {folder}/logs")


@contextmanager
def _daemon(folder: Path, mqtt: str, web: str, people: str) -> Iterator[Child]:
    """The daemon of a small floor."""
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SHIPPED, folder / "exceptions.toml")
    (folder / "floor.toml").write_text('[[location]]\nid = "A-1"\nkind = "bin"\n')
    config = folder / "gateway.toml"
    config.write_text(
        f'[gateway]\nsite = "drill"\nname = "gateway"\ndata_dir = "{folder / "data"}"\n'
        f'[mqtt]\n{mqtt}[web]\n{web}[log]\nlevel = "info"\n[discovery]\nmdns = false\n{people}'
    )
    daemon = Child(
        "daemon", [program("warehouse-edge"), "run", "--config", str(config)], folder / "logs"
    )
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.ask_to_end()
        daemon.end()


def _authority(folder: Path, clock: Clock) -> Authority:
    now = dt.datetime.fromtimestamp(clock.now_us() / 1e6, dt.UTC)
    return Authority(folder / "authority", now)
