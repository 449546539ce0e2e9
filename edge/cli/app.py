"""`warehouse-edge`: every command, each in a file of its own."""

from pathlib import Path
from typing import Annotated

import typer

from edge import log
from edge.cli import backup, config, drill, epc, journal, people, plan, tag
from edge.cli.capture import record, replay
from edge.cli.console import bad_input_told, fail
from edge.cli.decode import decode
from edge.cli.demo import demo
from edge.cli.discover import discover
from edge.cli.doctor import doctor
from edge.cli.locate import calibrate, locate
from edge.cli.protocol import protocol
from edge.cli.read import read
from edge.cli.top import top
from edge.compose.checking import check_files
from edge.compose.gateway import build
from edge.settings.faults import ConfigurationError
from edge.settings.gateway import load
from edge.store.errors import StoreError
from edge.web.server import WebServerError
from edge.web.sessions import SessionKeyError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Edge software for RFID warehouses: reads, locates, plans, guides, verifies, delivers.",
)
app.add_typer(config.app, name="config")
app.add_typer(epc.app, name="epc")
app.add_typer(journal.app, name="journal")
app.add_typer(people.app, name="people")
app.add_typer(plan.app, name="plan")
app.add_typer(backup.app, name="backup")
app.add_typer(drill.app, name="drill")
app.add_typer(tag.app, name="tag")
app.command()(decode)
app.command()(read)
app.command()(discover)
app.command()(record)
app.command()(replay)
app.command()(locate)
app.command()(calibrate)
app.command()(protocol)
app.command()(demo)
app.command()(doctor)
app.command()(top)


@app.command()
def run(
    config_file: Annotated[
        Path, typer.Option("--config", help="the gateway's TOML file; see config/gateway.toml")
    ],
) -> None:
    """Run the gateway in the foreground until SIGTERM or Ctrl-C."""
    with bad_input_told():
        faults = check_files(config_file)
        if faults:
            raise ConfigurationError(faults)
        settings = load(config_file)
        log.configure(settings.log.level)
        try:
            build(settings).run()
        except (StoreError, WebServerError, SessionKeyError) as error:
            raise fail(str(error)) from None


def main() -> None:
    """The entry point of `warehouse-edge`."""
    app()
