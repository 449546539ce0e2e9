"""A stable name for a terminal whose own name changes with each start."""

import contextlib
import os
from pathlib import Path


def point(link: Path, terminal: str) -> None:
    """Let the link point to the terminal; what it pointed to before is forgotten at once.

    Raises:
        FileExistsError: something that is no link stands there.
        OSError: the link cannot be made.
    """
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.exists() and not link.is_symlink():
        raise FileExistsError(f"{link} is there and is no link")
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    fresh.symlink_to(terminal)
    fresh.replace(link)


def take_away(link: Path, terminal: str) -> None:
    """Remove the link if it still points to the terminal."""
    if link.is_symlink() and link.readlink() == Path(terminal):
        link.unlink()
