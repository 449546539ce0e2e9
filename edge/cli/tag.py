"""`warehouse-edge tag`: read, write, lock and kill single tags on any LLRP reader."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from drivers import tag_work
from drivers.tag_look import Tag, Work, look, only
from drivers.tags import Bank, LockField, LockHow
from edge.cli import tag_words as words
from edge.cli.commission import commission
from edge.cli.console import NO, bad_input_told, fail, print_json
from edge.compose.tags import ReaderAbsentError, TagBench, tag_bench

app = typer.Typer(
    no_args_is_help=True,
    help="Work on single tags: read, write, lock, kill, commission. JSON lines; exit code 1 "
    "where it was not done.",
)
app.command()(commission)


@contextmanager
def bench_at(address: str, antenna: int, power: float | None, wait: float) -> Iterator[TagBench]:
    """A reader to work with; why there is none is told, with exit code 1, or 2 for an address."""
    with bad_input_told():
        try:
            with tag_bench(address, (antenna,) if antenna else (), power, wait) as bench:
                yield bench
        except ReaderAbsentError as error:
            raise words.absent(address, str(error)) from None


def _tag(found: Work) -> Tag:
    """The one tag that was found; otherwise it is told why there is none."""
    if not found.done or found.tag is None:
        words.tell(found)
        raise typer.Exit(NO)
    return found.tag


@app.command()
def read(  # noqa: PLR0913 - one argument for each option
    address: words.Address,
    *,
    epc: words.Epc = "",
    tid: words.Tid = "",
    bank: Annotated[str, typer.Option(help="reserved, epc, tid or user")] = "",
    word: Annotated[int, typer.Option(min=0, max=65535, help="first word, of 16 bits")] = 0,
    count: Annotated[int, typer.Option(min=1, max=255, help="words")] = 1,
    password: words.Password = "",
    antenna: words.Antenna = 0,
    power: words.Power = None,
    wait: words.Wait = 10.0,
) -> None:
    """Tell EPC and TID of every tag that answers, or words of one tag's memory."""
    with bad_input_told():
        wanted = words.wanted_of(epc, tid, antenna)
        place = Bank(words.chosen(bank or "epc", words.BANKS))
        secret = words.password_of(password)
    with bench_at(address, antenna, power, wait) as bench:
        if not bank:
            found = bench.do(look(wanted))
            for one in found.tags:
                print_json({"epc": one.epc, "tid": one.tid, "antenna": one.antenna})
            if not found.tags:
                words.tell(found.trouble)
            return
        tag = _tag(bench.do(only(wanted, exact=False)))
        work = bench.do(tag_work.read(tag, place, word, count, password=secret))
        words.tell(work, bank=bank, word=word, hex=work.data.hex())


@app.command()
def write(  # noqa: PLR0913 - one argument for each option
    address: words.Address,
    *,
    to: Annotated[str, typer.Option(help="the new EPC: hex, tag URI or GS1 key")] = "",
    epc: words.Epc = "",
    tid: words.Tid = "",
    bank: Annotated[str, typer.Option(help="write --hex there instead of an EPC")] = "",
    word: Annotated[int, typer.Option(min=0, max=65535, help="first word, of 16 bits")] = 0,
    hex_: Annotated[str, typer.Option("--hex", help="whole words for --bank")] = "",
    password: words.Password = "",
    blocks: Annotated[bool, typer.Option(help="by block writes")] = False,
    antenna: words.Antenna = 0,
    power: words.Power = None,
    wait: words.Wait = 10.0,
) -> None:
    """Give a tag another EPC, or write words of its memory; then read them back.

    Without --epc and --tid just one tag may be there.
    """
    with bad_input_told():
        wanted = words.wanted_of(epc, tid, antenna)
        secret = words.password_of(password)
        if bool(to) == bool(bank):
            raise ValueError("give --to EPC, or --bank with --hex")
        place = Bank(words.chosen(bank or "epc", words.BANKS))
        data = _whole_words(hex_) if bank else bytes.fromhex(words.epc_hex(to))
    with bench_at(address, antenna, power, wait) as bench:
        tag = _tag(bench.do(only(wanted)))
        if bank:
            work = bench.do(
                tag_work.write(tag, place, word, data, passwords=(secret,), blocks=blocks)
            )
            words.tell(work, bank=bank, word=word, hex=hex_.lower())
            return
        work = bench.do(tag_work.write_epc(tag, data.hex(), secret, blocks=blocks))
        words.tell(work, before=tag.epc)


