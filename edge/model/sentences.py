"""Sentences that parts of the gateway, its child processes, drivers and the system say in English.

A sentence may come a long way as text: out of a child process, a calibration file of last year, a
socket. One table has its form; whoever makes a sentence of their own takes it from there
(`sentence`), and a page that says it in another language is told which form it is and what it
names (`recognised`; the pages' words `said.CODE`).
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        # calibration
        "few_places": (
            "fewer than two places have 5 s of labelled reads: record an item in each place for a "
            "minute or more and write its place into the truth file"
        ),
        "no_labelled_reads": (
            "none of {reads} reads tells about the truth: {heard} are of antennas of the floor "
            "file, {named} of these of a tag of the truth file, {levelled} of these with "
            "rssi_dbm, and none of these came from its first time_us on"
        ),
        "too_little": (
            "too little to judge the calibration by: record every place for a minute or more"
        ),
        "none_heard": "no antenna of the floor heard enough labelled reads",
        "place_uncovered": (
            "the truth file names {place}, which no antenna covers: give it a parent that one "
            "covers, or an antenna, in the floor file"
        ),
        "learning_long": "learning took too long; record less, or learn by hand",
        "learning_broken": "learning was broken off",
        "not_recorded": "the recording cannot be written: {error}",
        "antenna_little": "antenna {antenna} heard too little to be calibrated; the mean is used",
        "antenna_elsewhere": (
            "antenna {antenna} does not hear {place} louder than other places: check the floor "
            "file and the cables"
        ),
        "place_unrecorded": (
            "nothing was recorded in {place}: what is heard there is guessed, and other places "
            "are told from it less surely; record an item there, too"
        ),
        "no_better": (
            "no better than without: right in {right} % of the held-out seconds; not calibrated, "
            "by the strongest antenna or by guessing the commonest place in {others} %"
        ),
        "points_only": "points only: {error}",
        "no_fall": (
            "RSSI does not fall with distance at antenna {antenna}: its x_m, y_m in the floor "
            "file are wrong, or its cable is swapped with another's"
        ),
        "ranges_unused": (
            "range from phase is not used: the channels agree on the true distances by "
            "{coherence}, on others by {chance}; check hop_table_khz in the floor file"
        ),
        "zone_only": (
            "zone only: positions err by {error_m} m, the middle of the points by {middle_m} m; "
            "measure more points or put antennas around them"
        ),
        # readers
        "reader_silent": "no answer in {seconds} s; look at its power, its cable and its address",
        "reader_timeout": "no connection within {seconds} s",
        "name_unknown": "the name {host} is unknown",
        "not_connected": "no TCP connection: {error}",
        "connection_lost": "connection lost: {error}",
        "reader_closed": "the reader closed the TCP connection",
        "reader_has_own": "the reader refused: a connection that it made itself exists already",
        "reader_has_other": (
            "the reader refused: another client is connected to it; close that one first"
        ),
        "reader_refuses": "the reader refused the connection for a reason that it does not tell",
        "reader_tried": "another client tried to connect to the reader",
        # the broker
        "broker_unreachable": "{where} cannot be reached: {error}",
        "broker_refuses": "the broker refuses us: {error}",
        "broker_ended": "the connection ended: {error}",
        "broker_deaf": "the broker does not let us listen: {error}",
        "not_listening": "it does not let us listen to orders",
        "not_publishing": "it does not let us publish",
        "delivers_nothing": "it lets us subscribe, but delivers nothing to us",
        "journal_unreadable": "the journal cannot be read: {error}",
        "not_authorized": "Not authorized",
        "bad_password": "Bad user name or password",
        "bad_client_id": "Client identifier not valid",
        "unsupported_protocol": "Unsupported protocol version",
        "server_busy": "Server busy",
        "server_stops": "Server shutting down",
        "server_unavailable": "Server unavailable",
        "taken_over": "Session taken over",
        "keep_alive": "Keep alive timeout",
        "unspecified": "Unspecified error",
        # backups
        "no_sound_copy": "{path} is no sound copy: {error}",
        "store_without_epoch": "the store has no epoch",
        # signs of intrusion
        "badge_tried": "badge {badge} was tried in vain, from {address}",
        "nobodys_badge_tried": "a badge that nobody has was tried in vain, from {address}",
        "badges_tried": "many badges were tried in vain, from {address}",
        "files_changed_more": "changed since the last start: {files} and {count} more",
        "files_changed": "changed since the last start: {files}",
        "namesake": "another client calls itself {name}; stop one of the two",
        "namesake_suspected": (
            "{broker} lets {name} go without a word, again and again: another client may call "
            "itself so, or the line is bad"
        ),
        "others_client": (
            "{device}: the reader refused: another client is connected to it; close that one first"
        ),
        "others_attempt": "{device}: another client tried to connect to the reader",
        "certificate_other": (
            "{device}: TLS: the reader's certificate is not the pinned one; its SHA-256 is {found}"
        ),
        "certificate_not_trusted": (
            "{device}: TLS: the reader's certificate is not trusted: {error}"
        ),
        # the configuration
        "known_good_runs": "the last known good configuration is used",
        "running_goes_on": "the configuration in use goes on",
        "not_written": "the configuration was not written",
        # Python's TOML parser
        "toml_no_equals": "Expected '=' after a key in a key/value pair",
        "toml_value": "Invalid value",
        "toml_string": "Unterminated string",
        "toml_line_end": "Expected newline or end of document after a statement",
        "toml_statement": "Invalid statement",
        "toml_key_twice": "Cannot overwrite a value",
        "toml_table_twice": "Cannot declare {name} twice",
        "toml_key_begin": "Invalid initial character for a key part",
        "toml_table_end": "Expected ']' at the end of a table declaration",
        "toml_tables_end": "Expected ']]' at the end of an array declaration",
        "toml_list": "Unclosed array",
        "toml_inline": "Unclosed inline table",
        "toml_inline_twice": "Duplicate inline table key {name}",
        "toml_backslash": "Unescaped '\\' in a string",
        "toml_hex": "Invalid hex value",
        "toml_date": "Invalid date or datetime",
        "toml_character": "Illegal character {sign}",
        "toml_found": "Found invalid character {sign}",
        "toml_expected": "Expected {sign}",
        # the system
        "refused": "Connection refused",
        "no_route": "No route to host",
        "no_network": "Network is unreachable",
        "timed_out": "timed out",
        "reset": "Connection reset by peer",
        "no_name": "Name or service not known",
        "disk_full": "No space left on device",
        "forbidden": "Permission denied",
        "read_only": "Read-only file system",
        "no_file": "No such file or directory",
    }
)
"""Every form, by its code."""
SAME = MappingProxyType(
    {
        "ECONNREFUSED": "refused",
        "EHOSTUNREACH": "no_route",
        "ENETUNREACH": "no_network",
        "ETIMEDOUT": "timed_out",
        "Connection timed out": "timed_out",
        "Temporary failure in name resolution": "no_name",
    }
)
"""Other words of the system for the same."""
_NUMBER = re.compile(r"^\[Errno -?\d+\] ")
Forms = Mapping[str, re.Pattern[str]]
"""How the sentence of each code looks."""


def forms_of(sentences: Mapping[str, str]) -> Forms:
    """How the sentences of a table look."""
    return {
        code: re.compile(
            "".join(
                f"(?P<{part[1:-1]}>.*)" if part.startswith("{") else re.escape(part)
                for part in re.split(r"(\{\w+\})", text)
            ),
            re.DOTALL,
        )
        for code, text in sentences.items()
    }


_FORMS = forms_of(SENTENCES)


def sentence(code: str, **values: object) -> str:
    """The English sentence of a form.

    Raises:
        KeyError: it is not in the table, or a value of it is not told.
    """
    return SENTENCES[code].format_map(values)


def recognised(text: str) -> dict[str, object] | None:
    """Which form a sentence is: its `code`, the `values` it names, the `text`; None if of none.

    A value that is a sentence itself is told in the same way; any other value is its text.
    """
    plain = _NUMBER.sub("", text)
    if plain in SAME:
        return {"code": SAME[plain], "values": {}, "text": text}
    return recognised_among(plain, _FORMS, text)


def recognised_among(
    plain: str, forms: Forms, text: str | None = None
) -> dict[str, object] | None:
    """Which of these forms a sentence is, likewise; `text` is how it is told as it came."""
    for code, form in forms.items():
        found = form.fullmatch(plain)
        if found is not None:
            values = {name: recognised(one) or one for name, one in found.groupdict().items()}
            return {"code": code, "values": values, "text": plain if text is None else text}
    return None
