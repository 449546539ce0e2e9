"""The link to the broker: the only door to paho."""
