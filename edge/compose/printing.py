"""Label printers, wired: the desk that makes labels, and a thread for each printer."""

import numpy as np

from drivers.backoff import Backoff
from drivers.printing.printer import LabelPrinter, PrinterSettings
from edge.compose.core import Core
from edge.floor.label_spool import LabelSpool
from edge.floor.label_zpl import LabelForm
from edge.floor.labels import LabelDesk, StationPrinter
from edge.model.ids import LocationId

SPOOL_FOLDER = "labels"
"""Beside the journal."""


def label_desk(core: Core) -> tuple[LabelDesk, list[tuple[str, LabelPrinter]]]:
    """The desk and its printers by name, not started."""
    desk = LabelDesk(
        {
            LocationId(one.station): StationPrinter(
                one.name, LabelForm(one.width_mm, one.height_mm, one.dots_per_mm)
            )
            for one in core.settings.printer
        },
        core.board,
        core.alerts,
        core.clock,
        LabelSpool(core.store_path.with_name(SPOOL_FOLDER)),
    )
    chance = np.random.default_rng()
    printers: list[tuple[str, LabelPrinter]] = []
    for one in core.settings.printer:
        host, port = one.host_and_port
        settings = PrinterSettings(one.name, host, port, one.answers)
        printer = LabelPrinter(settings, desk, Backoff(chance, first_us=500_000))
        desk.attach(one.name, printer.print)
        printers.append((one.name, printer))
    desk.resume()
    return desk, printers
