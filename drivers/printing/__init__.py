"""Label printers that speak ZPL over TCP."""
