"""Handhelds that are known: enrolled with a code that an administrator shows them, once.

An administrator asks for a code; it is shown as a QR code for some minutes, opens this one door
and then nothing. The handheld gets a sealed token of its own that no script can read. It says
which device asks, not who: a badge and a PIN are still wanted. What is enrolled is one row in a
file beside the session key; a row that is taken out makes the token worthless.
"""

import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.fernet import MultiFernet

from edge.clock import Clock
from edge.web.sealing import opened, sealed

CODE_MINUTES = 10
CODES_MAX = 16
DEVICES_MAX = 1_000
COOKIE_DAYS = 400
"""The longest that browsers keep a cookie."""
LOCK_SUBJECT = "of an enrolment"
"""Counts guesses; no badge can be called so."""
_CODE_BYTES = 16
_PURPOSE = "device"
_TOKEN_LENGTH_MAX = 512


class DevicesFullError(Exception):
    """No more codes, or no more devices; somebody has to forget some."""


@dataclass(frozen=True, slots=True)
class Device:
    """One enrolled handheld.

    Attributes:
        by: the badge of the administrator who had it enrolled.
        enrolled_us: UTC microseconds.
    """

    id: str
    name: str
    by: str
    enrolled_us: int


@dataclass(frozen=True, slots=True)
class _Invitation:
    name: str
    by: str
    until_us: int


class Devices:
    """Thread-safe.

    Args:
        path: of the file; made with the first device.
        key: seals the tokens.
        clock: its UTC time dates enrolments, its monotonic time lets codes run out.
    """

    def __init__(self, path: Path, key: MultiFernet, clock: Clock) -> None:
        self._path = path
        self._key = key
        self._clock = clock
        self._lock = threading.Lock()
        self._invited: dict[bytes, _Invitation] = {}
        self._devices = {one.id: one for one in _read(path)}

    def all(self) -> list[Device]:
        """Every device, in the order of their names."""
        with self._lock:
            return sorted(self._devices.values(), key=lambda one: (one.name, one.id))

    def invite(self, name: str, by: str) -> str:
        """A code for one device, good for `CODE_MINUTES`.

        Raises:
            DevicesFullError: too many codes wait, or there are too many devices.
        """
        code = secrets.token_urlsafe(_CODE_BYTES)
        now_us = self._clock.monotonic_us()
        with self._lock:
            self._invited = {
                digest: one for digest, one in self._invited.items() if one.until_us > now_us
            }
            if len(self._invited) >= CODES_MAX or len(self._devices) >= DEVICES_MAX:
                raise DevicesFullError
            self._invited[_digest(code)] = _Invitation(
                name, by, now_us + CODE_MINUTES * 60_000_000
            )
        return code

    def enrol(self, code: str) -> tuple[Device, str] | None:
        """The device of a code, and its token; None where the code is wrong, used or too old.

        Raises:
            OSError: it cannot be written; then the code is still good.
        """
        digest = _digest(code)
        with self._lock:
            found = next((one for one in self._invited if hmac.compare_digest(one, digest)), None)
            invited = self._invited[found] if found is not None else None
            if found is None or invited is None:
                return None
            if invited.until_us <= self._clock.monotonic_us():
                return None
            device = Device(secrets.token_hex(8), invited.name, invited.by, self._clock.now_us())
            self._write({**self._devices, device.id: device})
            del self._invited[found]
        return device, sealed(self._key, {_PURPOSE: device.id})

    def forget(self, device_id: str) -> bool:
        """Take a device out; whether it was there.

        Raises:
            OSError: it cannot be written; then it is still known.
        """
        with self._lock:
            if device_id not in self._devices:
                return False
            self._write({key: one for key, one in self._devices.items() if key != device_id})
            return True

    def of(self, token: str | None) -> Device | None:
        """The device of a token; None for one that is forged or forgotten."""
        content = opened(self._key, token, _TOKEN_LENGTH_MAX) if token is not None else None
        if content is None:
            return None
        with self._lock:
            return self._devices.get(content.get(_PURPOSE, ""))

    def _write(self, devices: Mapping[str, Device]) -> None:
        """Put the file in its place in one step, then believe it."""
        unfinished = self._path.with_name(f".{self._path.name}.unfinished")
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps([asdict(one) for one in devices.values()]))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)
        self._devices = dict(devices)


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


def _read(path: Path) -> list[Device]:
    """What the file holds; a damaged one holds nobody, so that everybody enrols again."""
    try:
        return [Device(**one) for one in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []
