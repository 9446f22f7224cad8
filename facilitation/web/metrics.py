"""`/metrics` for Prometheus: this process's counters. Off unless the setting says so and the extra `metrics` is installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from facilitation.core.counters import Counters
from facilitation.core.errors import Refused
from facilitation.web import access

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """In the text format of Prometheus."""
    if not access.extension("settings").METRICS:
        raise Refused("not_found")
    try:
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    except ImportError:
        raise Refused("not_found") from None
    registry = CollectorRegistry()
    registry.register(_Collector(access.extension("counters"), len(current_app.extensions["facilitation"]["connections"])))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Collector:
    """Our numbers in the shapes of the library, made when they are asked for."""

    def __init__(self, counters: Counters, connected: int) -> None:
        self._counters, self._connected = counters, connected

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        counters = self._counters
        yield GaugeMetricFamily("facilitation_connected", "Sockets connected to this process", value=self._connected)
        yield GaugeMetricFamily("facilitation_requests_running", "HTTP requests under way", value=counters.running)
        yield _by("facilitation_commands", "Commands answered, by code", "code", counters.commands)
        yield _by("facilitation_ends", "Live connections that ended, by reason", "reason", counters.ends)
        yield _by("facilitation_refused", "Live connections not let in, by code", "code", counters.refused)
        for name, meaning, times in (
            ("facilitation_commit_seconds", "From begin to commit of one batch", counters.commit),
            ("facilitation_fan_out_seconds", "One flush to everybody who listens", counters.fan_out),
        ):
            yield HistogramMetricFamily(name, meaning, buckets=times.buckets(), sum_value=times.total)
        yield CounterMetricFamily("facilitation_resyncs", "Catch-ups asked for", value=counters.resyncs)
        yield CounterMetricFamily("facilitation_queue_drops", "Sockets hung up on: slow or too eager", value=counters.drops)


def _by(name: str, meaning: str, label: str, counted: Mapping[str, int]) -> Metric:
    """A counter for each value of one label."""
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, meaning, labels=[label])
    for value, n in sorted(counted.items()):
        family.add_metric([value], n)
    return family
