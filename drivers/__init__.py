"""Device drivers: bytes from readers and scanners become reads and scans; no warehouse words."""
