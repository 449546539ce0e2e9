"""A reader's general purpose inputs and outputs: what stands on them, what is told of them."""

from simulators.llrp.checking import type_of
from simulators.llrp.parts import Part, part
from simulators.llrp.status import Complaint, StatusCode


class Ports:
    """Inputs and outputs of one reader; all low when it is switched on.

    Args:
        inputs: how many GPIs.
        outputs: how many GPOs.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        self._enabled = dict.fromkeys(range(1, inputs + 1), False)
        self._high = dict.fromkeys(range(1, inputs + 1), False)
        self.outputs = dict.fromkeys(range(1, outputs + 1), False)

    def reset(self) -> None:
        """Factory settings; what others put on the inputs stays."""
        self._enabled = dict.fromkeys(self._enabled, False)
        self.outputs = dict.fromkeys(self.outputs, False)

    def is_high(self, port: int) -> bool:
        """What stands on an input.

        Raises:
            KeyError: there is no such input.
        """
        return self._high[port]

    def put(self, port: int, *, high: bool) -> bool:
        """Something outside drives an input; whether that is a change that the client listens to.

        Raises:
            KeyError: there is no such input.
        """
        changed = self._high[port] is not high
        self._high[port] = high
        return changed and self._enabled[port]

    def complain_of_trigger(self, trigger: Part, path: tuple[int, ...]) -> Complaint | None:
        """What is wrong with a trigger that waits for an input; `path` leads to it."""
        value = trigger.first("GPITriggerValue")
        if value is None:
            text = f"{trigger.name} lacks its GPITriggerValue"
            return Complaint(text, StatusCode.MISSING_PARAMETER, (*path, _TRIGGER_VALUE))
        return self.complain(value, (*path, type_of(value)))

    def complain(self, one: Part, path: tuple[int, ...]) -> Complaint | None:
        """Whether a parameter names a port that there is not; `path` leads to it."""
        kind, ports = ("GPO", self.outputs) if one.name == "GPOWriteData" else ("GPI", self._high)
        port = one.number(f"{kind}PortNumber" if kind == "GPO" else "GPIPortNum")
        if port in ports:
            return None
        return Complaint(f"{kind} {port}: there are {len(ports)}", _OUT_OF_RANGE, path, 1)

    def change(self, one: Part) -> None:
        """Obey a GPOWriteData or a GPIPortCurrentState that was checked."""
        if one.name == "GPOWriteData":
            self.outputs[one.number("GPOPortNumber")] = bool(one.number("GPOData"))
        else:
            self._enabled[one.number("GPIPortNum")] = bool(one.number("Config"))

    def tell_inputs(self, port: int) -> tuple[Part, ...]:
        """GPIPortCurrentState of one input; of all for 0."""
        return tuple(
            part(
                "GPIPortCurrentState",
                GPIPortNum=n,
                Config=int(self._enabled[n]),
                State=int(high),
            )
            for n, high in self._high.items()
            if port in (0, n)
        )

    def tell_outputs(self, port: int) -> tuple[Part, ...]:
        """GPOWriteData of one output; of all for 0."""
        return tuple(
            part("GPOWriteData", GPOPortNumber=n, GPOData=int(high))
            for n, high in self.outputs.items()
            if port in (0, n)
        )


_TRIGGER_VALUE = 181
_OUT_OF_RANGE = StatusCode.OUT_OF_RANGE