@app.command()
def lock(  # noqa: PLR0913 - one argument for each option
    address: words.Address,
    fields: Annotated[
        list[str], typer.Argument(help="epc, user, tid, access-password, kill-password")
    ],
    *,
    how: Annotated[
        str, typer.Option(help="lock, unlock, lock-for-ever or unlock-for-ever")
    ] = "lock",
    epc: words.Epc = "",
    tid: words.Tid = "",
    password: words.Password = "",
    antenna: words.Antenna = 0,
    power: words.Power = None,
    wait: words.Wait = 10.0,
) -> None:
    """Say what may be written without the tag's access password, or ever."""
    with bad_input_told():
        wanted = words.wanted_of(epc, tid, antenna)
        way = LockHow(words.chosen(how, words.HOWS))
        changes = tuple((way, LockField(words.chosen(one, words.FIELDS))) for one in fields)
        secret = words.password_of(password)
    with bench_at(address, antenna, power, wait) as bench:
        tag = _tag(bench.do(only(wanted)))
        words.tell(bench.do(tag_work.lock(tag, changes, secret)), fields=fields, how=how)


@app.command("password")
def password_command(  # noqa: PLR0913 - one argument for each option
    address: words.Address,
    which: Annotated[str, typer.Argument(help="access or kill")],
    *,
    new: Annotated[
        str,
        typer.Option(prompt="new password, 8 hex digits", hide_input=True, help="8 hex digits"),
    ],
    epc: words.Epc = "",
    tid: words.Tid = "",
    password: words.Password = "",
    antenna: words.Antenna = 0,
    power: words.Power = None,
    wait: words.Wait = 10.0,
) -> None:
    """Give a tag another access or kill password; it is asked for where --new is left out."""
    with bad_input_told():
        wanted = words.wanted_of(epc, tid, antenna)
        field = LockField(words.chosen(f"{which}-password", words.FIELDS))
        old, secret = words.password_of(password), words.password_of(new)
    with bench_at(address, antenna, power, wait) as bench:
        tag = _tag(bench.do(only(wanted)))
        words.tell(bench.do(tag_work.set_password(tag, field, secret, old)), which=which)


@app.command()
def kill(  # noqa: PLR0913 - one argument for each option
    address: words.Address,
    *,
    epc: words.Epc = "",
    tid: words.Tid = "",
    kill_password: Annotated[
        str, typer.Option(prompt="kill password, 8 hex digits", hide_input=True)
    ] = "",
    confirm: Annotated[str, typer.Option(help="the EPC of the tag once more")] = "",
    for_ever: Annotated[
        bool, typer.Option("--yes-kill-for-ever", help="it never answers again")
    ] = False,
    antenna: words.Antenna = 0,
    power: words.Power = None,
    wait: words.Wait = 10.0,
) -> None:
    """Silence a tag for ever, after two confirmations: its EPC typed, and a yes.

    Without a terminal both are options.
    """
    if not (epc or tid):
        raise fail("name the tag by --epc or --tid; none is killed because it happens to be there")
    with bad_input_told():
        wanted = words.wanted_of(epc, tid, antenna)
        secret = words.password_of(kill_password)
    with bench_at(address, antenna, power, wait) as bench:
        tag = _tag(bench.do(only(wanted)))
        typed = confirm or typer.prompt(f"type the EPC of the tag to be killed ({tag.epc})")
        if words.epc_hex(typed) != tag.epc:
            raise ValueError(f"{typed} is not the EPC of this tag, {tag.epc}; nothing was done")
        sure = for_ever or typer.confirm(f"kill {tag.epc} for ever?")
        if not sure:
            words.tell(Work("refused", "not confirmed; nothing was done", tag))
        words.tell(bench.do(tag_work.kill(tag, secret)))


def _whole_words(text: str) -> bytes:
    """Words from hex.

    Raises:
        ValueError: no hex, or no whole words.
    """
    try:
        data = bytes.fromhex(text)
    except ValueError as error:
        raise ValueError(f"--hex {text}: is not hex") from error
    if not data or len(data) % 2:
        raise ValueError(f"--hex {text}: words have 4 hex digits each, at least one is wanted")
    return data
