"""The command line `warehouse-edge`."""
