"""How many reads a second a portal takes, beside the first/last rule with one dictionary."""

import numpy as np

from drivers.reads import ReadBatch
from edge.locating.portals import PortalWatch
from tests.benchmarks.figures import Effort, Figure, cpu_s, in_turns
from tests.benchmarks.portal import FLOOR, START_US
from tests.benchmarks.portal import READER as GATE

TURN_US = 20_000
READS_A_TURN = 400
"""20,000 reads a second: a dozen busy docks on one gateway."""
TURNS = 1_000
"""In fewer nobody is through before they end."""
WALK_US = 5_000_000
TAGS = 500
_GAP_US = 2_000_000


def _batches(turns: int) -> list[ReadBatch]:
    """Tags that walk through one after the other; only in the gate itself both sides hear them."""
    chance = np.random.default_rng(3)
    epcs = np.zeros((TAGS, 12), np.uint8)
    epcs[:, 0], epcs[:, 10], epcs[:, 11] = 0x30, np.arange(TAGS) // 256, np.arange(TAGS) % 256
    begins_us = np.sort(chance.uniform(0.0, turns * TURN_US - 2 * WALK_US, TAGS))
    found = []
    for turn in range(turns):
        now_us = turn * TURN_US
        here = np.flatnonzero((begins_us <= now_us) & (now_us < begins_us + WALK_US))
        tag = chance.choice(here if len(here) else np.arange(1), READS_A_TURN)
        along = 2 * (now_us - begins_us[tag]) / WALK_US - 1.0
        outer = chance.random(READS_A_TURN) < 0.5 + 0.5 * np.clip(3 * along, -1.0, 1.0)
        level = -45.0 - 15.0 * np.abs(along) + chance.normal(0.0, 3.0, READS_A_TURN)
        at_us = START_US + now_us
        found.append(
            ReadBatch(
                reader=GATE,
                arrived_us=at_us,
                epc=epcs[tag],
                epc_bits=np.full(READS_A_TURN, 96, np.uint16),
                antenna=np.where(outer, 2, 1).astype(np.uint16),
                rssi_dbm=level.astype(np.float32),
                phase_rad=np.full(READS_A_TURN, np.nan, np.float32),
                channel=np.zeros(READS_A_TURN, np.uint16),
                doppler_hz=np.full(READS_A_TURN, np.nan, np.float32),
                seen_us=np.full(READS_A_TURN, at_us, np.int64),
                first_seen_us=np.full(READS_A_TURN, -1, np.int64),
                last_seen_us=np.full(READS_A_TURN, -1, np.int64),
                count=np.ones(READS_A_TURN, np.uint16),
            )
        )
    return found


def _watch(batches: list[ReadBatch]) -> None:
    watch = PortalWatch(FLOOR)
    told = 0
    for batch in batches:
        watch.observe(batch)
        told += len(watch.turn(batch.arrived_us))
    if told < TAGS / 2:
        raise RuntimeError(f"the portal told {told} passages of {TAGS}: this is no usual work")


def _first_and_last(batches: list[ReadBatch]) -> None:
    stays: dict[bytes, tuple[int, int, int]] = {}
    for batch in batches:
        rows = zip(batch.epc, batch.antenna.tolist(), batch.seen_us.tolist(), strict=True)
        for epc, port, seen_us in rows:
            first, _, last_us = stays.get(key := epc.tobytes(), (port, port, seen_us))
            if seen_us - last_us > _GAP_US:
                first = port
            stays[key] = (first, port, seen_us)


def portal(effort: Effort) -> list[Figure]:
    """Reads through a portal for a second of CPU time."""
    batches = _batches(TURNS)
    reads = sum(len(one) for one in batches)
    pair = in_turns(
        effort,
        lambda: reads / cpu_s(lambda: _watch(batches)),
        lambda: reads / cpu_s(lambda: _first_and_last(batches)),
    )
    return [Figure.more("portal", "reads/s", "first/last rule, one read at a time", pair)]
