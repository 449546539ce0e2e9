"""Small networks learn by Adam's steps (Kingma and Ba, 2015), written out for a few arrays."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class Descent:
    """Parameters with Adam's running means.

    Attributes:
        values: the parameters; each step changes them in place.
        decay: share of a matrix that is lost with each step, in units of its rate; biases keep
            theirs.
        square_rate: share of a step by which the mean squares follow; more where steps are few.
    """

    values: list[Doubles]
    decay: float = 0.0
    square_rate: float = 0.001
    _means: list[Doubles] = field(init=False)
    _squares: list[Doubles] = field(init=False)
    _steps: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._means = [np.zeros_like(one) for one in self.values]
        self._squares = [np.zeros_like(one) for one in self.values]

    def step(self, gradients: list[Doubles], rate: float) -> None:
        """One step down; `gradients` in the order of the values."""
        self._steps += 1
        for value, mean, square, gradient in zip(
            self.values, self._means, self._squares, gradients, strict=True
        ):
            if value.ndim > 1:
                value[...] *= 1.0 - rate * self.decay
            mean[...] += 0.1 * (gradient - mean)
            square[...] += self.square_rate * (gradient**2 - square)
            unbiased = mean / (1.0 - 0.9**self._steps)
            size = np.sqrt(square / (1.0 - (1.0 - self.square_rate) ** self._steps)) + 1e-8
            value[...] -= rate * unbiased / size
