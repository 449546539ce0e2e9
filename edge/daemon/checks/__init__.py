"""Checks of the machine that a gateway runs on; each gives findings and changes nothing."""
