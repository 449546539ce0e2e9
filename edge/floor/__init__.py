"""The middle of the daemon: one inbox, one loop that decides and writes, one board that shows."""
