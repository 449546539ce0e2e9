"""What a reader does not offer of what was wanted, in one sentence for each thing."""

from collections.abc import Callable, Iterator

from drivers.llrp.attempt import Attempt, Wish
from drivers.llrp.capabilities import Capabilities
from drivers.llrp.rospec import ALL_ANTENNAS, antennas, mode_identifier, vendor_of
from drivers.llrp.settings import Air, LlrpSettings, Search
from drivers.llrp.vendors import GENERIC

_SAME_DBM = 0.005
_TAG_FOCUS_SESSION = 1


def notes(
    settings: LlrpSettings, attempt: Attempt, told: Capabilities, version: int
) -> tuple[str, ...]:
    """Sentences for whoever set the reader up; none if it offers everything.

    Args:
        settings: what was wanted.
        attempt: what the reader took of it.
        told: what it says of itself.
        version: LLRP version of the connection: 1 is 1.0.1, 2 is 1.1.
    """
    found = [
        *_of_the_reader(settings, attempt, told, version),
        *_refused(settings, attempt),
        *_of_each_antenna(settings, attempt, told),
    ]
    return tuple(found)


def _of_the_reader(
    settings: LlrpSettings, attempt: Attempt, told: Capabilities, version: int
) -> Iterator[str]:
    if settings.version == "1.1" and version == 1:
        yield "it does not speak LLRP 1.1: the connection stays on 1.0.1"
    vendor = vendor_of(attempt, told)
    if settings.vendor_extensions and vendor is GENERIC:
        yield "it has no Impinj extensions: its reads have no phase, no Doppler and whole dBm"
    elif settings.vendor_extensions and not attempt.has(Wish.FIELDS):
        yield f"it refuses {vendor.name}'s own fields: its reads have no {vendor.fields}"
    beyond = [port for port in settings.antennas if port > told.antennas > 0]
    if beyond and not attempt.has(Wish.BEYOND):
        yield f"it has {told.antennas} antennas: {_listed(beyond)} are not read"
    if settings.overrides and antennas(settings, attempt, told) == (ALL_ANTENNAS,):
        yield "it does not tell how many antennas it has: none gets settings of its own"
    missing = [port for port in settings.inputs_watched if port > (told.inputs or 0)]
    if missing and told.inputs is not None:
        yield f"it has {told.inputs} inputs: {_listed(missing)} are not there"
    if not told.holds_reports:
        yield "it cannot hold reports: what it reads while the link is down is lost"


_REFUSED: tuple[tuple[Wish, Callable[[LlrpSettings], bool], str], ...] = (
    (
        Wish.SELECTS,
        lambda wanted: any(one.selects for one in _airs(wanted)),
        "it refuses the Select filters: it reads every tag",
    ),
    (
        Wish.TRIGGERS,
        lambda wanted: wanted.start is not None or wanted.stop is not None,
        "it refuses to start and stop by its inputs: it reads all the time",
    ),
    (
        Wish.SINGULATION,
        lambda _: True,
        "it refuses session and population: it reads with its own settings",
    ),
    (Wish.EVENTS, lambda _: True, "it refuses to tell events: antennas may fall off unnoticed"),
    (Wish.INPUTS, lambda wanted: bool(wanted.inputs_watched), "it refuses to watch its inputs"),
    (
        Wish.CONFIG_TOLD,
        lambda _: True,
        "it does not tell its configuration: whether it is as asked is not known",
    ),
    (
        Wish.ROSPECS_TOLD,
        lambda _: True,
        "it does not tell its ROSpecs: whether they are as asked is not known",
    ),
)


def _refused(settings: LlrpSettings, attempt: Attempt) -> Iterator[str]:
    for wish, wanted, sentence in _REFUSED:
        if not attempt.has(wish) and wanted(settings):
            yield sentence


def _airs(settings: LlrpSettings) -> list[Air]:
    ports = settings.antennas or (ALL_ANTENNAS, *(one.port for one in settings.overrides))
    return [settings.air(port) for port in ports]


def _of_each_antenna(
    settings: LlrpSettings, attempt: Attempt, told: Capabilities
) -> Iterator[str]:
    """Each sentence once, with the antennas that it is about where that is not all of them."""
    ports = antennas(settings, attempt, told)
    about: dict[str, list[int]] = {}
    for port in ports:
        for sentence in _of_an_antenna(settings.air(port), attempt, told):
            about.setdefault(sentence, []).append(port)
    for sentence, those in about.items():
        yield sentence if len(those) == len(ports) else f"antenna {_listed(those)}: {sentence}"


def _of_an_antenna(air: Air, attempt: Attempt, told: Capabilities) -> Iterator[str]:
    if air.power_dbm is not None:
        yield from _of_power(air.power_dbm, attempt, told)
    if air.mode is not None:
        yield from _of_mode(air, attempt, told)
    if told.filters is not None and len(air.selects) > told.filters:
        yield f"it takes {told.filters} Select filters: {len(air.selects)} were wanted"
    if air.search is not None:
        yield from _of_search(air.search, air.session, attempt, told)


def _of_search(
    search: Search, session: int, attempt: Attempt, told: Capabilities
) -> Iterator[str]:
    if vendor_of(attempt, told).searching(search) is None or not attempt.has(Wish.SEARCH):
        yield f"it has no search mode {search}: it searches in its own way"
    elif search == "tag-focus" and session != _TAG_FOCUS_SESSION:
        yield f"TagFocus works in session {_TAG_FOCUS_SESSION} only, not in {session}"


def _of_power(wanted_dbm: float, attempt: Attempt, told: Capabilities) -> Iterator[str]:
    index = told.power_index(wanted_dbm)
    if index is None or not attempt.has(Wish.POWER):
        lacks = "tells no table of powers" if index is None else "refuses the power"
        yield f"it {lacks}: it transmits as strong as it is set"
        return
    taken_dbm = told.powers_dbm[index]
    if abs(taken_dbm - wanted_dbm) < _SAME_DBM:
        return
    table = told.powers_dbm.values()
    outside = not min(table) <= wanted_dbm <= max(table)
    why = "its table ends there" if outside else "the nearest of its table"
    yield f"power {wanted_dbm:g} dBm wanted, {taken_dbm:g} dBm taken: {why}"


def _of_mode(air: Air, attempt: Attempt, told: Capabilities) -> Iterator[str]:
    identifier = mode_identifier(air, told, vendor_of(attempt, told))
    if identifier is None:
        yield f"it has no mode for {air.mode}: it reads in the one that it is set to"
    elif identifier not in {one.identifier for one in told.modes}:
        yield f"its table of modes has no mode {identifier}"
    elif not attempt.has(Wish.MODE):
        yield "it refuses the mode: it reads in the one that it is set to"


def _listed(ports: list[int]) -> str:
    return ", ".join(map(str, ports))
