"""A mosquitto of our own on loopback, for demonstrations and exercises."""

import shutil
import socket
from pathlib import Path

from edge.daemon.children import Child

PROGRAM = "mosquitto"


def broker_path() -> str | None:
    """Where mosquitto is; Debian keeps it outside an ordinary user's PATH."""
    return shutil.which(PROGRAM) or shutil.which(PROGRAM, path="/usr/sbin:/usr/local/sbin")


def free_port(wanted: int = 0) -> int:
    """`wanted` if nobody listens there on loopback, else a free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("there is no free port on the loopback address")


def broker(
    name: str, program: str, port: int, folder: Path, log_dir: Path, *, restart: bool
) -> Child:
    """A broker as a child that is not started; keeps what it must in `folder`.

    Args:
        name: for messages and its log.
        program: full path of mosquitto.
        port: on loopback.
        folder: made where it is missing.
        log_dir: for its log.
        restart: whether it is started again when it dies by itself.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
        "user root\n"  # only minded when root starts it: otherwise it could not write its folder
        f"persistence_location {folder}/\nautosave_interval 1\nmax_queued_messages 0\n",
        encoding="utf-8",
    )
    return Child(name, [program, "-c", str(config)], log_dir, restart=restart)
