"""One TCP connection to a reader, plain or with TLS, on a socket that never blocks.

| state      | goes on when            | to                                   |
|------------|-------------------------|--------------------------------------|
| connecting | the socket is writable  | shaking hands, or open without TLS   |
| shaking    | bytes come, or can go   | open                                 |
| open       | never                   | `ConnectionLostError` is its end     |
"""

import errno
import hashlib
import os
import socket
import ssl
from typing import Self

from drivers.llrp.names import Address
from drivers.llrp.settings import LlrpSettings

Socket = socket.socket
_RECEIVE_BYTES = (
    1 << 16
)  # a larger buffer is mapped anew for each call, which costs more than reading
_UNSENT_MOST = 1 << 16
_PLAIN_REASONS = {"WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "WRONG_SSL_VERSION"}
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

CERTIFICATE_UNKNOWN = "TLS: the reader's certificate is not"
"""So begins what is said of a reader that shows another certificate than it should."""


class ConnectionLostError(Exception):
    """The connection is of no more use; the device, its cable or its certificate is at fault."""


class AbsentError(ConnectionLostError):
    """There was no connection at all: nobody listens, or no way leads there."""


class Connection:
    """One connection; its owner watches `socket` and calls when it can be read or written.

    Attributes:
        socket: what the selector has to watch.
        wants_write: whether it has to be watched for being writable.
        made: TCP is connected; TLS may still be shaking hands.
        ready: bytes of LLRP can be sent and received.
    """

    def __init__(self, settings: LlrpSettings, own: socket.socket) -> None:
        self.socket = own
        self.wants_write = True
        self.made = False
        self.ready = False
        self._settings = settings
        self._shaking: ssl.SSLSocket | None = None
        self._unsent = b""

    @classmethod
    def to(cls, settings: LlrpSettings, where: Address) -> Self:
        """Begin to connect.

        Raises:
            AbsentError: that was refused at once.
        """
        family, address = where
        try:
            own = socket.socket(family, socket.SOCK_STREAM)
        except OSError as fault:  # no file descriptors left
            raise AbsentError(f"no socket: {fault.strerror}") from fault
        own.settimeout(0)
        code = own.connect_ex(address)
        if code not in {0, errno.EINPROGRESS}:
            own.close()
            raise AbsentError(f"no TCP connection: {errno.errorcode.get(code, code)}")
        return cls(settings, own)

    def close(self) -> None:
        """Let go of the socket."""
        self.socket.close()

    def go_on(self) -> None:
        """The socket can be read or written: connect and shake hands as far as that goes.

        Raises:
            ConnectionLostError: there will be no connection.
        """
        if not self.made:
            self._connected()
        elif self._shaking is not None:
            self._shake(self._shaking)

    @property
    def plain(self) -> bool:
        """Whether its socket's own bytes are those of LLRP, without TLS around them."""
        return self.ready and self._settings.tls is None

    def receive(self) -> bytes:
        """What has come; empty if that was nothing yet.

        Raises:
            ConnectionLostError: nothing more will come.
        """
        try:
            data = self._receive()
        except _NOT_NOW:
            return b""
        except OSError as fault:
            raise ConnectionLostError(f"connection lost: {fault.strerror or fault}") from fault
        if not data:
            ended(0)
        return data

    def send(self, data: bytes) -> None:
        """Send as much as the socket takes and keep the rest until it is writable.

        Raises:
            ConnectionLostError: nothing more can be sent.
        """
        self._unsent += data
        try:
            sent = self.socket.send(self._unsent) if self._unsent else 0
        except _NOT_NOW:
            sent = 0
        except OSError as fault:
            raise ConnectionLostError(f"connection lost: {fault.strerror or fault}") from fault
        self._unsent = self._unsent[sent:]
        self.wants_write = bool(self._unsent)
        if len(self._unsent) > _UNSENT_MOST:
            raise ConnectionLostError("the reader takes no more bytes")

    def _receive(self) -> bytes:
        """With TLS also what lies decrypted already, for no selector tells of that."""
        data = self.socket.recv(_RECEIVE_BYTES)
        if isinstance(self.socket, ssl.SSLSocket):
            while len(data) < _RECEIVE_BYTES and self.socket.pending():
                data += self.socket.recv(_RECEIVE_BYTES)
        return data

    def _connected(self) -> None:
        code = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise AbsentError(f"no TCP connection: {errno.errorcode.get(code, code)}")
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.made = True
        self.wants_write = False
        if self._settings.tls is None:
            self.ready = True
            return
        try:
            self._shaking = self._settings.tls.wrap_socket(
                self.socket, server_hostname=self._settings.host, do_handshake_on_connect=False
            )
        except (OSError, ValueError) as fault:
            raise ConnectionLostError(f"TLS: {fault}") from fault
        self.socket = self._shaking
        self._shake(self._shaking)

    def _shake(self, secured: ssl.SSLSocket) -> None:
        try:
            secured.do_handshake()
        except ssl.SSLWantReadError:
            self.wants_write = False
        except ssl.SSLWantWriteError:
            self.wants_write = True
        except OSError as fault:  # also what TLS itself raises
            raise ConnectionLostError(_tls_words(fault)) from fault
        else:
            self._check_pin(secured)
            self._shaking = None
            self.wants_write = False
            self.ready = True

    def _check_pin(self, secured: ssl.SSLSocket) -> None:
        wanted = self._settings.certificate_sha256.lower()
        found = hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()
        if wanted and found != wanted:
            raise ConnectionLostError(
                f"{CERTIFICATE_UNKNOWN} the pinned one; its SHA-256 is {found}"
            )


def ended(error: int) -> None:
    """No bytes came: of what that is the end.

    Args:
        error: its number; 0 where the other side has ended the connection.

    Raises:
        ConnectionLostError: nothing more will come, unless it is only that nothing has come yet.
    """
    if error == 0:
        raise ConnectionLostError("the reader closed the TCP connection")
    if error not in {errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR}:
        raise ConnectionLostError(f"connection lost: {os.strerror(error)}")


def _tls_words(fault: OSError) -> str:
    """Why there is no TLS, in words for whoever set the reader up."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"{CERTIFICATE_UNKNOWN} trusted: {fault.verify_message}"
    if isinstance(fault, ssl.SSLError) and fault.reason in _PLAIN_REASONS:
        return "TLS: the reader answers in plain text; switch its TLS on, or take the plain port"
    if isinstance(fault, ssl.SSLEOFError | ConnectionError):
        return "TLS: the reader ended the connection; another client or no TLS on this port"
    return f"TLS: {fault}"
