"""A table of the state: a dictionary that remembers which of its rows were touched."""

from collections.abc import Hashable
from typing import TypeVar

from typing_extensions import override

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Table(dict[Key, Value]):
    """A dictionary that remembers which keys were touched since the last commit."""

    def __init__(self) -> None:
        super().__init__()
        self.touched: dict[Key, None] = {}

    @override
    def __setitem__(self, key: Key, value: Value) -> None:
        self._index(key, value)
        super().__setitem__(key, value)
        self.touched[key] = None

    @override
    def __delitem__(self, key: Key) -> None:
        super().__delitem__(key)
        self.touched[key] = None

    def load(self, key: Key, value: Value) -> None:
        """Take a row as the store has it, without touching it."""
        self._index(key, value)
        super().__setitem__(key, value)

    def _index(self, key: Key, value: Value) -> None:
        """Keep an index in step, where a table has one."""
