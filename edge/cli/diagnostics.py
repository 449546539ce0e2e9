"""`warehouse-edge diagnostics`: everything that helps to help, in one file, without secrets."""

import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from importlib.metadata import distributions
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.bars import watched
from edge.cli.console import bad_input_told, print_json
from edge.cli.gate import own_gate, own_ready
from edge.cli.journal import plain_fact
from edge.clock import SystemClock
from edge.compose.core import STORE_FILE, VERSION
from edge.compose.doctor import examine
from edge.settings.gateway import Settings, load
from edge.settings.redacting import known_secrets, masked, redacted
from edge.store.database import open_reader
from edge.store.errors import StoreError
from edge.store.reader import JournalReader
from edge.store.verifying import verify

UNIT = "warehouse-edge.service"
LOG_LINES = 5000
FACTS_BYTES_MAX = 64_000_000
Member = tuple[str, str]


def diagnostics(
    config: Annotated[Path, typer.Option(help="the gateway's TOML file")] = Path("gateway.toml"),
    out: Annotated[Path, typer.Option(help="the file to write; must not exist")] = Path(
        "warehouse-edge-diagnostics.zip"
    ),
    log: Annotated[
        Path | None, typer.Option(help="a log file; by default what systemd's journal has")
    ] = None,
    facts: Annotated[
        int, typer.Option(min=0, max=100_000, help="how many of the last facts")
    ] = 200,
) -> None:
    """Pack configuration, health, findings, log and last facts into a zip, with secrets masked.

    Readers and broker are asked as by `doctor`. Secrets of the settings and of the files that they
    name are replaced wherever they stand, and so is what looks like a password, PIN, key or token.
    Badges, order numbers and EPCs stay: look at it before you send it.
    """
    with bad_input_told(out):
        settings = load(config)
        secrets = known_secrets(settings)
        members = {}
        with watched("diagnostics"):
            for name, text in _members(config, settings, log, facts):
                members[name] = redacted(text, secrets)
        _write(out, members)
    print_json({"file": str(out), "members": sorted(members), "bytes": out.stat().st_size})


def _members(config: Path, settings: Settings, log: Path | None, facts: int) -> Iterator[Member]:
    yield "about.json", _pretty(_about())
    yield "configuration/gateway.toml", config.read_text(encoding="utf-8")
    for file in (settings.gateway.floor_file, settings.gateway.exceptions_file):
        yield f"configuration/{file.name}", file.read_text(encoding="utf-8")
    yield "configuration/effective.json", _pretty(masked(settings.model_dump(mode="json")))
    yield (
        "doctor.json",
        _pretty([asdict(one) for one in examine(config, SystemClock(), own_ready)]),
    )
    yield "now.json", _pretty(_now(settings))
    yield "log.txt", log.read_text(encoding="utf-8", errors="replace") if log else _system_log()
    yield from _journal(settings, facts)


def _about() -> dict[str, object]:
    return {
        "version": VERSION,
        "python": sys.version,
        "machine": platform.platform(),
        "processors": os.cpu_count(),
        "clock_us": SystemClock().now_us(),
        "packages": {one.metadata["Name"]: one.version for one in distributions()},
    }


def _now(settings: Settings) -> object:
    """What the running gateway says of itself, or why it says nothing."""
    try:
        return own_gate(settings).look()
    except ValueError as error:
        return {"not_running": str(error)}


def _system_log() -> str:
    """The service's last lines in systemd's journal."""
    journalctl = shutil.which("journalctl")
    if journalctl is None:
        return "there is no journalctl on this machine; name a file with --log\n"
    told = subprocess.run(  # noqa: S603 - a program of the system, arguments of our own
        [journalctl, "--unit", UNIT, "--lines", str(LOG_LINES), "--output", "cat", "--no-pager"],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=60,
    )
    return told.stdout or told.stderr


def _journal(settings: Settings, facts: int) -> Iterator[Member]:
    path = settings.gateway.data_dir / STORE_FILE
    try:
        with closing(open_reader(path)) as connection:
            yield "journal/verify.json", _pretty(asdict(verify(connection)))
        with closing(JournalReader(path)) as reader:
            yield "journal/facts.jsonl", "".join(_last_facts(reader, facts))
    except StoreError as error:
        yield "journal/trouble.txt", f"{error}\n"


def _last_facts(reader: JournalReader, count: int) -> Iterator[str]:
    after = max(0, reader.last_seq() - count)
    for fact in reader.facts_after(after, max(1, count), FACTS_BYTES_MAX):
        yield json.dumps(plain_fact(fact), ensure_ascii=False) + "\n"


def _pretty(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n"


def _write(out: Path, members: dict[str, str]) -> None:
    """Write the file, readable for its owner only.

    Raises:
        OSError: it exists, or cannot be written.
    """
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with (
            os.fdopen(handle, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed,
        ):
            for name, text in members.items():
                packed.writestr(name, text)
    except OSError:
        out.unlink()  # a piece of it helps nobody, and would be in the way next time
        raise
