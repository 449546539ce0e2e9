"""What the toys answer with."""

from collections.abc import Mapping

from edge.model.prompts import Answer


def yes(code: str, text: str, data: Mapping[str, object] | None = None) -> Answer:
    """It is taken."""
    return Answer(accepted=True, code=code, text=text, data=data or {})


def no(code: str, text: str, data: Mapping[str, object] | None = None) -> Answer:
    """It is refused."""
    return Answer(accepted=False, code=code, text=text, data=data or {})
