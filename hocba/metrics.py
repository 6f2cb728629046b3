"""Numbers for Prometheus: how many requests, how long, which answer; per named address, never per person."""

import os
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

ANSWERS = Counter("hocba_http_answers", "Answers by address name and status", ["address", "method", "status"])
SECONDS = Histogram(
    "hocba_http_seconds",
    "Seconds until the answer, by address name",
    ["address"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measured:
    """Middleware that counts and times every request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Time the answer; addresses that nobody named share one label."""
        begun = time.perf_counter()
        response = self.get_response(request)
        address = (request.resolver_match and request.resolver_match.view_name) or "unnamed"
        method = request.method if request.method in METHODS else "other"
        ANSWERS.labels(address, method, str(response.status_code)).inc()
        SECONDS.labels(address).observe(time.perf_counter() - begun)
        return response


def metrics(request: HttpRequest) -> HttpResponse:
    """Return the numbers of all worker processes (`PROMETHEUS_MULTIPROC_DIR`), else of this one."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
