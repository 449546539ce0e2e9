"""Where one connection to a reader stands, from its first byte to its end.

| phase      | ends with                                                  | limit            |
|------------|------------------------------------------------------------|------------------|
| GREETING   | the reader's event "connection attempt: success"           | request time-out |
| SETTING_UP | the last answer of the set-up                               | request time-out |
| RUNNING    | silence, close event, bad header, or our `stop`            | silence          |
| CLOSING    | the reader's answer to CLOSE_CONNECTION                    | one second       |
| OVER       | never: a new connection gets a new session                 |                  |
"""

from enum import Enum, auto


class Phase(Enum):
    """Where a session stands."""

    GREETING = auto()
    SETTING_UP = auto()
    RUNNING = auto()
    CLOSING = auto()
    OVER = auto()
