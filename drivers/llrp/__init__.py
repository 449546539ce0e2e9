"""LLRP readers: framing, tag reports as columns, the session with one reader, the shared wire."""
