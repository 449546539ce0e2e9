"""The web server in a thread of its own: start, port, stop."""

import contextlib
import errno
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from edge.web.door import Door, Listener
from edge.web.parts import Parts
from edge.web.patience import PatientProtocol

START_S_MAX = 60.0
GRACE_S = 2
"""How long requests that run may take to end when the server stops."""
STOP_S_MAX = 3.0
BACKLOG = 256
TICKS_OF_A_LOOK = 20
"""Ten ticks of the server are a second; so often it looks whether its certificate was renewed."""

_log = structlog.get_logger("web")


class WebServerError(Exception):
    """The server cannot start; the operator must act."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Certificate chain and private key, both PEM."""

    certificate: Path
    key: Path

    def stamp(self) -> tuple[tuple[int, int], ...]:
        """Changes when either file does; of a file that is missing it is 0."""
        return tuple(
            (one.stat().st_mtime_ns, one.stat().st_ino) if one.exists() else (0, 0)
            for one in (self.certificate, self.key)
        )


class WebServer:
    """Serves one application.

    Args:
        app: from `create_app`.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        tls: for HTTPS; None for plain HTTP.
    """

    def __init__(self, app: FastAPI, host: str, port: int, *, tls: TlsFiles | None = None) -> None:
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None
        self._settled = threading.Event()
        parts: Parts = app.state.parts
        self._door = parts.door
        self._server = _Server(
            uvicorn.Config(
                app,
                loop="edge.web.door:PagesLoop",
                http=PatientProtocol,
                ws="none",  # no page opens one
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE_S,
                ssl_certfile=tls.certificate if tls else None,
                ssl_keyfile=tls.key if tls else None,
            ),
            self._settled.set,
            parts.streams.close,
            tls,
        )
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    @property
    def port(self) -> int:
        """The port that is listened on; before the start the wanted one."""
        return self._port

    def start(self) -> None:
        """Listen, and return when requests are answered.

        Raises:
            WebServerError: the address cannot be listened on, or the certificate cannot be used.
        """
        self._load_certificate()
        try:
            self._socket = _listen(self._host, self._port, self._door)
            self._port = self._socket.getsockname()[1]
        except OSError as error:
            where = f"{self._host} port {self._port}"
            raise WebServerError(f"cannot serve pages on {where}: {_mending(error)}") from error
        self._thread.start()
        if not self._settled.wait(START_S_MAX) or not self._server.started:
            self.stop()
            raise WebServerError(f"the web server did not start within {START_S_MAX:g} s")

    def _load_certificate(self) -> None:
        try:
            self._server.config.load()
        except OSError as error:  # ssl.SSLError is one
            config = self._server.config
            raise WebServerError(
                f"{config.ssl_certfile} and {config.ssl_keyfile} cannot be used as certificate "
                f"and key: {error}; give a pair in PEM form that this user may read"
            ) from error

    def stop(self) -> None:
        """End every stream and request and return, within `STOP_S_MAX`; twice is harmless."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_S_MAX)
        if self._thread.is_alive():
            self._server.force_exit = True

    def _run(self) -> None:
        try:
            with contextlib.suppress(SystemExit):  # uvicorn's way to say that start-up failed
                self._server.run([self._socket] if self._socket else None)
        finally:
            self._settled.set()


class _Server(uvicorn.Server):
    """Tells when it serves, and ends the streams before it waits for them."""

    def __init__(
        self,
        config: uvicorn.Config,
        serving: Callable[[], None],
        close: Callable[[], None],
        tls: TlsFiles | None,
    ) -> None:
        super().__init__(config)
        self._serving = serving
        self._close = close
        self._tls = tls
        self._taken = tls.stamp() if tls else None

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._serving()

    @override
    async def on_tick(self, counter: int) -> bool:
        if self._tls is not None and counter % TICKS_OF_A_LOOK == 0:
            self._take_up(self._tls)
        return await super().on_tick(counter)

    def _take_up(self, tls: TlsFiles) -> None:
        """Show a renewed certificate from the next connection on; those that stand go on.

        A pair that does not fit is being written, or is wrong: the old one stays in use.
        """
        stamp = tls.stamp()
        if stamp == self._taken or self.config.ssl is None:
            return
        self._taken = stamp
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls.certificate, tls.key)
            self.config.ssl.load_cert_chain(tls.certificate, tls.key)
        except OSError as error:  # ssl.SSLError is one
            _log.warning("changed certificate not taken up", error=str(error))
        else:
            _log.info("renewed certificate taken up", file=str(tls.certificate))

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._close()
        await super().shutdown(sockets)


def _listen(host: str, port: int, door: Door) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = Listener(family, kind, protocol)
    listener.door = door
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)  # noqa: FBT003 - the name of the argument is not ours
    return listener


def _mending(error: OSError) -> str:
    """Why it cannot be listened, with what to change where that is known."""
    remedy = {
        errno.EADDRINUSE: "another program listens there; stop it, or set another web.port",
        errno.EADDRNOTAVAIL: "this machine has no such address; set web.host to one that it has",
        errno.EACCES: "this user may not listen there; set a web.port of 1024 or more",
    }
    return remedy.get(error.errno or 0, str(error))
