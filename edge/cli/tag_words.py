"""What people type to name tags, memory and passwords, and what they are told of work on them."""

import re
from typing import Annotated

import typer

from drivers.tag_look import Wanted, Work
from drivers.tags import Bank, LockField, LockHow
from edge.cli.console import NO, SECONDS_MAX, fail, print_json
from edge.gs1.epc import describe

_HEX = re.compile(r"(?:[0-9A-Fa-f]{4}){1,31}")
_PASSWORD = re.compile(r"[0-9A-Fa-f]{8}")
PASSWORD_VARIABLE = "WAREHOUSE_EDGE_TAG_PASSWORD"  # noqa: S105 - the name of a variable

Address = Annotated[
    str, typer.Argument(help="llrp://HOST[:PORT] or llrps://HOST[:PORT][?sha256=PIN]")
]
Epc = Annotated[str, typer.Option("--epc", help="the tag that bears this EPC: hex, URI, GS1 key")]
Tid = Annotated[str, typer.Option("--tid", help="the tag with this TID, hex")]
Antenna = Annotated[int, typer.Option(min=0, help="antenna port; 0 for all")]
Power = Annotated[float | None, typer.Option(min=0, max=33, help="transmit power in dBm")]
Wait = Annotated[
    float, typer.Option(min=0.1, max=SECONDS_MAX, help="seconds to wait for the reader")
]
Password = Annotated[
    str,
    typer.Option(
        envvar=PASSWORD_VARIABLE,
        help="the tag's access password, 8 hex digits; better in the variable than typed here",
    ),
]

BANKS = {one.name.lower(): one for one in Bank}
FIELDS = {one.name.lower().replace("_", "-"): one for one in LockField}
HOWS = {one.name.lower().replace("_", "-"): one for one in LockHow}


def epc_hex(text: str, company_prefix_length: int | None = None) -> str:
    """An EPC as lower-case hex from any form that it is written in.

    Raises:
        ValueError: no such form.
    """
    plain = text.strip()
    if _HEX.fullmatch(plain):
        return plain.lower()
    found = describe(plain, company_prefix_length=company_prefix_length).epc_hex
    if found is None:
        raise ValueError(f"{plain} names a kind of thing, not a single one: add its serial number")
    return found


def password_of(text: str) -> int:
    """A password from its 8 hex digits; empty is the zero password of a new tag.

    Raises:
        ValueError: something else; the text itself is not told.
    """
    if not text:
        return 0
    if not _PASSWORD.fullmatch(text):
        raise ValueError("a tag's password has 8 hex digits")
    return int(text, 16)


def wanted_of(epc: str, tid: str, antenna: int) -> Wanted:
    """Which tag is meant.

    Raises:
        ValueError: EPC or TID cannot be one, or both are given.
    """
    if epc and tid:
        raise ValueError("name the tag by --epc or by --tid, not by both")
    if tid and not _HEX.fullmatch(tid):
        raise ValueError(f"--tid {tid}: a TID has hex digits, a multiple of 4")
    return Wanted(epc_hex(epc) if epc else "", tid.lower(), antenna)


def chosen(name: str, among: dict[str, Bank] | dict[str, LockField] | dict[str, LockHow]) -> int:
    """The number of a name.

    Raises:
        ValueError: there is no such name; tells which there are.
    """
    if name not in among:
        raise ValueError(f"no {name}; there are {', '.join(among)}")
    return int(among[name])


def tell(work: Work, before: str = "", **more: object) -> None:
    """Print what became of work as a JSON line; exit code 1 unless it is done.

    Raises:
        typer.Exit: it is not done.
    """
    line: dict[str, object] = {"done": work.done, "code": str(work.code), "text": work.text}
    if work.tag is not None:
        line |= {"epc": work.tag.epc, "tid": work.tag.tid}
    if before:
        line["before"] = before
    print_json({**line, **more})
    if not work.done:
        raise typer.Exit(NO)


def absent(address: str, reason: str) -> typer.Exit:
    """Say that the reader does not answer; to be raised."""
    fail(f"{address}: {reason}")
    return typer.Exit(NO)
