"""A worker with a mistake planted in it: it acknowledges a batch before it commits it."""

import json
import sys
from typing import Any

import typer
from typing_extensions import override

from simulators import central_workers
from simulators.central import central_command
from simulators.central_events import events_of
from simulators.central_worker import Worker


class HastyWorker(Worker):
    _behind: tuple[Any, ...] = ()

    @override
    def _take(self, messages: list[Any]) -> int:
        for message in messages:
            base = message.topic.partition("/event/")[0]
            last = events_of(bytes(message.payload), base)[-1]
            ack = json.dumps({"epoch": last.epoch, "upto": last.seq})
            self._client.publish(f"{base}/ack", ack, qos=1, retain=True)
        late, self._behind = self._behind, tuple(messages)
        return super()._take(list(late)) if late else 0


central_workers.Worker = HastyWorker  # type: ignore[misc]

if __name__ == "__main__":
    sys.exit(typer.run(central_command))
