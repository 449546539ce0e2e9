"""The newest of everything that is shown, and a way to wait for change.

The loop shows values on topics; pages look at them and are called when one changes. Only the
newest value of a topic is kept: a page that is slow misses steps, never the end, and never slows
the loop.

Topics and their values (plain JSON values):
    `prompt/{badge}`   the picker's prompt
    `pack/{station}`   the pack station's tote, what is expected, what was checked, the verdict
    `label/{station}`  the label of the parcel closed last, and whether it is printed
    `wall/{wall}`      the put wall's slots and the piece in hand
    `find/{badge}`     how near the tag is that somebody looks for
    `floor`            places with stock and items, antennas, readers, pickers
    `orders`           orders that are open or wait for a decision
    `dispatch`         manifests: parcels that are due, loaded and missing
    `returns`          what came back and lies in quarantine, and what is announced
    `counts`           places to be counted, and variances that wait for a decision
    `tags`             work on single tags, the newest first
    `board`            rates and backlog
    `radio`            how each antenna does: reads a second, level, what is usual, state
    `radio/learnt`     what is usual at each antenna, to be kept over a restart
    `letters`          facts that the broker refused, and messages that were not understood
    `readers/decided`  found readers that are approved or ignored
    `readers/found`    found readers with what they say of themselves and their state
    `people`           whom the central system lists, by badge: name and whether active
    `calibration`      how far a calibration is, what is heard of its tag, what it taught
    `articles`         name and GTIN by article number
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Shown = Mapping[str, object]
Watcher = Callable[[str], None]
"""Called with the topic, from the loop's thread; returns at once and never raises."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The newest value of one topic; `revision` grows with each change of it."""

    revision: int
    value: Shown


class Board:
    """Thread-safe; one that shows, any number that look."""

    def __init__(self) -> None:
        self._sheets: dict[str, Sheet] = {}
        self._watchers: dict[str, list[Watcher]] = {}
        self._lock = threading.Lock()

    def show(self, topic: str, value: Shown) -> None:
        """Put up a value; watchers are called only if it differs from the last one."""
        with self._lock:
            last = self._sheets.get(topic)
            if last is not None and last.value == value:
                return
            self._sheets[topic] = Sheet((last.revision if last else 0) + 1, value)
            watchers = tuple(self._watchers.get(topic, ()))
        for watcher in watchers:
            watcher(topic)

    def look(self, topic: str) -> Sheet | None:
        """The newest value of a topic; None where nothing was shown yet."""
        with self._lock:
            return self._sheets.get(topic)

    def watch(self, topic: str, watcher: Watcher) -> Callable[[], None]:
        """Be called at each change of a topic; the answer ends that."""
        with self._lock:
            self._watchers.setdefault(topic, []).append(watcher)

        def end() -> None:
            with self._lock:
                self._watchers[topic].remove(watcher)

        return end
