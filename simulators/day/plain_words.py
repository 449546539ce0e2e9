"""What goes wrong on a day, and what is noticed, in words for whoever runs a warehouse."""

from simulators.day.timetable import Entry, Kind

_FAULTS: dict[Kind, str] = {
    Kind.KILL: "the gateway's program is killed",
    Kind.KILL_AT_WRITE: "the gateway's program is killed at its {amount:g}th write from now",
    Kind.RESTART: "the gateway's program is restarted in order",
    Kind.HOLD: "the gateway's program stands still",
    Kind.DISK_FULL: "the disk is full",
    Kind.DISK_ERROR: "the next writes to the disk fail: {amount:g}",
    Kind.CLOCK_JUMP: "the gateway's clock is set by {amount:+g} s",
    Kind.BROKER_DOWN: "{what} is down",
    Kind.BROKER_FORGETS: "{what} is down and has forgotten all when it comes back",
    Kind.BROKER_MUTE: "{what} takes connections and says nothing",
    Kind.FAILOVER: "{what} is down for so long that the other one serves",
    Kind.CENTRAL_AWAY: "the central system is away",
    Kind.TWICE: "messages are delivered twice: {amount:.0%}",
    Kind.SWAPPED: "messages are delivered out of order: {amount:.0%}",
    Kind.WIRELESS_OUT: "no handheld reaches the gateway",
    Kind.READER_UNPLUGGED: "{what} is unplugged",
    Kind.READER_FAULT: "{what} fails",
    Kind.SCANNER_CUT: "the scanner's cable is out",
    Kind.SCANNER_SPOILS: "the scanner's line is noisy",
    Kind.RACE: "two handhelds and two stations do the same thing at one moment",
    Kind.ORDERS_AGAIN: "the central system sends all orders again",
    Kind.BAD_MESSAGE: "messages come that are none",
    Kind.WRONG_ACK: "facts are acknowledged that do not exist",
    Kind.HANDHELD_SILENT: "a handheld is silent",
    Kind.MODULE_CUT: "the UHF module is pulled",
    Kind.MODULE_FAULT: "the UHF module fails: {what}",
}
SLIPS: dict[str, str] = {
    "slip_two_for_one": "two pieces taken for one scan",
    "slip_laid_back": "a scanned piece laid back",
    "slip_not_scanned": "a piece put into the tote without a scan",
    "slip_overlooked": "a piece of somebody else's overlooked while packing",
    "slip_back_in_tote": "a piece put back into the tote at the put wall",
    "slip_slot_beside": "a piece put into the slot beside",
    "slip_wrong_door": "a parcel brought to another carrier's door",
}
PASSAGES: dict[str, str] = {
    "right": "went in or out, and were told or asked about",
    "wrong": "told to go in or out, and did not",
    "missed": "went in or out, and nothing was told",
}
CAUGHT: dict[str, str] = {
    "by_radio": "radio: a tag where nobody wanted it (what only lies beside counts, too)",
    "by_barcode": "barcode: another article scanned, or one scanned too often",
    "by_pack_check": "pack check: a piece too many, missing, or not of this order",
    "by_scale": "scale: a parcel lighter or heavier than its pieces",
    "by_picker": "picker: something reported that was not as it should be",
}


def told(entry: Entry) -> str:
    """What goes wrong, as a sentence without its end."""
    reader, _, fault = entry.what.partition("/")
    what = f"{reader} ({fault.replace('-', ' ')})" if fault else entry.what
    text = _FAULTS[entry.kind].format(what=what, amount=entry.amount)
    return text + (f", for {entry.lasts_s:.0f} s" if entry.lasts_s else "")
