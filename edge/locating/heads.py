"""What a tag's row begins with: its key, and all that a read needs of it besides its slots.

What lies together comes out of memory together: with a million tags waiting for it is what a read
costs. Three in four heads lie in one line of cache, the fourth in two.
"""

import numpy as np

KEY_WORDS = 3
KEY = np.dtype({"names": ["key", "bits"], "formats": [("<u4", KEY_WORDS), "<u2"], "itemsize": 16})
"""A key alone, of a hash of which nothing else is needed."""
HEAD = np.dtype(
    {
        "names": ["key", "bits", "place", "gap_s", "level_db", "state", "reads"],
        "formats": [("<u4", KEY_WORDS), "<u2", "<u2", "<f2", "<f2", "u1", "u1"],
        "offsets": [0, 12, 14, 16, 18, 20, 21],
        "itemsize": 24,
    }
)
"""As `kernel.h` has it."""
