"""`python -m edge` is `warehouse-edge`."""

from edge.cli.app import main

main()
