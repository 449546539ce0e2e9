"""What a reader has of its configuration and its ROSpec against what was asked, one sentence each.

Both sides are decoded by the same decoder, so that only meaning is compared. What the reader does
not tell is no difference; what it adds of its own is none either. Values that were left to the
reader are not compared.
"""

from collections.abc import Iterator
from typing import Any

from drivers.llrp.capabilities import Capabilities, parts
from drivers.llrp.rospec import ALL_ANTENNAS, ROSPEC_ID

Value = Any
Parameters = dict[str, Value]

DIFFERENCES_TOLD = 8
"""More than these are counted only."""
_SAID_MOST = 60

_DISABLED = 0  # inactive (1) may mean that it is about to start
# Left to the reader, or not ours to judge.
_FREE = {
    "CurrentState",
    "Priority",
    "HopTableID",
    "ChannelIndex",
    "Tari",
    "TagTransitTime",
    "State",
    "ResetToFactoryDefault",
}
# Parameters that stand many times are compared by what tells them apart.
_KEYS = {
    "AntennaConfiguration": ("AntennaID",),
    "EventNotificationState": ("EventType",),
    "GPIPortCurrentState": ("GPIPortNum",),
    "GPOWriteData": ("GPOPortNumber",),
    "Custom": ("vendor", "subtype"),
}
_OURS = {"AntennaConfiguration", "Custom"}  # of the others a reader may tell some only
_WORDS = {
    "AntennaConfiguration": "antenna",
    "EventNotificationState": "event kind",
    "GPIPortCurrentState": "input",
    "GPOWriteData": "output",
    "Custom": "custom parameter",
}


def config_differences(
    wanted: Parameters, actual: Parameters, ports: tuple[int, ...]
) -> list[str]:
    """What of a configuration is otherwise than asked.

    Args:
        wanted: SET_READER_CONFIG as it was sent, decoded.
        actual: GET_READER_CONFIG_RESPONSE, decoded.
        ports: antennas that were named; those that the reader finds unconnected are told.
    """
    told = {name: value for name, value in wanted.items() if name in actual}
    found = list(_compare(told, actual, ""))
    gone = [
        one["AntennaID"]
        for one in parts(actual, "AntennaProperties")
        if one["AntennaID"] in ports and not one["AntennaConnected"]
    ]
    if gone:
        found.append(f"nothing is connected to antenna {', '.join(map(str, gone))}")
    return found


def rospec_differences(wanted: Parameters, answer: Parameters, told: Capabilities) -> list[str]:
    """What of a ROSpec is otherwise than asked.

    Args:
        wanted: the ROSpec as it was sent, decoded.
        answer: GET_ROSPECS_RESPONSE, decoded.
        told: the reader's table of powers.
    """
    every = parts(answer, "ROSpec")
    own = next((one for one in every if one["ROSpecID"] == ROSPEC_ID), None)
    if own is None:
        return ["it has not kept its ROSpec: it reads nothing"]
    found = list(_compare(_in_dbm(wanted, told), _in_dbm(own, told), ""))
    if own["CurrentState"] == _DISABLED:
        found.append("its ROSpec is disabled: it reads nothing")
    others = [one["ROSpecID"] for one in every if one is not own]
    if others:
        found.append(f"it has other ROSpecs too: {', '.join(map(str, others))}")
    return found


def shortened(differences: list[str]) -> tuple[str, ...]:
    """The first of them, and how many more there are."""
    more = len(differences) - DIFFERENCES_TOLD
    told = tuple(differences[:DIFFERENCES_TOLD])
    return (*told, f"and {more} more differences") if more > 0 else told


def _in_dbm(value: Value, told: Capabilities) -> Value:
    """The same with powers in dBm instead of the indices of the reader's table."""
    if isinstance(value, list):
        return [_in_dbm(one, told) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: f"{told.powers_dbm[one]:g} dBm"
        if name == "TransmitPower" and one in told.powers_dbm
        else _in_dbm(one, told)
        for name, one in value.items()
    }


def _compare(wanted: Parameters, actual: Parameters, where: str) -> Iterator[str]:
    for name, value in wanted.items():
        if name in _FREE or value == [ALL_ANTENNAS]:
            continue
        if name in _KEYS:
            yield from _compare_each(name, parts(wanted, name), parts(actual, name), where)
        elif isinstance(value, dict) and isinstance(actual.get(name), dict):
            yield from _compare(value, actual[name], where)
        elif value != actual.get(name):
            has = _said(actual[name]) if name in actual else "not there"
            yield f"{where}{name} is {has}, asked was {_said(value)}"


def _compare_each(
    name: str, wanted: list[Parameters], actual: list[Parameters], where: str
) -> Iterator[str]:
    keys = _KEYS[name]
    there = {tuple(str(other.get(key)) for key in keys): other for other in actual}
    for one in wanted:
        own = tuple(str(one[key]) for key in keys)
        place = f"{_WORDS[name]} {'/'.join(own)}"
        rest = {key: value for key, value in one.items() if key not in keys}
        if name == "AntennaConfiguration" and own == (str(ALL_ANTENNAS),):
            for number, other in there.items():
                yield from _compare(rest, other, f"{_WORDS[name]} {number[0]}: ")
        elif own in there:
            yield from _compare(rest, there[own], f"{place}: ")
        elif name in _OURS:
            yield f"{where}{place} is not there"


def _said(value: Value) -> str:
    match value:
        case {"hex": text}:
            return str(text)[:_SAID_MOST]
        case dict() | list():
            return "otherwise"
        case _:
            return str(value)[:_SAID_MOST]
