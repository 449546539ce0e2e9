"""Keeping secrets out of what leaves the gateway: settings as shown, diagnostics, logs.

Two nets, one behind the other: every secret that is known is replaced wherever it stands, and what
looks like a secret is replaced although nobody knows it.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from edge.settings.gateway import Settings

MASKED = "********"
SECRET_KEYS = frozenset({"pin_hash", "sha256"})
_LENGTH_MIN = 4
"""Shorter ones would mask half the words of a log."""
_LOOKS_SECRET = (
    re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
    ),
    re.compile(r"\$argon2\w*\$[^\s\"']+"),
    re.compile(r"(?<=Bearer )[^\s\"',;]+", re.IGNORECASE),
    re.compile(r"(?<=#first=)[A-Z0-9-]+"),
    re.compile(r"(?<=we1_device=)[^\s\"',;]+"),
    re.compile(r"(?<=we1_session=)[^\s\"',;]+"),
    re.compile(r"(?<=\"pin\": )\"[^\"]*\"|(?<=\"pin\":)\"[^\"]*\""),
    re.compile(
        r"(?<![A-Za-z])((?:[a-z]+_)?(?:password|secret|token|pin_hash|pin))"
        r"(\"?\s*[=:]\s*)(\"[^\"\n]*\"|'[^'\n]*'|[^\s,;}\]\"']+)",
        re.IGNORECASE,
    ),
)


def masked(value: object) -> object:
    """Plain values with every secret of the settings masked."""
    if isinstance(value, dict):
        return {
            key: MASKED if key in SECRET_KEYS and inner else masked(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return value


def known_secrets(settings: Settings) -> frozenset[str]:
    """Every secret that a gateway's settings and the files that they name hold."""
    found = {one.pin_hash for one in settings.person}
    found |= {one.sha256 for one in settings.token}
    for file in _secret_files(settings):
        found |= set(_lines_of(file))
    return frozenset(one for one in found if len(one) >= _LENGTH_MIN)


def redacted(text: str, secrets: Iterable[str]) -> str:
    """A text without these secrets, and without what looks like one."""
    for one in sorted(secrets, key=len, reverse=True):
        text = text.replace(one, MASKED)
    for pattern in _LOOKS_SECRET[:-1]:
        text = pattern.sub(MASKED, text)
    return _LOOKS_SECRET[-1].sub(rf"\1\2{MASKED}", text)


def _secret_files(settings: Settings) -> Iterator[Path]:
    yield settings.gateway.data_dir / "session.key"
    for file in (settings.mqtt.password_file, settings.mqtt.key_file, settings.web.key_file):
        if file is not None:
            yield file


def _lines_of(file: Path) -> list[str]:
    """The secret lines of a file; none where it cannot be read: then it cannot be told either."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return [line.strip() for line in text.splitlines() if not line.startswith("-----")]
