"""Making a file or a folder's names safe from a power cut."""

import os
from pathlib import Path


def sync_to_disk(path: Path) -> None:
    """Wait until the disk has it; of a folder, the names in it.

    Raises:
        OSError: the disk refused.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
