"""`/metrics`: what a Prometheus server may watch, in its text format. Needs no token and names nobody."""

from collections.abc import Iterator
from typing import Any

from perpit.control.ports import Ports

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The numbers of the venue, read at the moment they are asked for; `requests` is counted here."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._registry: Any = None
        self.requests: dict[tuple[str, int], int] = {}

    def count(self, method: str, status: int) -> None:
        """One more call of control was answered."""
        self.requests[method, status] = self.requests.get((method, status), 0) + 1

    def text(self) -> bytes:
        """Everything, in the text exposition format."""
        # imported at the first scrape: a venue that nobody scrapes starts without it
        from prometheus_client import CollectorRegistry, generate_latest

        if self._registry is None:
            self._registry = CollectorRegistry()
            self._registry.register(self)
        return bytes(generate_latest(self._registry))

    def collect(self) -> Iterator[Any]:
        """The metric families, as prometheus-client asks a collector for them."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        ports, world = self._ports, self._ports.world
        yield CounterMetricFamily("perpit_commands", "Commands in the sequence", value=world.seq)
        yield GaugeMetricFamily("perpit_venue_time_ms", "The venue's time", value=ports.clock.now_ms())
        yield GaugeMetricFamily("perpit_accounts", "Accounts", value=len(world.accounts))
        yield GaugeMetricFamily("perpit_keys", "API keys", value=len(world.keys.by_api_key))
        yield GaugeMetricFamily(
            "perpit_connections", "Open connections, HTTP and WebSocket", value=ports.connections()
        )
        yield GaugeMetricFamily("perpit_uptime_seconds", "Seconds since the start", ports.uptime_ms() / 1000)
        requests = CounterMetricFamily(
            "perpit_control_requests", "Calls of venue control", labels=["method", "status"]
        )
        for (method, status), number in self.requests.items():
            requests.add_metric([method, str(status)], number)
        yield requests
