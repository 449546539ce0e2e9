"""`warehouse-edge certificates`: the gateway's own authority, and what it issues."""

import datetime as dt
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.console import NO, bad_input_told, fail
from edge.clock import SystemClock
from edge.daemon.authority import USES, AuthorityError, Issued, begin, issue, issued
from edge.settings.gateway import Settings, load
from edge.web.qr_code import drawn

app = typer.Typer(
    no_args_is_help=True, help="Make, renew and show the gateway's own certificates."
)

Config = Annotated[Path, typer.Option(help="the gateway's TOML file")]
Folder = Annotated[
    Path | None, typer.Option(help="of the authority; by default `certificates` beside the file")
]
RENEW_DAYS = 60
"""Certificates that hold longer are left as they are."""


@app.command()
def init(
    config: Config = Path("gateway.toml"),
    folder: Folder = None,
    name: Annotated[
        list[str] | None,
        typer.Option(help="under which handhelds call the gateway; again for each, host or IP"),
    ] = None,
    *,
    mqtt: Annotated[bool, typer.Option(help="also a client certificate for the broker")] = False,
) -> None:
    """Make the authority and the web server's certificate; says what to write into the file."""
    settings, place, now = _prepared(config, folder)
    host = socket.gethostname()
    names = name or list(dict.fromkeys([host, f"{host.partition('.')[0]}.local", "127.0.0.1"]))
    with _faults_told(place):
        begin(place, names, now)
        if mqtt:
            issue(place, "mqtt", [_client_name(settings)], now)
    typer.echo(f'[web]\ncertificate_file = "{place}/web.pem"\nkey_file = "{place}/web.key"')
    if mqtt:
        typer.echo(f'[mqtt]\ncertificate_file = "{place}/mqtt.pem"\nkey_file = "{place}/mqtt.key"')
    typer.echo(f"write this into {config}; {place}/ca.pem goes to every handheld", err=True)


@app.command()
def renew(
    config: Config = Path("gateway.toml"),
    folder: Folder = None,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="renew those too that hold for long")
    ] = False,
) -> None:
    """Renew what ends within 60 days, for the same names; the web server takes it up by itself."""
    _, place, now = _prepared(config, folder)
    with _faults_told(place):
        for one in issued(place):
            days = (one.ends - now).days
            if one.use not in USES:
                continue
            if force or days < RENEW_DAYS:
                issue(place, one.use, one.names, now)
                typer.echo(f"{one.file}: renewed")
            else:
                typer.echo(f"{one.file}: good for {days} days")


@app.command()
def show(
    config: Config = Path("gateway.toml"),
    folder: Folder = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Print names, dates, fingerprints and a QR code for handhelds; exit 1 if one has ended.

    The QR code is the address of the pages with the fingerprint of the authority behind it. A
    handheld that has to be enrolled takes the code of /setup instead, which is good once.
    """
    settings, place, now = _prepared(config, folder)
    with _faults_told(place):
        found = issued(place)
    rows = [_row(one, now) for one in found]
    if as_json:
        typer.echo(json.dumps(rows))
    else:
        for row in rows:
            typer.echo("{use}: {file}\n  for {for}\n  until {until} ({days} days)".format(**row))
            typer.echo(f"  sha256 {row['sha256']}")
        for address in _addresses(found, settings):
            typer.echo(f"\n{drawn(address)}\n{address}")
    if any(one.ends <= now for one in found):
        raise typer.Exit(NO)


def _addresses(found: list[Issued], settings: Settings) -> list[str]:
    """Where a handheld finds the pages, and by what it knows the authority; none without both."""
    authority = next((one.sha256 for one in found if one.use == "authority"), "")
    names = [one.names[0] for one in found if one.use == "web" and one.names]
    port = settings.web.port
    return [f"https://{name}:{port}/#ca={authority}" for name in names[:1] if authority]


def _row(one: Issued, now: dt.datetime) -> dict[str, object]:
    return {
        "use": one.use,
        "file": str(one.file),
        "for": ", ".join(one.names),
        "until": f"{one.ends:%Y-%m-%d}",
        "days": (one.ends - now).days,
        "sha256": one.sha256,
    }


def _prepared(config: Path, folder: Path | None) -> tuple[Settings, Path, dt.datetime]:
    with bad_input_told():
        settings = load(config)
    now = dt.datetime.fromtimestamp(SystemClock().now_us() / 1e6, dt.UTC)
    return settings, folder or config.resolve().parent / "certificates", now


def _client_name(settings: Settings) -> str:
    gateway = settings.gateway
    return settings.mqtt.client_id or f"{gateway.site}-{gateway.name}"


@contextmanager
def _faults_told(place: Path) -> Iterator[None]:
    with bad_input_told(place):
        try:
            yield
        except AuthorityError as error:
            raise fail(str(error)) from None
