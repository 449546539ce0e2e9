"""Stack lights, wired: rules of the configuration, outputs of the readers' own wire."""

from drivers.llrp.reader import LlrpWire
from edge.compose.core import Core
from edge.floor.lights import LightRule, Lights, SwitchOutput


def stack_lights(core: Core) -> Lights:
    """The lights of a configuration, not started."""
    rules = tuple(
        LightRule(one.on, one.place, one.reader, one.output, int(one.seconds * 1e6))
        for one in core.settings.light
    )
    return Lights(rules, core.floor, core.board, core.alerts, core.clock)


def switching(wire: LlrpWire) -> SwitchOutput:
    """The way to a reader's outputs."""
    return lambda reader, output, on: wire.set_output(reader, output, on=on)
