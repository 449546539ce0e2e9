"""EPC and barcode values in the words of GS1."""
