"""What may be posted about the work on single tags; bounds as in `bodies`."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from edge.web.bodies import Body, Name

WholeWords = Annotated[str, StringConstraints(pattern=r"^(?:[0-9a-f]{4}){1,31}$", to_lower=True)]
"""Memory of a tag as hex: words of 16 bits, as many as an EPC can have."""
TagPassword = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{8}$")]


class TagTarget(Body):
    """Which tag, by which reader; with neither EPC nor TID the only one that is there."""

    reader: Name
    epc: WholeWords | None = None
    tid: WholeWords | None = None
    antenna: Annotated[int, Field(ge=0, le=65_535)] = 0


class TagRead(TagTarget):
    """Words of a tag's memory."""

    bank: Literal["epc", "tid", "user"]
    word: Annotated[int, Field(ge=0, le=65_535)] = 0
    count: Annotated[int, Field(ge=1, le=64)] = 1
    password: TagPassword | None = None


class TagWrite(TagTarget):
    """Another EPC, or words of user memory."""

    to_epc: WholeWords | None = None
    word: Annotated[int, Field(ge=0, le=65_535)] = 0
    words_hex: WholeWords | None = None
    password: TagPassword | None = None


class TagNewPassword(TagTarget):
    """Another access or kill password."""

    which: Literal["access", "kill"]
    new_password: TagPassword
    password: TagPassword | None = None


class TagLock(TagTarget):
    """What may be written."""

    fields: Annotated[
        list[Literal["kill_password", "access_password", "epc", "tid", "user"]],
        Field(min_length=1, max_length=5),
    ]
    how: Literal["lock", "unlock", "lock_for_ever", "unlock_for_ever"] = "lock"
    password: TagPassword | None = None


class KillConfirmation(TagTarget):
    """Which tag is to be killed: its EPC and its TID, both."""

    epc: WholeWords
    tid: WholeWords


class TagKill(KillConfirmation):
    """Kill it, as it was confirmed."""

    kill_password: TagPassword
    confirmation: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
