"""What to send when, and what an acknowledgement frees; without any I/O."""
