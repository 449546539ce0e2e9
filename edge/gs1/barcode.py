"""What a barcode scanner, a handheld's camera or a keyboard wedge delivered.

Whatever comes in is one `Barcode`: with the GS1 numbers in it where it has any, else with nothing
but its text. Nothing is guessed: a number whose check digit is wrong is told as a fault.
"""

import re
from dataclasses import dataclass
from datetime import date

from edge.gs1.digits import GTIN_LENGTHS, SSCC_LENGTH, check_fault, is_digits
from edge.gs1.elements import (
    GS1_SIGNS,
    SEPARATOR,
    Element,
    expiry_of,
    fault_of,
    from_brackets,
    from_link,
    from_message,
    with_separators,
)
from edge.gs1.epc import describe, sgtin_of, sscc_of
from edge.model.ids import Epc, Gtin, Sscc

TEXT_LENGTH_MAX = 512
"""Longer text than any symbol in a warehouse holds is kept as it is and not looked into."""
_AIM_SIGN = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""Symbology identifier in front of the data (ISO/IEC 15424)."""
_EAN_WITH_ADD_ON = "]E3"
_EAN_LENGTH = 13
_BEGINS_WITH_KEY = re.compile(r"(?:01|02)\d{14}|00\d{18}", re.ASCII)
"""Element strings that are recognised without any sign: a batch number may look like any other."""
_EPC_HEX = re.compile(r"(?:[0-9A-Fa-f]{4}){6,}")
_BRACKETED = re.compile(r"\(\d{2,4}\)")


@dataclass(frozen=True, slots=True)
class Barcode:
    """One scan.

    Attributes:
        raw: the text without blanks around it and without the sign of its symbology.
        gtin: article; of the pieces inside where the label is that of a parcel (AI 02).
        expiry: last day (AI 17), else best before (AI 15).
        epc_hex: lower-case; only from text that has the tag's bits or a tag URI.
        fault: one sentence about what is wrong with it, such as a check digit; else empty.
    """

    raw: str
    gtin: Gtin | None = None
    serial: str | None = None
    batch: str | None = None
    expiry: date | None = None
    sscc: Sscc | None = None
    epc_hex: Epc | None = None
    fault: str = ""


def parse(text: str) -> Barcode:
    """Understand a scan; never raises."""
    trimmed = text.strip(" \t\r\n\x00")
    sign = _AIM_SIGN.match(trimmed)
    raw = trimmed[sign.end() :] if sign else trimmed
    if not raw or len(raw) > TEXT_LENGTH_MAX:
        return Barcode(raw)
    if sign is not None and sign.group() == _EAN_WITH_ADD_ON:  # 13 and 5 digits are no SSCC
        return _of_key(raw[:_EAN_LENGTH]) if is_digits(raw) else Barcode(raw)
    is_gs1 = sign is not None and sign.group() in GS1_SIGNS
    try:
        return _parsed(raw, is_gs1=is_gs1)
    except ValueError as error:
        return Barcode(raw, fault=str(error) if is_gs1 else "")


def _parsed(raw: str, *, is_gs1: bool) -> Barcode:
    lowered = raw.lower()
    if lowered.startswith("urn:epc:"):
        return _of_uri(raw)
    if lowered.startswith(("https://", "http://")):
        return _of_elements(raw, from_link(raw))
    if _BRACKETED.match(raw):
        return _of_elements(raw, from_brackets(raw))
    plain = with_separators(raw)
    if is_gs1 or SEPARATOR in plain:
        return _of_elements(raw, from_message(plain))
    return _of_bare(raw)


def _of_bare(raw: str) -> Barcode:
    """Text without any sign of what it is: told by its length and its first digits."""
    is_hex = _EPC_HEX.fullmatch(raw) is not None
    if is_digits(raw) and len(raw) in (*GTIN_LENGTHS, SSCC_LENGTH):
        return _of_key(raw)
    if _BEGINS_WITH_KEY.match(raw):
        found = _of_elements(raw, from_message(raw))
        if not (found.fault and is_hex):
            return found
    return _of_hex(raw) if is_hex else Barcode(raw)


def _of_key(raw: str) -> Barcode:
    if fault := check_fault(raw):
        return Barcode(raw, fault=fault)
    if len(raw) == SSCC_LENGTH:
        return Barcode(raw, sscc=Sscc(raw))
    return Barcode(raw, gtin=Gtin(raw.zfill(14)))


def _of_hex(raw: str) -> Barcode:
    epc = Epc(raw.lower())
    gtin, serial = sgtin_of(epc) or (None, None)
    return Barcode(raw, gtin=gtin, serial=serial, sscc=sscc_of(epc), epc_hex=epc)


def _of_uri(raw: str) -> Barcode:
    try:
        forms = describe(raw)
    except ValueError as error:
        return Barcode(raw, fault=str(error))
    found = (
        _of_elements(raw, from_brackets(forms.element_string)) if forms.element_string else None
    )
    epc = Epc(forms.epc_hex) if forms.epc_hex and raw.startswith("urn:epc:tag:") else None
    if found is None:
        return Barcode(raw, epc_hex=epc)
    return Barcode(
        raw, found.gtin, found.serial, found.batch, found.expiry, found.sscc, epc, found.fault
    )


def _of_elements(raw: str, elements: tuple[Element, ...]) -> Barcode:
    fault = fault_of(elements)
    if fault:
        return Barcode(raw, fault=fault)
    values = {element.ai: element.value for element in elements}
    gtin = values.get("01") or values.get("02")
    sscc = values.get("00")
    return Barcode(
        raw,
        gtin=Gtin(gtin) if gtin else None,
        serial=values.get("21"),
        batch=values.get("10"),
        expiry=expiry_of(values.get("17") or values.get("15") or ""),
        sscc=Sscc(sscc) if sscc else None,
    )
