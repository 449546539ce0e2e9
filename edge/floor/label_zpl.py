"""A parcel's or pallet's label in ZPL: a GS1 logistic label with the SSCC as GS1-128.

The X-dimension is at least 0.495 mm and the bars at least 31.75 mm high (GS1 General
Specifications, symbol specification table 5). Text is sent as UTF-8, and what ZPL would take for
its own signs as hexadecimal.
"""

import math
from dataclasses import dataclass

from edge.model.ids import Sscc

MODULE_MM_MIN = 0.495
BAR_MM = 34.0
SHIP_TO_LINES_MAX = 5
_LINE_CHARACTERS_MAX = 40


@dataclass(frozen=True, slots=True)
class LabelForm:
    """The paper and the print head.

    Attributes:
        width_mm, height_mm: of one label.
        dots_per_mm: 6, 8, 12 or 24.
    """

    width_mm: float = 100.0
    height_mm: float = 150.0
    dots_per_mm: int = 8


@dataclass(frozen=True, slots=True)
class LabelText:
    """What a label says besides its number.

    Attributes:
        title: what it is on, such as an order's parcel.
        content: how much is in it.
        carrier: who takes it.
        ship_to: the address, a line each; `SHIP_TO_LINES_MAX` of it are printed.
        cut_off: when the carrier leaves; empty where not known.
        weight: of the parcel; empty where it was not weighed.
    """

    title: str
    content: str
    carrier: str
    ship_to: tuple[str, ...] = ()
    cut_off: str = ""
    weight: str = ""


def zpl(sscc: Sscc, text: LabelText, form: LabelForm) -> bytes:
    """One label; 18 digits of `sscc`."""
    dots = form.dots_per_mm
    module = math.ceil(MODULE_MM_MIN * dots)
    left = 4 * dots
    readable = f"(00) {sscc[0]} {sscc[1:8]} {sscc[8:17]} {sscc[17]}"
    bars_at = round((form.height_mm - BAR_MM - 14) * dots)
    return "".join(
        (
            "^XA^CI28^LH0,0",
            f"^PW{round(form.width_mm * dots)}^LL{round(form.height_mm * dots)}",
            _line(left, 4 * dots, 4 * dots, "CARRIER"),
            _line(left, 9 * dots, 11 * dots, text.carrier or "-"),
            _line(left, 22 * dots, 5 * dots, text.cut_off),
            _line(left, 30 * dots, 4 * dots, "SHIP TO" if text.ship_to else ""),
            *(
                _line(left, (35 + 5 * at) * dots, 4 * dots, one)
                for at, one in enumerate(text.ship_to[:SHIP_TO_LINES_MAX])
            ),
            f"^FO{left},{61 * dots}^GB{round(form.width_mm * dots) - 2 * left},3,3^FS",
            _line(left, 63 * dots, 7 * dots, text.title),
            _line(left, 71 * dots, 4 * dots, text.content),
            _line(left, 77 * dots, 4 * dots, text.weight),
            f"^FO{left},{bars_at}^BY{module}^BCN,{round(BAR_MM * dots)},N,N,N^FD>;>800{sscc}^FS",
            _line(left, bars_at + round((BAR_MM + 3) * dots), 6 * dots, readable),
            "^XZ\n",
        )
    ).encode()


def _line(left: int, top: int, high: int, text: str) -> str:
    """A line of text, none where it is empty; nothing that ZPL would obey."""
    if not text:
        return ""
    shown = "".join(one for one in text if one.isprintable())[:_LINE_CHARACTERS_MAX]
    safe = "".join(f"_{ord(one):02X}" if one in "^~_\\" else one for one in shown)
    return f"^FO{left},{top}^A0N,{high},{high}^FH^FD{safe}^FS"
