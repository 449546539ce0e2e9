"""Reads that wait too long become fewer: one per reader, tag and antenna."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from drivers.reads import COLUMNS, ReadBatch

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
    last = batches[-1]
    columns = {name: np.concatenate([getattr(one, name) for one in batches]) for name in COLUMNS}
    return ReadBatch(last.reader, last.arrived_us, **columns, clock=last.clock)


def take(batch: ReadBatch, rows: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> ReadBatch:
    """The given rows of a batch, in the given order."""
    columns = {name: getattr(batch, name)[rows] for name in COLUMNS}
    return ReadBatch(batch.reader, batch.arrived_us, **columns, clock=batch.clock)
