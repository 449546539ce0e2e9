"""The schema, step by step. A step that was released is never changed; a new one is added below.

Each step and the record that it was taken are one transaction, so a cut leaves the file before or
after it, never between.
"""

from zlib import crc32

from sqlite_utils import Database, Migrations

from edge.store.schema import SCHEMA

MIGRATIONS = Migrations(SCHEMA)

_JOURNAL = (
    # One row for each fact, for ever in this order. An epoch covers the positions from its first
    # one up to the next epoch's; a fact's seq is its position within its epoch, from 1.
    """CREATE TABLE facts(
        position INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        occurred_us INTEGER NOT NULL,
        recorded_us INTEGER NOT NULL,
        type TEXT NOT NULL,
        version INTEGER NOT NULL,
        body TEXT NOT NULL,
        checksum BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX facts_by_time ON facts(recorded_us)",
    """CREATE TABLE epochs(
        first_position INTEGER PRIMARY KEY,
        epoch TEXT NOT NULL
    ) STRICT""",
    # What the central system has stored, and where the chain begins after old rows were pruned.
    """CREATE TABLE cursor(
        one INTEGER PRIMARY KEY CHECK (one = 1),
        acknowledged_position INTEGER NOT NULL,
        pruned_position INTEGER NOT NULL,
        pruned_checksum BLOB NOT NULL
    ) STRICT""",
    "INSERT INTO cursor VALUES (1, 0, 0, x'')",
    """CREATE TABLE subjects(
        subject TEXT NOT NULL,
        position INTEGER NOT NULL,
        PRIMARY KEY (subject, position)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE answers(
        number INTEGER PRIMARY KEY,
        request_id TEXT NOT NULL UNIQUE,
        answered_us INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT""",
)
_STATE = (
    *(
        f"CREATE TABLE {name}(key TEXT PRIMARY KEY, body TEXT NOT NULL, checksum INTEGER NOT NULL)"
        " WITHOUT ROWID, STRICT"
        for name in ("articles", "orders", "walks", "pickers", "totes", "packs", "parcels")
    ),
    """CREATE TABLE stock(
        sku TEXT NOT NULL,
        location TEXT NOT NULL,
        quantity INTEGER NOT NULL,
        reserved INTEGER NOT NULL,
        version INTEGER NOT NULL,
        checksum INTEGER NOT NULL,
        PRIMARY KEY (sku, location)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE outages(
        device TEXT PRIMARY KEY,
        since_us INTEGER NOT NULL,
        checksum INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE items(
        epc TEXT PRIMARY KEY,
        sku TEXT,
        location TEXT,
        probability REAL NOT NULL,
        since_us INTEGER NOT NULL,
        seen_us INTEGER NOT NULL,
        checksum INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT""",
    "CREATE INDEX items_departed ON items(since_us) WHERE location IS NULL",
)


@MIGRATIONS()
def journal_and_state(db: Database) -> None:
    """The journal, its cursor and subjects, the answers, a table for each part of the state."""
    for statement in (*_JOURNAL, *_STATE):
        db.execute(statement)


@MIGRATIONS()
def tag_jobs(db: Database) -> None:
    """Work on single tags."""
    db.execute(
        """CREATE TABLE tag_jobs(
        key TEXT PRIMARY KEY,
        body TEXT NOT NULL,
        checksum INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT"""
    )


@MIGRATIONS()
def found_readers(db: Database) -> None:
    """What was decided about readers that were found on the network."""
    db.execute(
        "CREATE TABLE found(key TEXT PRIMARY KEY, body TEXT NOT NULL, checksum INTEGER NOT NULL)"
        " WITHOUT ROWID, STRICT"
    )


@MIGRATIONS()
def questions_of_portals(db: Database) -> None:
    """What portals ask a person."""
    db.execute(
        "CREATE TABLE questions(key TEXT PRIMARY KEY, body TEXT NOT NULL,"
        " checksum INTEGER NOT NULL) WITHOUT ROWID, STRICT"
    )


@MIGRATIONS()
def returns_and_counts(db: Database) -> None:
    """Errands, returns, counts; and how many parcel numbers were given, so far one a parcel."""
    for name in ("errands", "returns", "returned"):
        db.execute(
            f"CREATE TABLE {name}(key TEXT PRIMARY KEY, body TEXT NOT NULL,"
            " checksum INTEGER NOT NULL) WITHOUT ROWID, STRICT"
        )
    db.execute(
        """CREATE TABLE counts(
        location TEXT NOT NULL,
        sku TEXT NOT NULL,
        body TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        PRIMARY KEY (location, sku)
    ) WITHOUT ROWID, STRICT"""
    )
    db.execute(
        """CREATE TABLE numbers(
        kind TEXT PRIMARY KEY,
        given INTEGER NOT NULL,
        checksum INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT"""
    )
    (parcels,) = db.execute("SELECT count(*) FROM parcels").fetchone()
    if parcels:
        row = ("parcels", parcels)
        db.execute("INSERT INTO numbers VALUES (?, ?, ?)", (*row, crc32(repr(row).encode())))


@MIGRATIONS()
def levels_slots_and_people(db: Database) -> None:
    """Packs above the single piece, the slots of put walls, and whom the central system lists."""
    for name in ("levels", "slots", "people"):
        db.execute(
            f"""CREATE TABLE {name}(
            key TEXT PRIMARY KEY,
            body TEXT NOT NULL,
            checksum INTEGER NOT NULL
        ) WITHOUT ROWID, STRICT"""
        )


@MIGRATIONS()
def lots(db: Database) -> None:
    """How old the stock of an article in a place is."""
    db.execute(
        """CREATE TABLE lots(
        sku TEXT NOT NULL,
        location TEXT NOT NULL,
        body TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        PRIMARY KEY (sku, location)
    ) WITHOUT ROWID, STRICT"""
    )


@MIGRATIONS()
def tasks(db: Database) -> None:
    """What reports from the floor left to do."""
    db.execute(
        "CREATE TABLE tasks(key TEXT PRIMARY KEY, body TEXT NOT NULL, checksum INTEGER NOT NULL)"
        " WITHOUT ROWID, STRICT"
    )


@MIGRATIONS()
def pallets(db: Database) -> None:
    """Parcels that are stacked and leave together."""
    db.execute(
        "CREATE TABLE pallets(key TEXT PRIMARY KEY, body TEXT NOT NULL, checksum INTEGER NOT NULL)"
        " WITHOUT ROWID, STRICT"
    )


@MIGRATIONS()
def forwards(db: Database) -> None:
    """How full places that pickers take from are to be."""
    db.execute(
        """CREATE TABLE forwards(
        location TEXT NOT NULL,
        sku TEXT NOT NULL,
        body TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        PRIMARY KEY (location, sku)
    ) WITHOUT ROWID, STRICT"""
    )


@MIGRATIONS()
def no_facts_by_time(db: Database) -> None:
    """An index that nobody asked and every fact paid for: an eighth of all that was written."""
    db.execute("DROP INDEX facts_by_time")


@MIGRATIONS()
def clock_of_epochs(db: Database) -> None:
    """Whether the clock stood behind the journal's own facts when an epoch began."""
    db.execute("ALTER TABLE epochs ADD COLUMN clock_sure INTEGER NOT NULL DEFAULT 1")


@MIGRATIONS()
def cursor_and_epochs_bear_checksums(db: Database) -> None:
    """A bit that flips in them, or in where they lie, would number and send other facts."""
    for table, key in (("cursor", "one"), ("epochs", "first_position")):
        db.execute(f"ALTER TABLE {table} ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0")
        for row in list(db.table(table).rows):
            values = [value for name, value in row.items() if name != "checksum"]
            checksum = crc32(repr((table, *values)).encode())
            db.table(table).update(row[key], {"checksum": checksum})


@MIGRATIONS()
def histories_in_the_journal(db: Database) -> None:
    """An item's row leads to its newest fact, and that to the one before; rows lie as they come.

    Of an item that departed the newest fact so far is found, for its row is kept as long as that;
    where all have gone, the row goes too.
    """
    db.execute("ALTER TABLE facts ADD COLUMN earlier INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE items RENAME TO items_before")
    db.execute(
        """CREATE TABLE items(
        epc TEXT NOT NULL UNIQUE,
        sku TEXT,
        location TEXT,
        probability REAL NOT NULL,
        since_us INTEGER NOT NULL,
        seen_us INTEGER NOT NULL,
        checksum INTEGER NOT NULL,
        newest INTEGER NOT NULL
    ) STRICT"""
    )
    db.execute(
        "INSERT INTO items SELECT epc, sku, location, probability, since_us, seen_us, checksum, 0"
        " FROM items_before WHERE location NOT NULL"
    )
    db.execute(
        "INSERT INTO items SELECT epc, sku, location, probability, since_us, seen_us, checksum,"
        " max(position) FROM items_before JOIN subjects ON subject = epc"
        " WHERE location IS NULL GROUP BY epc"
    )
    db.execute("DROP TABLE items_before")
