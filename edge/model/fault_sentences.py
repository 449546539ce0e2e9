"""What can be wrong with a configuration: one table of forms and their English sentences.

A fault travels as text (a log, an alert, an exit code 2) and is made of this table, so that a page
that tells it in another language can be told which form it is and what it names
(`fault_recognised`; the pages' words `said.CODE`). It says where first: file, line and key, each
where it is known.
"""

import functools
import re
from collections.abc import Mapping
from types import MappingProxyType

from edge.model.sentences import forms_of, recognised, recognised_among

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "at_file": "{file}: {reason}",
        "at_line": "{file}:{line}: {reason}",
        "at_key": "{file}: {key}: {reason}",
        "at_key_in_line": "{file}:{line}: {key}: {reason}",
    }
)
"""Where a fault is, by what of it is known."""
FAULTS: Mapping[str, str] = MappingProxyType(
    {
        # a file as a whole
        "file_missing": "there is no such file; name the right one",
        "file_is_folder": "is a folder; name a file",
        "file_is_none": "is no file, but a pipe or a device; name a file",
        "file_large": "has more than {most} MiB; no file of this kind has",
        "named_file_missing": "names {named}, and there is no such file; name the right one",
        "file_unreadable": (
            "cannot be read: {error}; see that its name is right and that this user may"
        ),
        "file_unwritable": "cannot be written ({error})",
        "folder_unwritable": (
            "cannot be written ({error}); let the gateway's user write in that folder, or change "
            "the file by hand and reload"
        ),
        "no_utf8": "is not UTF-8 text (byte {at}); save it as UTF-8",
        "no_toml": "is not valid TOML at line {line}, column {column}: {error}",
        "no_toml_at_end": "is not valid TOML at its end: {error}",
        "toml_too_deep": "is nested too deeply; no key needs it",
        "toml_long_number": "has a number of thousands of digits",
        "no_json": "is not JSON: {error}",
        "no_password": "holds no password; write it on the first line",
        # what a key may be
        "key_missing": "is missing; give it",
        "key_unknown": "there is no such key",
        "key_unknown_near": "there is no such key; did you mean {near}?",
        "write_text": "write a text in quotes",
        "write_whole_number": "write a whole number, without quotes",
        "write_number": "write a number, without quotes",
        "write_true_or_false": "write true or false, without quotes",
        "write_list": "write a list in [ ]",
        "write_tables": "write it as [[{table}]], in two pairs of brackets, once for each",
        "write_table": "write it as [{table}], in one pair of brackets, with its keys below it",
        "write_path": "write the path of a file or folder, in quotes",
        "write_network": "write a network such as 192.0.2.0/24, in quotes",
        "write_one_of": "write one of {choices}",
        "number_least": "write a number of {least} or more",
        "number_most": "write a number of {most} or less",
        "number_above": "write a number above {least}",
        "number_below": "write a number below {most}",
        "items_least": "give at least {least}",
        "items_most": "give no more than {most}",
        "signs_least": "write a text of at least {least} characters",
        "signs_most": "write a text of no more than {most} characters",
        # how the text of a key is written
        "write_name": "write lower-case letters, digits and hyphens, 63 at most",
        "write_prefix": "write lower-case letters, digits and hyphens, 31 at most",
        "write_host": (
            "write a host name or address without blanks and /, with 1 to 63 signs between dots"
        ),
        "write_ip_address": "{host} calls by itself, so write its IP address",
        "write_host_and_port": "write HOST:PORT",
        "write_printer": "write tcp://HOST or tcp://HOST:PORT",
        "write_serial_port": (
            "write /dev/serial/by-id/NAME, usb:VID:PID, usb:VID:PID:SERIAL, usb-path:1-1.2, "
            "socket://HOST:PORT or rfc2217://HOST:PORT"
        ),
        "write_company_prefix": "write 6 to 12 digits, in quotes",
        "write_mark": "write a mark that is no letter and no digit, or nothing",
        "write_partner": "write the name of a gateway, as it has it",
        "write_badge": "write 1 to 40 letters, digits, dots, hyphens or _, in quotes",
        "write_pin_hash": "write what `warehouse-edge people hash-pin` prints",
        "write_sha256": "write a SHA-256 in hex, 64 digits from 0 to f",
        "write_mask": "write 1 to 62 hex digits",
        "write_place": "write 1 to 64 characters without blanks, /, + and #",
        "write_check_digits": "write two or three digits",
        "write_side": "write in or out",
        "write_level": "write high or low",
        "write_reference_epc": "write the EPC in hex, 4 digits for each word",
        "write_short_code": "write a letter, then up to 7 letters or digits",
        "write_trouble": "write 2 to 31 lower-case letters or _",
        "write_uri": "write a URI of http, https or urn without a / at its end",
        "no_gln": "a GLN has {length} digits",
        "check_digit": (
            "check digit of {number} is {digit}, not the {right} that its other digits ask for"
        ),
        "no_time_zone": (
            "{zone} is no time zone that this host knows; write one such as Asia/Shanghai, or"
            " install the package tzdata"
        ),
        "endless_pattern": (
            "some code could keep it busy for ever; repeat no group in round brackets, let at "
            "most three parts vary in length, name at most nine alternatives; "
            "try T[0-9][0-9][0-9][0-9]"
        ),
        "no_pattern": "not a regular expression: {error}; try T[0-9][0-9][0-9][0-9]",
        # keys against each other
        "lease_short": "a handheld is heard every 30 s; give at least {least}, or 0 for ever",
        "hold_always": "give a condition: skus, carriers, ship_to, pieces_min, priority_min",
        "subnets_large": (
            "{total} addresses are too many to knock at, at most {most}; name the subnets in "
            "which readers are"
        ),
        "antenna_settings_twice": "antenna {port} has settings of its own twice; join them",
        "antenna_unread": (
            "antenna {port} has settings of its own but is not in antennas; add it there"
        ),
        "stop_without_start": "stop_input without start_input: it would start again at once",
        "report_ends_inventory": (
            "report_after_ms with start_input: the first report would end the inventory; leave "
            "one of them out"
        ),
        "never_reports": (
            "report_every = 0 without report_after_ms: it would never report; say after how long "
            "it has to"
        ),
        "reports_at_once": (
            "report_after_ms with report_every = 1: each tag is reported at once already; leave "
            "it out or raise report_every"
        ),
        "effects_exclude": "{effects} exclude each other; keep one of them",
        "short_code_twice": "short code {short} means {codes}; change one of them",
        "no_pin_hash": (
            "that of {badge} is no Argon2id hash; make one with `warehouse-edge people hash-pin`"
        ),
        "pins_in_the_open": (
            "{host} leaves this machine, so PINs would travel in the open; give "
            "web.certificate_file and web.key_file, or listen on 127.0.0.1"
        ),
        "key_without_certificate": "certificate_file and key_file belong together; give both",
        "data_dir_unusable": (
            "{folder} cannot be made ({error}); let this user write there, or name another folder"
        ),
        "name_twice": "{name} is used twice; each device has its own",
        "port_twice": "{port} is used twice; two devices cannot share a port",
        "carton_twice": "{name} is used twice; each carton has its own",
        "badge_used_twice": "{badge} is used twice; each person has their own",
        "printers_two": "{station} has two printers; each station has one",
        "door_twice": "{portal} is named twice; give all its carriers in one [[door]]",
        "partner_is_self": "{name} is this gateway; name the other one",
        "partner_half": "name and places belong together; give both",
        # against the floor file
        "no_station_or_wall": (
            "{name} stands at {station}, which is no station and no wall of the floor file"
        ),
        "no_station_or_staging": (
            "{name} stands at {station}, which is no station or staging place of the floor file"
        ),
        "person_in_no_zone": "{badge} works in {zone}, which is no zone of the floor file",
        "no_zone": "{zone} is no zone of the floor file",
        "no_portal": "{portal} is no portal of the floor file",
        "no_place": "{place} is no place of the floor file",
        "no_lit_place": "{place} is no station, wall or slot of the floor file",
        "no_antenna_of": (
            "the floor file has no [[antenna]] of {name}; its reads would mean nothing"
        ),
        "module_port": (
            "{name} has antenna 1 only, and the floor file does not name it; correct the port "
            "there"
        ),
        "no_reader": "{reader} is no [[reader]]; only LLRP readers have outputs",
        # the floor file itself
        "place_twice": "location {place} is named {times} times; keep one",
        "no_parent": "location {place}: there is no parent {parent}",
        "inside_itself": "location {place} lies inside itself; mend its parents",
        "antenna_nowhere": "antenna {antenna}: there is no location {place}",
        "antenna_twice": "antenna {antenna} is named twice; keep one",
        "reader_twice": "reader {reader} has two tables of channels; keep one",
        "barrier_no_portal": "light barrier {barrier}: {place} is no portal of this floor",
        "barrier_twice": "light barrier {barrier} is named twice; keep one",
        "other_floor": (
            "this calibration was made for another floor: places or antennas have changed; run "
            "`calibrate` again with the present floor file"
        ),
        "no_calibration": "this is not a calibration file of this version; calibrate",
        "calibration_damaged": "the calibration file is damaged ({error}); calibrate",
        "calibration_tunes": "the calibration file tunes unknown settings; calibrate again",
        # changing it from a page
        "edit_impossible": "the file cannot be changed by itself: {error}",
        "edit_by_hand": ("the file cannot be changed by itself; write the change into it by hand"),
        "edit_no_table": "{table} is no table",
        "not_kept": "{count} configurations are kept; there is no number {number}",
        "authority_unnamed": ("name the gateway: a host name or an address, such as --name gw-1"),
        "authority_no_name": "{name} is neither a host name nor an IP address",
    }
)
"""Every form, by its code."""
_forms = functools.cache(lambda: forms_of(FAULTS))
_PLACE_OF = {
    (False, False): "at_file",
    (True, False): "at_line",
    (False, True): "at_key",
    (True, True): "at_key_in_line",
}
_PLACE = re.compile(
    r"(?P<file>/.*?|[^\s:]+?)(:(?P<line>\d+))?: ((?P<key>[\w-]+(\.[\w-]+)*): )?(?P<reason>.+)",
    re.DOTALL,
)


def fault(code: str, **values: object) -> str:
    """The English sentence of a form, without where it is.

    Raises:
        KeyError: it is not in the table, or a value of it is not told.
    """
    return FAULTS[code].format_map(values)


def fault_recognised(text: str) -> dict[str, object] | None:
    """Which fault a sentence is, as `recognised` tells it; None if of none.

    Where it says where, that is the form (`PLACES`) and its `reason` the fault.
    """
    found = _PLACE.fullmatch(text)
    if found is not None:
        reason = recognised_among(found["reason"], _forms())
        if reason is not None:
            at = {name: found[name] for name in ("file", "line", "key") if found[name]}
            code = _PLACE_OF["line" in at, "key" in at]
            return {"code": code, "values": {**at, "reason": reason}, "text": text}
    return recognised_among(text, _forms()) or recognised(text)
