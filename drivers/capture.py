"""Captures: what devices sent, byte for byte with its times, in files that survive a crash.

A capture is a folder with files `capture-000001.wec`, `capture-000002.wec` and so on; a full file
is followed by the next. A file begins with `MAGIC` and goes on with records, big-endian:

| bytes | meaning                                                        |
|-------|----------------------------------------------------------------|
| 4     | n, length of the body                                          |
| 4     | CRC-32 of the body                                             |
| 4     | CRC-32 of the eight bytes before                               |
| 1     | kind: 1 opened, 2 received, 3 lost                             |
| 8     | monotonic microseconds of arrival, signed                      |
| 8     | UTC microseconds since 1970, signed                            |
| 1     | m, length of the device's name                                 |
| m     | the device's name, UTF-8                                       |
| rest  | the protocol, the bytes received, or the reason of the loss    |

Records are only ever added. A crash leaves at most an unfinished record at the end of the last
file: that is told and passed over. Anything else that is not as it was written is damage, and a
damaged capture is refused.
"""

import errno
import os
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from zlib import crc32

from typing_extensions import override

from drivers.clock import Clock
from drivers.tap import Tap

MAGIC = b"WECAP\x01\r\n"
NAME = "capture-{:06}.wec"
FILE_BYTES_MAX = 64 << 20
TOTAL_BYTES_MAX = 4 << 30
BODY_BYTES_MAX = 16 << 20
"""A read of a socket gives far less; a length above it is damage."""
_HEAD = struct.Struct("!III")
_BODY = struct.Struct("!BqqB")
_NAME_BYTES_MAX = 255


class Kind(IntEnum):
    """What a record tells."""

    OPENED = 1
    RECEIVED = 2
    LOST = 3


