"""What `--help` and the manual page show of each command in use; a test holds each to be right."""

from collections.abc import Mapping

_CONFIG = "/etc/warehouse-edge/gateway.toml"
_READER = "llrp://192.0.2.10"
_EPC = "30340242201d8840009efdf7"

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "run": (f"run --config {_CONFIG}",),
    "demo": ("demo", "demo --speed 10 --seconds 60"),
    "doctor": (f"doctor --config {_CONFIG}", f"doctor --config {_CONFIG} --json"),
    "top": (
        f"top --config {_CONFIG}",
        "top --url https://gw-1.local:8080 --once --json",
    ),
    "diagnostics": (f"diagnostics --config {_CONFIG} --out gw-1.zip",),
    "log-level": (f"log-level devices debug --minutes 30 --config {_CONFIG}",),
    "read": (
        f"read {_READER} --seconds 5",
        "read 'serial:/dev/ttyUSB0?kind=scanner'",
    ),
    "discover": ("discover", "discover --subnet 192.0.2.0/28 --seconds 10"),
    "decode": ("decode frames.bin", "decode capture.pcap --format pcap"),
    "record": (f"record --config {_CONFIG} --out capture --seconds 60",),
    "replay": (f"replay capture --config {_CONFIG}", f"replay site.pcapng --config {_CONFIG}"),
    "calibrate": (
        "calibrate --floor floor.toml --reads reads.csv --truth truth.csv --out calibration.json",
    ),
    "locate": (
        "locate --floor floor.toml --reads reads.csv",
        "locate --floor floor.toml --reads reads.csv --calibration calibration.json --every 5",
    ),
    "protocol": ("protocol", "protocol --out docs/protocol"),
    "config check": (f"config check {_CONFIG}",),
    "config schema": ("config schema",),
    "config show": (f"config show {_CONFIG}",),
    "config history": (f"config history {_CONFIG}",),
    "config diff": (f"config diff {_CONFIG}", f"config diff {_CONFIG} 2"),
    "config rollback": (f"config rollback {_CONFIG}", f"config rollback {_CONFIG} 2"),
    "plan route": ("plan route instances.jsonl", "plan route -"),
    "plan batch": ("plan batch instances.jsonl --seconds 10",),
    "epc decode": ("epc decode 3034257bf7194e4000001a85",),
    "epc encode": ("epc encode '(01)04012345000009(21)6789' --company-prefix-length 7",),
    "tag commission": (f"tag commission {_READER} --list epcs.txt --job jobs/2026-11-28",),
    "tag read": (
        f"tag read {_READER}",
        f"tag read {_READER} --tid e28011602000 --bank user --word 0 --count 8",
    ),
    "tag write": (
        f"tag write {_READER} --to {_EPC}",
        f"tag write {_READER} --epc {_EPC} --bank user --word 0 --hex cafebabe",
    ),
    "tag lock": (f"tag lock {_READER} epc access-password --epc {_EPC} --password 12345678",),
    "tag password": (f"tag password {_READER} access --tid e28011602000",),
    "tag kill": (f"tag kill {_READER} --tid e28011602000 --confirm {_EPC} --yes-kill-for-ever",),
    "journal verify": (f"journal verify --config {_CONFIG}",),
    "journal rebuild": (f"journal rebuild --check --config {_CONFIG}",),
    "journal export": (f"journal export --config {_CONFIG} --after 1000",),
    "journal tail": (f"journal tail --config {_CONFIG}",),
    "backup create": (
        f"backup create --config {_CONFIG}",
        f"backup create a.sqlite --config {_CONFIG}",
    ),
    "backup verify": ("backup verify journal-20261128T220000Z.sqlite",),
    "backup restore": (f"backup restore journal-20261128T220000Z.sqlite --config {_CONFIG}",),
    "drill kill": ("drill kill --runs 50",),
    "drill power": ("drill power --runs 50 --scratch /mnt/journal",),
    "drill disk": ("drill disk --runs 5", "drill disk --read-only"),
    "drill restore": ("drill restore --runs 2",),
    "drill broker": ("drill broker --runs 20",),
    "drill failover": ("drill failover --runs 20",),
    "drill access": ("drill access",),
    "certificates init": (
        f"certificates init --config {_CONFIG} --name gw-1.local --name 192.0.2.1 --mqtt",
    ),
    "certificates renew": (f"certificates renew --config {_CONFIG}",),
    "certificates show": (f"certificates show --config {_CONFIG} --json",),
    "people hash-pin": ("people hash-pin",),
}
"""By command, without the program's name before it."""


def shown(command: str) -> str:
    """The examples of a command as text, a line and an empty line each; empty where none is."""
    lines = (f"warehouse-edge {one}" for one in EXAMPLES.get(command, ()))
    return "\n\n".join(["Examples:", *lines]) if command in EXAMPLES else ""
