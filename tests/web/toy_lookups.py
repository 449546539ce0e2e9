"""Searches in the toy warehouse."""

from tests.web.toy_goods import SOAP, TEA, Ware

AT = "2026-01-05T08:00:00+00:00"


def _row(number: int, ware: Ware, location: str) -> dict[str, object]:
    return {
        "epc": f"30395dfa8{number:015x}",
        "sku": ware.sku,
        "name": ware.name,
        "location": location,
        "probability": 0.97,
        "since_us": 1_767_600_000_000_000,
    }


class ToyLookups:
    """Two tagged items with a little history, and 101 pieces of soap besides."""

    CALLED_LIKE_A_PLACE = "C-04-3"  # an order
    ROWS = tuple(_row(number, TEA, "A-01-3") for number in (1, 2))
    SOAPS = (
        *(_row(number, SOAP, "C-04-3") for number in range(1001, 1051)),
        *(_row(number, SOAP, "C-04-4") for number in range(1051, 1101)),
        _row(1101, SOAP, "C-03-4"),
    )

    def items(self, text: str, limit: int) -> list[dict[str, object]]:
        """Rows in which the text occurs."""
        wanted = text.lower()
        rows = (*self.ROWS, *self.SOAPS)
        return [row for row in rows if any(wanted in str(v).lower() for v in row.values())][:limit]

    def item(self, epc: str) -> dict[str, object] | None:
        """The row of an EPC."""
        return next((row for row in self.ROWS if row["epc"] == epc), None)

    def history(self, subject: str, limit: int) -> list[dict[str, object]]:
        """One arrival of an item; of an order, that it came; of anything else nothing."""
        if subject.startswith("SO-") or subject == self.CALLED_LIKE_A_PLACE:
            text = f"order {subject}"
            return [{"seq": 3, "type": "order.received", "at": AT, "text": text, "values": {}}]
        if not self.item(subject):
            return []
        rows: list[dict[str, object]] = [
            {
                "seq": 12,
                "type": "stock.arrived",
                "at": AT,
                "text": f"{subject[-4:]} arrived at A-01-3",
                "values": {"location": "A-01-3", "probability": 0.97},
            }
        ]
        return rows[:limit]

    def heat(self, subject: str, *, is_sku: bool, from_us: int, to_us: int) -> dict[str, object]:
        """Most of the time at the bin, some at the station."""
        known = {str(row["sku" if is_sku else "epc"]) for row in self.ROWS}
        span_s = (to_us - from_us) / 1e6
        shares = (("A-01-3", 0.7, 2), ("B-02-1", 0.2, 0), ("PACK-1", 0.05, 0))
        return {
            "from_us": from_us,
            "to_us": to_us,
            "items": 2 if is_sku else 1,
            "is_whole": True,
            "places": [
                {"location": place, "dwell_s": span_s * share, "items": items}
                for place, share, items in shares
                if subject in known
            ],
        }
