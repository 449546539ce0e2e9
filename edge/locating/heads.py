"""A tag's row: its key, all that a read needs of it, and the slot of its first antenna.

What lies together comes out of memory together: with a million tags waiting for it is what a read
costs. Half of the rows lie in one line of cache, half in two.
"""

import numpy as np

KEY_WORDS = 3
KEY = np.dtype({"names": ["key", "bits"], "formats": [("<u4", KEY_WORDS), "<u2"], "itemsize": 16})
"""A key alone, of a hash of which nothing else is needed."""
SLOT_WORDS = 4
"""Level sum; weight and, above it, usual level; last read; antenna and, above it, belief."""
HEAD = np.dtype(
    {
        "names": [
            *("key", "bits", "place", "gap_s", "level_db", "state", "reads"),
            *("since_s", "others", "first"),
        ],
        "formats": [
            *(("<u4", KEY_WORDS), "<u2", "<u2", "<f2", "<f2", "u1", "u1"),
            *("<u4", "<u4", ("<u4", SLOT_WORDS)),
        ],
        "offsets": [*(0, 12, 14, 16, 18, 20, 21), *(24, 28, 32)],
        "itemsize": 48,
    }
)
"""As `kernel.h` has it; `others` is the number of the other slots, 0 while they are as new."""
