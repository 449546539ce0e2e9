"""QR codes as rows of dark and light, for a page to draw and for a terminal."""

QUIET = 4
"""Light modules around it, without which a camera does not find it (ISO/IEC 18004)."""
_BLOCKS = {"00": "█", "01": "▀", "10": "▄", "11": " "}
"""Two modules above each other; light ones are drawn, for most terminals are dark."""


def rows_of(text: str) -> list[str]:
    """The modules of a text, a row each, "1" for a dark one; without light around it."""
    import segno  # noqa: PLC0415 - 0.7 MiB, and hardly ever is one drawn

    return ["".join(str(one & 1) for one in row) for row in segno.make_qr(text, error="m").matrix]


def drawn(text: str) -> str:
    """The code as lines of text, two rows of modules a line."""
    rows = rows_of(text)
    width = len(rows) + 2 * QUIET
    beside = "0" * QUIET
    whole = ["0" * width] * QUIET + [beside + row + beside for row in rows] + ["0" * width] * QUIET
    if len(whole) % 2:
        whole.append("0" * width)
    pairs = zip(whole[::2], whole[1::2], strict=True)
    return "\n".join(
        "".join(_BLOCKS[above + below] for above, below in zip(upper, lower, strict=True))
        for upper, lower in pairs
    )
