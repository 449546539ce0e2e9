"""The journal and the read tables in one SQLite file with one writer."""
