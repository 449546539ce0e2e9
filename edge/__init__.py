"""warehouse-edge: the gateway's daemon, from tag reads and orders to checked parcels."""
