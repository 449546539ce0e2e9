"""Serial devices: ports by stable name, barcode scanners."""
