"""How the API says no: one JSON form for every refusal, without echoing what was sent."""

from collections.abc import Mapping
from typing import cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from typing_extensions import override

FAULTS_TOLD_MAX = 8
"""Faults of one body that are told; a body of thousands must not make an answer of thousands."""


class RefusedError(HTTPException):
    """A request that is not carried out; whoever sent it must act.

    Args:
        status: of HTTP.
        code: a stable word.
        text: one English sentence.
        headers: to send along.
        said: what the text names, for those who say it in another language.
    """

    def __init__(
        self,
        status: int,
        code: str,
        text: str,
        headers: Mapping[str, str] | None = None,
        said: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(status, text, dict(headers) if headers else None)
        self.code = code
        self.said = said or {}

    @override
    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


def refusal(
    status: int,
    code: str,
    text: str,
    headers: Mapping[str, str] | None = None,
    said: Mapping[str, object] | None = None,
) -> JSONResponse:
    """The one form of a refusal; with `said` as `RefusedError` has it, where there is some."""
    return JSONResponse({"error": code, "text": text, **(said or {})}, status, headers)


CODE_OF_STATUS = {400: "invalid", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def add_refusals(app: FastAPI) -> None:
    """Make an application refuse in this form."""
    app.add_exception_handler(HTTPException, _tell_refusal)
    app.add_exception_handler(RequestValidationError, _tell_faults)


async def _tell_refusal(_: Request, error: Exception) -> JSONResponse:
    refused = cast("HTTPException", error)  # registered for this class alone
    code = (
        refused.code
        if isinstance(refused, RefusedError)
        else CODE_OF_STATUS.get(refused.status_code, "refused")
    )
    said = refused.said if isinstance(refused, RefusedError) else None
    return refusal(refused.status_code, code, str(refused.detail), refused.headers, said)


async def _tell_faults(_: Request, error: Exception) -> JSONResponse:
    """Where and why, but never the value: it may be somebody's PIN."""
    faults = cast("RequestValidationError", error).errors()  # registered for this class alone
    told = [
        f"{'.'.join(str(part)[:64] for part in fault['loc'])}: {fault['msg']}"
        for fault in faults[:FAULTS_TOLD_MAX]
    ]
    return refusal(422, "invalid", "; ".join(told))
