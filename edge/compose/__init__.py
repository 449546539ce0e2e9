"""Settings in, wired daemon out: the only room that names concrete parts."""
