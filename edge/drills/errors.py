"""What keeps an exercise from being made; the person who asked for it must act."""


class DrillError(Exception):
    """The fault cannot be made here; the text says what is missing and how to get it."""
