"""One daemon at a time: an advisory lock on a file beside the store.

The lock belongs to the open file, so it ends with the process however that ends; the file itself
stays and means nothing without the lock. It holds the pid of its owner for the one who is refused.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from edge.store.errors import StoreBusyError, told_by_store

_PID_CHARACTERS_MAX = 20


def lock_of(path: Path) -> Path:
    """The lock's file of a store's."""
    return path.with_name(path.name + ".lock")


class StoreLock:
    """Held from its making until `release`.

    Args:
        path: the store's file; the lock's is called the same with `.lock` behind.

    Raises:
        StoreBusyError: another process, or another store in this one, holds it; told at once.
        StoreError: the lock's file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        lock_path = lock_of(path)
        with told_by_store(f"lock file {lock_path}"):
            self._descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # on a full disk the lock is held all the same, only the pid cannot be told
                with suppress(OSError):
                    os.ftruncate(self._descriptor, 0)
                    os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)
            except BlockingIOError as error:
                owner = os.pread(self._descriptor, _PID_CHARACTERS_MAX, 0).decode().strip()
                os.close(self._descriptor)
                raise StoreBusyError(
                    f"{path} is in use by process {owner or 'unknown'}; "
                    "only one daemon may run on a store; stop that one, or name another data_dir"
                ) from error
            except OSError:
                os.close(self._descriptor)
                raise

    def release(self) -> None:
        """Let the store go."""
        os.close(self._descriptor)
