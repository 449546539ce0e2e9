"""Files that are fed broken: configurations of an operator, captures, calibrations.

Most tries of a configuration change a value, a key or a table of a good one, so that they get past
TOML to what the values mean; the others change the text itself. Each try is what `config check`
does with a folder of three files, of which one is changed.
"""

import contextlib
import json
import re
import struct
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from zlib import crc32

from drivers.capture import MAGIC, CaptureError, CaptureReader, CaptureWriter
from edge.clock import PlayedClock
from edge.compose.checking import check_files
from edge.locating.calibration import Calibration, Quality, floor_hash
from edge.locating.survey import Survey
from edge.model.places import Floor
from edge.settings.calibration_file import load_calibration
from edge.settings.faults import ConfigurationError
from edge.settings.floor_file import load_floor
from tests.fuzz_targets import FRAMES, Tries, mutated
from tests.fuzz_words import JSON_TOKENS

ROOT = Path(__file__).parents[1]
TOML_TOKENS = (b"[[", b"=", b'"', b"\n", b"true", b"-1", b"inf", b"9" * 25, b"[x]", b"\xff", b"#")
RECORD_HEAD_BYTES = 12
PIECE_BYTES = 600
"""Of a file whose text is changed: what is wrong is found wherever it stands, and sooner."""
HOSTILE = (
    *("-1", "0", "1", "65536", "9223372036854775808", "1e308", "-0.0", "inf", "-inf", "nan"),
    *("true", "false", "2026-11-28", "07:32:00", "1979-05-27T07:32:00Z", '""', '"x"', '"a b"'),
    *(r'"\u0000"', r'"\U0010FFFF"', '"../../etc/passwd"', '"/"', '"é日本"', '"$argon2id$"'),
    *('"0.0.0.0"', '"::"', '"-"', "[]", "[[]]", "[{}]", '[1,"a"]', '[""]', "{}", "{a=1}"),
    *("{a={a={a=[]}}}", "9" * 5000, "[" * 3000, "{a=" * 3000, '"' + "9" * 3000 + '"'),
    *("[" * 60 + "]" * 60, '["a",' + "1," * 200 + "]"),
)
DEEP = f"[{'.'.join(['a'] * 600)}]"
"""Deeper than a parser has to go back, and deep enough for whoever goes through the values."""
Tables = Sequence[tuple[str, Mapping[str, str]]]
"""Headers such as `[[reader]]` with the values of their keys, written as TOML."""
FLOOR = b"""[[location]]
id = "shelf-1"
kind = "shelf"
x_m = 1.0
y_m = 2.5
[[location]]
id = "bin-1"
kind = "bin"
parent = "shelf-1"
check_digits = ["47", "93"]
[[location]]
id = "pack-1"
kind = "station"
[[location]]
id = "dock-1"
kind = "portal"
[[antenna]]
reader = "dock"
port = 1
location = "shelf-1"
azimuth_deg = 90.0
reference_epc = "e2801160600002054a8d0001"
[[light_barrier]]
device = "dock"
input = 1
location = "dock-1"
portal_side = "in"
[[aisle]]
x_m = 1.0
[[cross_aisle]]
y_m = 0.0
[[cross_aisle]]
y_m = 10.0
"""
SMALL_FLOOR = b'[[location]]\nid = "pack-1"\nkind = "station"\n'
TROUBLES = b"""[[trouble]]
code = "not_there"
en = "It is not there"
zh = "\xe4\xb8\x8d\xe5\x9c\xa8"
at = ["pick"]
effects = ["short", "count"]
"""
_EXAMPLE = re.compile(r"^# ?(\[|[a-z_0-9]+ = )")


def uncommented(text: str) -> str:
    """A file of `config/` with the keys that stand in comments, too."""
    lines = (line[1:].lstrip() if _EXAMPLE.match(line) else line for line in text.splitlines())
    return "\n".join(line for line in lines if not line.startswith("#"))


def tables_of(text: str) -> Tables:
    """The tables of a good file."""
    found: list[tuple[str, Mapping[str, str]]] = []
    for name, value in tomllib.loads(text).items():
        if isinstance(value, dict):
            found.append((f"[{name}]", {key: as_toml(one) for key, one in value.items()}))
        else:
            found += [
                (f"[[{name}]]", {key: as_toml(each) for key, each in one.items()}) for one in value
            ]
    return found


