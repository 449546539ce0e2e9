"""Which books an address means."""

import importlib

from simulators.central_books import Books, BooksAwayError
from simulators.central_store import CentralStore

POSTGRESQL = ("postgresql://", "postgres://")


def open_books(address: str, *, readonly: bool = False) -> Books:
    """The books at an address.

    Args:
        address: `postgresql://…`, or the path of an SQLite file; `:memory:` for books that need
            not outlive the process.
        readonly: to look into a file that another process may be writing.

    Raises:
        BooksAwayError: the database does not answer, or psycopg is not installed.
    """
    if not address.startswith(POSTGRESQL):
        return CentralStore(address, readonly=readonly)
    try:  # only who wants PostgreSQL needs its library
        postgres = importlib.import_module("simulators.central_postgres")
    except ImportError as error:
        raise BooksAwayError(f"{error}: pip install 'warehouse-edge[simulators]'") from error
    books: Books = postgres.PostgresBooks(address)
    return books
