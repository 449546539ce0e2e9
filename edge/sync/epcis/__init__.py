"""Facts as EPCIS 2.0 events."""
