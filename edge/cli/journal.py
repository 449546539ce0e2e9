"""`warehouse-edge journal`: check it, follow it, export it, rebuild the tables beside it."""

import threading
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.bars import watched
from edge.cli.console import NO, bad_input_told, fail, print_json
from edge.compose.core import STORE_FILE
from edge.model.events import Fact
from edge.settings.floor_file import load_floor
from edge.settings.gateway import load
from edge.store.codec import event_data
from edge.store.database import open_reader
from edge.store.errors import StoreError
from edge.store.reader import JournalReader
from edge.store.rebuilding import rebuild as rebuild_tables
from edge.store.rebuilding import rebuild_and_compare
from edge.store.verifying import verify as verify_store

app = typer.Typer(no_args_is_help=True, help="Check, follow and export the journal.")

Config = Annotated[Path, typer.Option(help="the gateway's TOML file")]
PAGE = 500
PAGE_BYTES = 4_000_000
POLL_S = 0.5
SEQ_MAX = 2**53 - 1
"""The largest number that the protocol knows."""


def store_path(config: Path) -> Path:
    """Where a configuration's journal lies."""
    with bad_input_told():
        return load(config).gateway.data_dir / STORE_FILE


@app.command()
def verify(config: Config = Path("gateway.toml")) -> None:
    """Check every row: checksum chain, gap-free sequence, counts; exit 1 if anything is wrong."""
    path = store_path(config)
    try:
        with closing(open_reader(path)) as connection, watched("verify") as watch:
            report = verify_store(connection, watch)
    except StoreError as error:
        raise fail(str(error)) from None
    print_json(asdict(report))
    if not report.good:
        raise typer.Exit(NO)


@app.command()
def rebuild(
    config: Config = Path("gateway.toml"),
    *,
    check: Annotated[
        bool, typer.Option("--check", help="only compare; exit 1 if anything differs")
    ] = False,
) -> None:
    """Replay the journal and write the tables of the state anew where they differ from it.

    Comparing may be done while the daemon works; rebuilding needs it stopped.
    """
    path = store_path(config)
    with bad_input_told():
        floor = load_floor(load(config).gateway.floor_file)
    try:
        with watched("compare" if check else "rebuild") as watch:
            replay = rebuild_and_compare if check else rebuild_tables
            found = replay(path, floor, watch)
    except StoreError as error:
        raise fail(str(error)) from None
    print_json({"differences": found, "rebuilt": bool(found) and not check})
    if found and check:
        raise typer.Exit(NO)


@app.command()
def export(
    config: Config = Path("gateway.toml"),
    after: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=SEQ_MAX,
            help="only facts above this number; by default all that are kept, those from before "
            "a restore as well",
        ),
    ] = None,
) -> None:
    """Print every fact as a JSON line."""
    path = store_path(config)
    try:
        with (
            closing(JournalReader(path)) as reader,
            watched("export", beside_lines=True) as watch,
        ):
            done = 0
            for facts, left in reader.pages(after, PAGE, PAGE_BYTES):
                for fact in facts:
                    print_json(plain_fact(fact))
                done += len(facts)
                watch(done, done + left)
    except StoreError as error:
        raise fail(str(error)) from None


@app.command()
def tail(config: Config = Path("gateway.toml")) -> None:
    """Print new facts as JSON lines as they come, until Ctrl-C."""
    path = store_path(config)
    pause = threading.Event()
    try:
        with closing(JournalReader(path)) as reader:
            seq = max(0, reader.last_seq() - 10)
            while True:
                seq = _print_from(reader, seq)
                pause.wait(POLL_S)
    except StoreError as error:
        raise fail(str(error)) from None
    except KeyboardInterrupt:
        return


def _print_from(reader: JournalReader, seq: int) -> int:
    """Print all facts above `seq`; the number of the last one."""
    while facts := reader.facts_after(seq, PAGE, PAGE_BYTES):
        for fact in facts:
            print_json(plain_fact(fact))
        seq = facts[-1].seq
    return seq


def plain_fact(fact: Fact) -> dict[str, object]:
    """A fact as the commands print it."""
    return {
        "seq": fact.seq,
        "id": fact.id,
        "epoch": fact.epoch,
        "type": fact.event.type,
        "occurred_us": fact.occurred_us,
        "recorded_us": fact.recorded_us,
        "data": dict(event_data(fact.event)),
    }
