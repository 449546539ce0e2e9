"""After sales: what came back, what is counted and what is to be done, as plain values."""

from itertools import islice

from edge.floor.board import Shown
from edge.model.counts import Count
from edge.model.errands import Errand, ErrandKind, Refill
from edge.model.returns import AnnouncedReturn, ReturnedPiece
from edge.model.state import FloorState
from edge.model.tasks import Task
from edge.rules import refilling

SHOWN_MAX = 300
"""Rows of each list; the oldest first, so that none is forgotten."""


def returns_view(state: FloorState) -> Shown:
    """Pieces that lie in quarantine, those without a grade first; and what is announced."""
    pieces = sorted(
        state.returned.values(),
        key=lambda one: (one.grade is not None, one.received_us, one.piece_id),
    )
    return {
        "pieces": [_piece(state, one) for one in pieces[:SHOWN_MAX]],
        "ungraded": sum(one.grade is None for one in pieces),
        "expected": [_announced(one) for one in list(state.returns.values())[:SHOWN_MAX]],
        "to_put_away": sum(
            len(one.pieces) for one in state.errands.values() if one.kind is ErrandKind.PUT_AWAY
        ),
    }


def _piece(state: FloorState, piece: ReturnedPiece) -> Shown:
    return {
        "piece_id": piece.piece_id,
        "order_id": piece.order_id,
        "return_id": piece.return_id,
        "sku": piece.sku,
        "name": state.articles[piece.sku].name,
        "epc": piece.unit.epc,
        "location": piece.location,
        "reason": piece.reason,
        "proposed": piece.proposed.value,
        "grade": piece.grade.value if piece.grade is not None else None,
        "received_us": piece.received_us,
    }


def _announced(one: AnnouncedReturn) -> Shown:
    return {
        "return_id": one.return_id,
        "order_id": one.order_id,
        "reason": one.reason,
        "expected": sum(line.quantity for line in one.lines),
        "received": len(one.received),
    }


def counts_view(state: FloorState) -> Shown:
    """Variances that wait for a supervisor, then places that are to be counted."""
    counts = sorted(
        state.counts.values(), key=lambda one: (one.variance is None, one.at_us, one.location)
    )
    return {
        "counts": [_count(state, one) for one in counts[:SHOWN_MAX]],
        "variances": sum(one.variance is not None for one in counts),
        "open": len(counts),
    }


def _count(state: FloorState, count: Count) -> Shown:
    article = state.articles.get(count.sku)
    return {
        "location": count.location,
        "sku": count.sku,
        "name": article.name if article is not None else "",
        "reason": count.reason,
        "at_us": count.at_us,
        "expected": count.expected,
        "counted": count.counted,
        "variance": count.variance,
        "method": count.method.value if count.method is not None else None,
        "by": count.by,
    }


def tasks_view(state: FloorState) -> Shown:
    """What reports from the floor left to do, the oldest first."""
    tasks = sorted(state.tasks.values(), key=lambda one: (one.since_us, one.task_id))
    return {
        "tasks": [_task(state, one) for one in tasks[:SHOWN_MAX]],
        "open": len(tasks),
        "refills": [
            _refill(state, errand, refill)
            for errand, refill in islice(refilling.tasks(state), SHOWN_MAX)
        ],
    }


def _refill(state: FloorState, errand: Errand, refill: Refill) -> Shown:
    article = state.articles.get(refill.sku)
    return {
        "errand_id": errand.errand_id,
        "sku": refill.sku,
        "name": article.name if article is not None else "",
        "from": refill.source,
        "to": refill.target,
        "quantity": refill.fetch + len(errand.pieces),
        "picker": errand.picker,
        "urgent": refilling.is_urgent(state, refill),
    }


def _task(state: FloorState, task: Task) -> Shown:
    article = state.articles.get(task.sku) if task.sku is not None else None
    return {
        "task_id": task.task_id,
        "kind": task.kind.value,
        "code": task.code,
        "location": task.location,
        "sku": task.sku,
        "name": article.name if article is not None else "",
        "order_id": task.order_id,
        "by": task.by,
        "since_us": task.since_us,
    }
