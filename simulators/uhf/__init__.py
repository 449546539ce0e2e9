"""A UHF module of the M100 and R200 family on a pseudo-terminal."""
