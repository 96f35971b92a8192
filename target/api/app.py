"""The HTTP side: seven endpoints, health and metrics.

Answers are plain values, written as JSON without a second validation.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Body, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from starlette.types import ASGIApp

from target import VERSION
from target.api import bodies, consolidation, finding, reflection, taxonomy
from target.api.database import PoolExhaustedError
from target.api.guard import ApiKeyGuard
from target.api.metrics import Measured, Metrics
from target.api.service import Service, build
from target.faults import parse
from target.settings import ServiceSettings

_HEALTH_TIMEOUT_S = 2.0
_LOG = logging.getLogger(__name__)


def create(settings: ServiceSettings) -> ASGIApp:
    """The whole application; the faults change settings, statements, and what stands around it."""
    faults = parse(settings.faults)
    metrics = Metrics()
    app: ASGIApp = ApiKeyGuard(_api(build(settings, faults, metrics)), settings.api_key)
    for fault in faults:
        app = fault.middleware(app)
    return Measured(app, metrics)


def _api(service: Service) -> FastAPI:
    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        service.backup.start()
        yield
        await service.close()

    app = FastAPI(title="Case bank", version=VERSION, lifespan=life)
    app.add_exception_handler(PoolExhaustedError, _pool_exhausted)
    app.add_exception_handler(DBAPIError, _database_failed)
    app.add_exception_handler(reflection.UpstreamError, _no_upstream)
    _add_reflection(app, service)
    _add_consolidation(app, service)
    _add_finding(app, service)
    _add_operations(app, service)
    return app


def _add_reflection(app: FastAPI, service: Service) -> None:
    @app.post("/reflection/analyze", response_model=bodies.Analysis)
    async def analyze(body: bodies.AnalyzeRequest) -> Response:
        answer = await reflection.analyze(service.database, body.case_id, body.limit)
        return JSONResponse(answer) if answer else _unknown(f"case '{body.case_id}'")

    @app.post("/reflection/batch", response_model=bodies.Batch)
    async def batch() -> Response:
        return JSONResponse(await reflection.batch(service.database, service.llm))


def _add_consolidation(app: FastAPI, service: Service) -> None:
    async def run(rules: bodies.ConsolidationRequest, *, dry_run: bool) -> Response:
        answer = await consolidation.consolidate(service.database, rules, dry_run=dry_run)
        if not dry_run:
            service.backup.wake()
            for reason in ("removed", "merged", "archived"):
                service.metrics.consolidated.labels(reason).inc(len(answer["details"][reason]))
        return JSONResponse(answer)

    @app.post("/consolidation/run", response_model=bodies.Consolidation)
    async def consolidation_run(
        body: Annotated[bodies.ConsolidationRequest | None, Body()] = None,
    ) -> Response:
        rules = body or bodies.ConsolidationRequest()
        return await run(rules, dry_run=rules.dry_run)

    @app.post("/consolidation/dry-run", response_model=bodies.Consolidation)
    async def consolidation_dry_run() -> Response:
        return await run(bodies.ConsolidationRequest(), dry_run=True)


def _add_finding(app: FastAPI, service: Service) -> None:
    @app.post("/classify", response_model=bodies.Classifications)
    async def classify(body: bodies.ClassifyRequest) -> Response:
        return JSONResponse(await finding.classify(service.database, body.text, body.max_suggestions))

    @app.post("/search", response_model=bodies.Hits)
    async def search(body: bodies.SearchRequest) -> Response:
        return JSONResponse(await finding.search(service.database, body.q, body.max_results))

    @app.get("/taxonomy/{version}/tree", response_model=bodies.Tree)
    async def tree(version: str) -> Response:
        answer = await taxonomy.tree(service.database, version)
        return JSONResponse(answer) if answer else _unknown(f"taxonomy version '{version}'")


def _add_operations(app: FastAPI, service: Service) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        try:
            async with asyncio.timeout(_HEALTH_TIMEOUT_S):
                await service.database.rows("ping")
        except (TimeoutError, PoolExhaustedError, SQLAlchemyError, OSError) as error:
            return JSONResponse({"status": "database unavailable", "cause": type(error).__name__}, 503)
        return JSONResponse({"status": "ok"})

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _unknown(what: str) -> Response:
    return JSONResponse({"detail": f"unknown {what}"}, 404)


async def _pool_exhausted(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"detail": "pool exhausted"}, 503, headers={"Retry-After": "1"})


async def _database_failed(_request: Request, error: Exception) -> Response:
    cause = error.orig if isinstance(error, DBAPIError) else error
    _LOG.error("statement failed: %s", cause)
    return JSONResponse({"detail": f"database error: {type(cause).__name__}"}, 500)


async def _no_upstream(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"detail": "the LLM upstream answered none of the questions"}, 502)
