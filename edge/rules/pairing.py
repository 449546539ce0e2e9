"""Pairing: a tag and a barcode of the same piece make one unit, never two.

A piece that the radio saw waits for its barcode and one that was scanned waits for its tag. A new
sign goes to the first piece of the same article that waits for it; only where none waits is it a
new piece. So a piece is counted at most once, and a piece that is missed shows as missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from edge.model.ids import Epc
from edge.model.work import Unit


@dataclass(frozen=True, slots=True)
class Sign:
    """What a new sign means for the units known so far.

    Attributes:
        before: the unit that it belongs to; None for a new piece.
        unit: that unit, or the new one, with the sign; None where the sign says nothing new.
    """

    before: Unit | None
    unit: Unit | None


NOTHING_NEW = Sign(None, None)


def tag_seen(units: Iterable[Unit], epc: Epc) -> Sign:
    """An antenna saw a tag of this article."""
    known = tuple(units)
    if any(unit.epc == epc for unit in known):
        return NOTHING_NEW
    waiting = next((unit for unit in known if unit.epc is None), None)
    if waiting is not None:
        return Sign(waiting, Unit(epc, scanned=True))
    return Sign(None, Unit(epc, scanned=False))


def code_scanned(units: Iterable[Unit], epc: Epc | None, *, radio: bool) -> Sign:
    """A barcode of this article was scanned, with a serial number (`epc`) or without.

    Args:
        units: of this article, known so far.
        epc: the very piece, where the code names it.
        radio: whether an antenna sees the pieces here, or saw those that are scanned now; where
            none does, each scan is a new piece.
    """
    known = tuple(units)
    if epc is not None:
        return _serial_scanned(known, epc)
    waiting = next((unit for unit in known if unit.epc and not unit.scanned), None)
    if radio and waiting is not None:
        return Sign(waiting, Unit(waiting.epc, scanned=True))
    return Sign(None, Unit(None, scanned=True))


def case_scanned(units: Iterable[Unit], quantity: int, *, radio: bool) -> tuple[Sign, ...]:
    """The barcode of a case with so many pieces: as if each of them had been scanned.

    Args:
        units: of this article, known so far.
        quantity: pieces in the case.
        radio: as for `code_scanned`.
    """
    known = list(units)
    signs = []
    for _ in range(quantity):
        sign = code_scanned(known, None, radio=radio)
        if sign.before is not None:
            known.remove(sign.before)
        if sign.unit is not None:
            known.append(sign.unit)
        signs.append(sign)
    return tuple(signs)


def _serial_scanned(known: tuple[Unit, ...], epc: Epc) -> Sign:
    same = next((unit for unit in known if unit.epc == epc), None)
    if same is None:
        return Sign(None, Unit(epc, scanned=True))
    return NOTHING_NEW if same.scanned else Sign(same, Unit(epc, scanned=True))
