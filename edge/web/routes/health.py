"""For machines that watch the gateway: alive, ready, metrics; and the API's description."""

from typing import cast

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse

from edge.web.parts import TheParts, Who, machine_or_person

router = APIRouter(tags=["health"])

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/healthz")
async def live() -> dict[str, bool]:
    """The web server answers."""
    return {"live": True}


@router.get("/readyz", dependencies=[Depends(machine_or_person)])
async def ready(parts: TheParts) -> JSONResponse:
    """Whether work can be done: 200, or 503 with what is in the way."""
    report = await run_in_threadpool(parts.given.ready)
    return JSONResponse(dict(report), 200 if report.get("ready") is True else 503)


@router.get("/metrics", dependencies=[Depends(machine_or_person)])
async def metrics(parts: TheParts) -> PlainTextResponse:
    """Prometheus text."""
    text = await run_in_threadpool(parts.given.metrics)
    return PlainTextResponse(text, media_type=METRICS_TYPE)


@router.get("/api/openapi.json", include_in_schema=False)
async def description(request: Request, _: Who) -> dict[str, object]:
    """The API in OpenAPI 3.1."""
    return cast("dict[str, object]", request.app.openapi())


@router.get(
    "/api/asyncapi.json", include_in_schema=False, dependencies=[Depends(machine_or_person)]
)
async def protocol(parts: TheParts) -> JSONResponse:
    """The MQTT interface in AsyncAPI 3.0."""
    return JSONResponse(parts.given.protocol())
