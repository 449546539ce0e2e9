"""What commands have in common: input that can be wrong, JSON lines out, exit codes.

Exit codes: 0 good, 1 the answer is "no", 2 wrong usage or bad input with one clear line on stderr.
"""

import errno
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import typer

from edge.settings.faults import ConfigurationError

NO = 1
BAD_INPUT = 2
SECONDS_MAX = 31_622_400
"""A year. No clock of the host knows an infinite end."""
LINE_MOST = 1000
"""Characters; our own longest sentence has 400 besides the values that it names."""


def fail(text: str) -> typer.Exit:
    """Say on stderr what is wrong with the input; to be raised. A value of pages is cut."""
    lines = (
        one if len(one) <= LINE_MOST else f"{one[: LINE_MOST // 2]}…{one[-LINE_MOST // 2 :]}"
        for one in text.split("\n")
    )
    typer.echo("\n".join(lines), err=True)
    return typer.Exit(BAD_INPUT)


@contextmanager
def bad_input_told(written: Path | None = None) -> Iterator[None]:
    """Bad files and values inside end the command with their own words and exit code 2.

    Args:
        written: what is written inside; the system does not say where a disk is full.
    """
    try:
        yield
    except ConfigurationError as error:
        raise fail(str(error)) from None
    except ValueError as error:
        raise fail(str(error)) from None
    except BrokenPipeError:  # of who reads the answer, not of the input
        raise
    except OSError as error:
        raise fail(told(error, str(written or "input"))) from None


_REMEDIES = {
    errno.ENOENT: "there is no such file or folder; name the right one",
    errno.ENOTDIR: "a part of this name is a file, and no folder; name the right one",
    errno.EISDIR: "is a folder; name a file",
    errno.EEXIST: "is there already; move it away, or name another one",
    errno.EACCES: "this user has no right to; take its owner's, or change its rights",
    errno.EROFS: "lies on a disk that cannot be written to; name another place",
    errno.ENOSPC: "the disk is full; make room, or name a place on another one",
}


def told(error: OSError, otherwise: str) -> str:
    """What the system says, with how to mend it where that is known.

    Args:
        error: of the system.
        otherwise: what it is about, where the system does not name a file.
    """
    mending = _REMEDIES.get(error.errno or 0, error.strerror or str(error))
    return f"{error.filename or otherwise}: {mending}"


def read_text(file: Path) -> str:
    """The text of a file, `-` for standard input; a byte order mark at its front is passed over.

    Raises:
        ValueError: it is not UTF-8; names the byte.
    """
    try:
        return read_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_utf8(str(file), error) from None


def not_utf8(name: str, error: UnicodeDecodeError) -> ValueError:
    """What is said of a file that was saved otherwise; to be raised."""
    return ValueError(f"{name}: is not UTF-8 text (byte {error.start}); save it as UTF-8")


def read_bytes(file: Path) -> bytes:
    """The bytes of a file, `-` for standard input."""
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def harmless(value: object) -> object:
    """The same without what a terminal would obey: names and reasons come from elsewhere.

    Lists and mappings likewise; JSON needs none of it, it has signs of its own.
    """
    if isinstance(value, str):
        return "".join(one if one.isprintable() or one == "\n" else "\ufffd" for one in value)
    if isinstance(value, Mapping):
        return {name: harmless(one) for name, one in value.items()}
    return [harmless(one) for one in value] if isinstance(value, list) else value


def print_json(value: Mapping[str, object]) -> None:
    """One JSON object on one line."""
    typer.echo(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def json_documents(text: str, name: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The JSON objects of a file: one document, or one a line; each with the words for where.

    Raises:
        ValueError: it is neither; names the line.
    """
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    try:
        whole = _parsed(text)
    except json.JSONDecodeError as error:
        if len(lines) < 2:  # noqa: PLR2004 - one line is a document, not JSON lines
            raise ValueError(f"{name}: is not JSON: {error}") from None
    else:
        yield name, _as_object(whole, name)
        return
    for number, line in lines:
        where = f"{name}:{number}"
        try:
            value = _parsed(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{where}: is not JSON: {error}") from None
        yield where, _as_object(value, where)


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except RecursionError:
        raise json.JSONDecodeError("nested too deeply", text, 0) from None


def _as_object(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"{name}: must be a JSON object")  # noqa: TRY004 - the input is wrong, not our types
    return value