class CaptureError(ValueError):
    """A capture cannot be written or read; the sentence names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Record:
    """One happening on a wire.

    Attributes:
        device: its name in the configuration.
        monotonic_us: to measure spans by.
        utc_us: what the gateway's clock said.
        data: the protocol ("llrp", "serial"), the bytes, or the reason, by `kind`.
    """

    kind: Kind
    device: str
    monotonic_us: int
    utc_us: int
    data: bytes

    def encode(self) -> bytes:
        """As it stands in the file."""
        name = self.device.encode()[:_NAME_BYTES_MAX]
        head = _BODY.pack(self.kind, self.monotonic_us, self.utc_us, len(name))
        body = head + name + self.data
        begin = struct.pack("!II", len(body), crc32(body))
        return begin + struct.pack("!I", crc32(begin)) + body


_REMEDIES = {
    errno.ENOSPC: "the disk is full; make room, or name a folder on another one",
    errno.EEXIST: "is there and is no folder; name a new one",
    errno.ENOTDIR: "a part of this name is a file, and no folder; name another one",
    errno.ENOENT: "no folder can be made there; name another one",
    errno.EACCES: "this user may not write there; name another folder",
    errno.EROFS: "lies on a disk that cannot be written to; name another folder",
}


def _mending(error: OSError) -> str:
    """What the system says, with how to mend it where that is known."""
    return _REMEDIES.get(error.errno or 0, error.strerror or str(error))


class CaptureWriter(Tap):
    """Writes a capture; thread-safe.

    Args:
        folder: made if it is missing; must not hold a capture yet.
        clock: stamps the records.
        file_bytes_max: after which the next file begins.
        total_bytes_max: after which nothing more is written, see `fault`.

    Raises:
        CaptureError: the folder holds a capture already, or cannot be written.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        file_bytes_max: int = FILE_BYTES_MAX,
        total_bytes_max: int = TOTAL_BYTES_MAX,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._file_bytes_max = file_bytes_max
        self._total_bytes_max = total_bytes_max
        self._lock = threading.Lock()
        self._in_file = 0
        self.files = 0
        self.records = 0
        self.bytes = 0
        """Bytes of all files."""
        self.fault = ""
        """Why nothing more is written; empty while all is well."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.glob("capture-*.wec")):
                raise CaptureError(f"{folder}: holds a capture already; name a new folder")
            self._file = self._next_file()
        except OSError as error:
            raise CaptureError(f"{folder}: {_mending(error)}") from error

    @override
    def opened(self, device: str, protocol: str) -> None:
        """A connection begins."""
        self._write(Kind.OPENED, device, protocol.encode())

    @override
    def received(self, device: str, data: bytes) -> None:
        """Bytes came."""
        self._write(Kind.RECEIVED, device, data)

    @override
    def lost(self, device: str, reason: str) -> None:
        """A connection is over."""
        self._write(Kind.LOST, device, reason.encode())

    def sync(self) -> None:
        """Have everything on the disk."""
        with self._lock:
            if not self.fault:
                os.fsync(self._file)

    def close(self) -> None:
        """Have everything on the disk and let the file go."""
        self.sync()
        with self._lock:
            self.fault = self.fault or "the capture is closed"
            os.close(self._file)

    def _write(self, kind: Kind, device: str, data: bytes) -> None:
        with self._lock:
            if self.fault:
                return
            clock = self._clock
            record = Record(kind, device, clock.monotonic_us(), clock.now_us(), data).encode()
            if self.bytes + len(record) > self._total_bytes_max:
                self.fault = f"the capture is full with {self.bytes} bytes"
                return
            try:
                self._append(record)
            except OSError as error:
                self.fault = f"{self._folder}: {_mending(error)}"

    def _append(self, record: bytes) -> None:
        if self._in_file + len(record) > self._file_bytes_max and self._in_file > len(MAGIC):
            os.fsync(self._file)
            os.close(self._file)
            self._file = self._next_file()
        self._put(record)
        self.records += 1

    def _next_file(self) -> int:
        path = self._folder / NAME.format(self.files + 1)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self.files += 1
        self._in_file = 0
        self._put(MAGIC)
        return self._file

    def _put(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        self._in_file += len(data)
        self.bytes += len(data)


class CaptureReader:
    """Reads a capture, checking every byte.

    Attributes:
        cut_bytes: of an unfinished record at the end, known when all records were read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.cut_bytes = 0

    def records(self) -> Iterator[Record]:
        """Every record in the order of writing.

        Raises:
            CaptureError: there is no capture, a file is missing, or something is damaged.
        """
        paths = sorted(self._folder.glob("capture-*.wec"))
        if not paths:
            raise CaptureError(f"{self._folder}: holds no capture (no file capture-000001.wec)")
        for number, path in enumerate(paths, 1):
            if path.name != NAME.format(number):
                missing = NAME.format(number)
                raise CaptureError(f"{self._folder}: {missing} is missing; copy the whole folder")
        for path in paths:
            yield from self._of_file(path, is_last=path == paths[-1])

    def _of_file(self, path: Path, *, is_last: bool) -> Iterator[Record]:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CaptureError(f"{path}: {error.strerror or error}") from error
        if not data.startswith(MAGIC):
            if is_last and MAGIC.startswith(data):
                self.cut_bytes = len(data)
                return
            raise CaptureError(f"{path}: is no capture of this version")
        at = len(MAGIC)
        while at < len(data):
            end = _end_of(data, at, path)
            if end > len(data):
                if not is_last:
                    raise _damage(path, at, "its end is missing, though another file follows")
                self.cut_bytes = len(data) - at
                return
            yield _record(data, at, end, path)
            at = end


def _end_of(data: bytes, at: int, path: Path) -> int:
    """The end of the record at `at`; beyond the data where the record is not whole."""
    if at + _HEAD.size > len(data):
        return at + _HEAD.size
    length, _, check = _HEAD.unpack_from(data, at)
    if crc32(data[at : at + 8]) != check or not _BODY.size <= length <= BODY_BYTES_MAX:
        raise _damage(path, at, "the head of a record is not as it was written")
    return at + _HEAD.size + int(length)


def _record(data: bytes, at: int, end: int, path: Path) -> Record:
    body = data[at + _HEAD.size : end]
    if crc32(body) != _HEAD.unpack_from(data, at)[1]:
        raise _damage(path, at, "a record is not as it was written")
    kind, monotonic_us, utc_us, name_length = _BODY.unpack_from(body)
    name_end = _BODY.size + name_length
    try:
        name = body[_BODY.size : name_end].decode()
        return Record(Kind(kind), name, monotonic_us, utc_us, body[name_end:])
    except ValueError as error:
        raise _damage(path, at, f"a record has no meaning: {error}") from error


def _damage(path: Path, at: int, reason: str) -> CaptureError:
    return CaptureError(f"{path}: damaged at byte {at}: {reason}")
