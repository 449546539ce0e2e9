"""The files that an operator writes, checked whole and handed down as plain values."""