def as_toml(value: object) -> str:
    """A value as it is written in a file."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {as_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_toml(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def changed(chance: Random, tables: Tables) -> bytes:
    """A table or two, some values, keys and headers of which are not as they should be."""
    text = []
    for header, values in chance.choices(tables, k=chance.randrange(1, 3)):
        lines = dict(values)
        for _ in range(chance.randrange(3)):
            _spoil(chance, lines)
        how = chance.randrange(24)
        shown = {0: header[1:-1], 1: f"[{header}]", 2: DEEP}.get(how, header)
        text.append("\n".join([shown, *[f"{key} = {one}" for key, one in lines.items()]]))
    return "\n".join(text).encode("utf-8", "surrogatepass")


def _spoil(chance: Random, lines: dict[str, str]) -> None:
    key = chance.choice([*lines, "name"])
    how = chance.randrange(12)
    if how == 0:
        lines.pop(key, None)
    elif how == 1:  # a slip of the finger: the nearest name is told
        at = chance.randrange(len(key))
        lines[key[:at] + chance.choice("aeo_.7- ") + key[at + 1 :]] = lines.pop(key, "1")
    elif how == 2:
        lines[key] = f"[{lines.get(key, '1')}]"
    elif how <= 4:
        good = lines.get(key, '""').encode()
        lines[key] = mutated(chance, good).decode("utf-8", "replace")
    else:
        lines[key] = chance.choice(HOSTILE)


class Files:
    """Targets that read files, in a folder for the time being."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        gateway = (ROOT / "config" / "gateway.toml").read_text("utf-8")
        troubles = (ROOT / "config" / "exceptions.toml").read_bytes()
        self._good = {
            "gateway.toml": b'[gateway]\nname = "gateway"\n',
            "floor.toml": SMALL_FLOOR,
            "exceptions.toml": TROUBLES,
        }
        self._texts = (
            ("gateway.toml", uncommented(gateway).encode()),
            ("exceptions.toml", troubles),
            ("floor.toml", FLOOR),
        )
        self._tables = tuple((name, tables_of(text.decode("utf-8"))) for name, text in self._texts)
        (folder / "bad").mkdir(parents=True)
        (folder / "site").mkdir()
        for name, good in self._good.items():
            (folder / "site" / name).write_bytes(good)
        (folder / "calibrated.toml").write_bytes(FLOOR)
        self._floor = load_floor(folder / "calibrated.toml")
        self._calibration = json.dumps(_calibration(self._floor).to_dict()).encode()
        self._capture = _captured(folder / "good")

    def configurations(self, chance: Random, tries: Tries) -> None:
        """A folder of an operator; each fault is a sentence that begins with its file."""
        site = self._folder / "site"
        for _ in tries:
            name, text = self._changed(chance)
            (site / name).write_bytes(text)
            for fault in check_files(site / "gateway.toml"):
                if not re.match(r"/.*: ", fault, re.DOTALL):
                    raise AssertionError(f"a fault that names no file: {fault}")
            (site / name).write_bytes(self._good[name])

    def _changed(self, chance: Random) -> tuple[str, bytes]:
        how = chance.randrange(100)
        if how >= 15:
            name, tables = chance.choice(self._tables)
            return name, changed(chance, tables)
        name, whole = chance.choice(self._texts)
        begin = chance.randrange(max(1, len(whole) - PIECE_BYTES)) if how else 0
        part = whole[begin : begin + PIECE_BYTES] if how else whole
        return name, mutated(chance, part, TOML_TOKENS)

    def calibrations(self, chance: Random, tries: Tries) -> None:
        """Files of `calibrate`."""
        path = self._folder / "calibration.json"
        for _ in tries:
            path.write_bytes(mutated(chance, self._calibration, JSON_TOKENS))
            with contextlib.suppress(ConfigurationError):
                load_calibration(path, self._floor)

    def captures(self, chance: Random, tries: Tries) -> None:
        """Files of `record`; sums are right three times in four, so that it gets further."""
        path = self._folder / "bad" / "capture-000001.wec"
        for _ in tries:
            head, records = self._capture
            if chance.randrange(4):
                at = chance.randrange(len(records))
                broken = _record(mutated(chance, records[at][RECORD_HEAD_BYTES:]))
                capture = b"".join((head, *records[:at], broken, *records[at + 1 :]))
            else:
                capture = mutated(chance, b"".join((head, *records)))
            path.write_bytes(capture)
            with contextlib.suppress(CaptureError):
                list(CaptureReader(path.parent).records())


def _captured(folder: Path) -> tuple[bytes, Sequence[bytes]]:
    """A good capture: how it begins, and its records."""
    writer = CaptureWriter(folder, PlayedClock())
    writer.opened("dock", "llrp")
    for one in FRAMES[:6]:
        writer.received("dock", one)
    writer.lost("dock", "gone")
    writer.close()
    whole = (folder / "capture-000001.wec").read_bytes()
    records, at = [], len(MAGIC)
    while at < len(whole):
        (length,) = struct.unpack_from("!I", whole, at)
        records.append(whole[at : at + RECORD_HEAD_BYTES + length])
        at += RECORD_HEAD_BYTES + length
    return whole[: len(MAGIC)], records


def _record(body: bytes) -> bytes:
    begin = struct.pack("!II", len(body), crc32(body))
    return begin + struct.pack("!I", crc32(begin)) + body


def _calibration(floor: Floor) -> Calibration:
    """A small one with everything in it."""
    terms = ((0.1, -0.2, 0.3, 0.0, 0.0, 0.5),)
    return Calibration(
        floor_hash=floor_hash(floor),
        offset_dbm={"dock/1": -55.0},
        spread_db={"dock/1": 4.0},
        tuned={"clip": 8.0},
        survey=Survey(("shelf-1", "bin-1"), ("dock/1",), (terms, terms), (0.0, 0.1), (1.5,)),
        quality=Quality(600, 0.8, 0.7, 0.6, 0.3, (0.8, 0.8), {"shelf-1": {"": 3}}, 0.04),
        warnings=("few reads at bin-1",),
    )
