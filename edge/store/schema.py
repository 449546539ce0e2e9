"""The names of the schema's steps, for who asks only whether a file has been through them."""

SCHEMA = "warehouse-edge"
STEPS = (
    "journal_and_state",
    "tag_jobs",
    "found_readers",
    "questions_of_portals",
    "returns_and_counts",
    "levels_slots_and_people",
    "lots",
    "tasks",
    "pallets",
    "forwards",
    "no_facts_by_time",
    "clock_of_epochs",
    "cursor_and_epochs_bear_checksums",
    "histories_in_the_journal",
)
"""In the order of `migrations`."""
