"""A simulated LLRP reader with a codec of its own, written from the standard."""
