"""Reads that wait too long become fewer: one per reader, tag and antenna."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from drivers.reads import ReadBatch

COUNT_MAX = np.iinfo(np.uint16).max


def fold(batches: Iterable[ReadBatch]) -> list[ReadBatch]:
    """One batch per reader and EPC width, one row per (tag, antenna): the newest, counts added.

    The strongest RSSI of the row's sightings is kept, as a reader does that reports a peak.
    """
    groups: dict[tuple[str, int], list[ReadBatch]] = {}
    for batch in batches:
        groups.setdefault((batch.reader, batch.epc.shape[1]), []).append(batch)
    return [_fold_alike(group) for group in groups.values()]


def _fold_alike(batches: list[ReadBatch]) -> ReadBatch:
    joined = join(batches)
    key = np.concatenate(
        [
            joined.epc,
            joined.epc_bits[:, None].view(np.uint8),
            joined.antenna[:, None].view(np.uint8),
        ],
        axis=1,
    )
    _, first_of_reversed, group = np.unique(
        key[::-1], axis=0, return_index=True, return_inverse=True
    )
    newest = len(key) - 1 - first_of_reversed
    order = np.argsort(newest)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    row = rank[group.reshape(-1)][::-1]
    counts = np.minimum(np.bincount(row, joined.count), COUNT_MAX).astype(np.uint16)
    strongest = np.full(len(order), -np.inf, np.float32)
    np.fmax.at(strongest, row, joined.rssi_dbm)
    strongest[np.isneginf(strongest)] = np.nan
    return replace(take(joined, newest[order]), count=counts, rssi_dbm=strongest)


def join(batches: list[ReadBatch]) -> ReadBatch:
    """Batches of one reader and one EPC width as one, in their order."""
    return replace(
        batches[-1],
        epc=np.concatenate([one.epc for one in batches]),
        epc_bits=np.concatenate([one.epc_bits for one in batches]),
        antenna=np.concatenate([one.antenna for one in batches]),
        rssi_dbm=np.concatenate([one.rssi_dbm for one in batches]),
        phase_rad=np.concatenate([one.phase_rad for one in batches]),
        channel=np.concatenate([one.channel for one in batches]),
        doppler_hz=np.concatenate([one.doppler_hz for one in batches]),
        seen_us=np.concatenate([one.seen_us for one in batches]),
        first_seen_us=np.concatenate([one.first_seen_us for one in batches]),
        last_seen_us=np.concatenate([one.last_seen_us for one in batches]),
        count=np.concatenate([one.count for one in batches]),
    )


def take(batch: ReadBatch, rows: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> ReadBatch:
    """The given rows of a batch, in the given order."""
    return replace(
        batch,
        epc=batch.epc[rows],
        epc_bits=batch.epc_bits[rows],
        antenna=batch.antenna[rows],
        rssi_dbm=batch.rssi_dbm[rows],
        phase_rad=batch.phase_rad[rows],
        channel=batch.channel[rows],
        doppler_hz=batch.doppler_hz[rows],
        seen_us=batch.seen_us[rows],
        first_seen_us=batch.first_seen_us[rows],
        last_seen_us=batch.last_seen_us[rows],
        count=batch.count[rows],
    )
