"""The way of a call of venue control: limit, route, token, body, handler, answer. The server calls `http`."""

import hmac
import logging
from email.utils import formatdate
from typing import Any, get_args, get_type_hints
from urllib.parse import unquote

import msgspec

from perpit.control.bodies import IN_WORDS, Body
from perpit.control.metrics import CONTENT_TYPE, Metrics
from perpit.control.ports import Answer, Ports
from perpit.control.problems import Problem
from perpit.control.routes import Route, match

BODY_LIMIT = 65_536
JSON = "application/json"

_log = logging.getLogger("perpit.control")


class Control:
    """Venue control behind its bearer token."""

    def __init__(self, ports: Ports, token: str) -> None:
        self._ports = ports
        self._authorization = b"Bearer " + token.encode()
        self._metrics = Metrics(ports)

    async def http(
        self,
        method: str,
        path: str,
        query: bytes,
        headers: list[tuple[bytes, bytes]],
        body: bytes,
        client_ip: str,
    ) -> Answer:
        """Answer one request; problems of the caller are answered too, never raised."""
        date = formatdate(self._ports.clock.now_ms() // 1000, usegmt=True)
        if path == "/metrics" and method == "GET":
            return Answer(200, head(CONTENT_TYPE, date), self._metrics.text())
        try:
            status, payload = await self._call(method, path, headers, body)
            extra = ""
        except Problem as problem:
            status, payload = problem.status, {"error": problem.message}
            extra = challenge(problem.status, path)
        except Exception as error:  # a bug: the caller hears of it, the log says which call it was
            _log.error("control failed at %s %s", method, path, exc_info=error)
            status, payload, extra = 500, {"error": "internal error; the venue's log says more"}, ""
        self._metrics.count(method, status)
        return Answer(status, head(JSON, date, extra), msgspec.json.encode(payload))

    async def _call(
        self, method: str, path: str, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> tuple[int, dict[str, Any]]:
        if len(body) > BODY_LIMIT:
            raise Problem(413, f"the body is larger than {BODY_LIMIT} bytes")
        routes, params = match(path)
        route = routes.get(method)
        if route is None or not route.open:
            self._check_token(headers)
        if not routes:
            raise Problem(404, f"there is nothing at {path}; /openapi.json lists every call")
        if route is None:
            raise Problem(405, f"{method} is not possible here; {' and '.join(routes)} are")
        params = {name: unquote(value) for name, value in params.items()}
        return route.status, await route.handler(self._ports, params, read_body(route, body))

    def _check_token(self, headers: list[tuple[bytes, bytes]]) -> None:
        for name, value in headers:
            if name == b"authorization" and hmac.compare_digest(value, self._authorization):
                return
        raise Problem(401, "needs the header Authorization: Bearer <admin token>; it is in the ready-file")


def read_body(route: Route, body: bytes) -> Body | None:
    """The body as its struct; raises Problem with what is wrong and where."""
    if route.body is None:
        return None
    try:
        return msgspec.json.decode(body or b"{}", type=route.body)
    except msgspec.ValidationError as error:
        raise Problem(400, f"the body does not fit: {in_words(str(error), route.body)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(400, f"the body is not JSON: {error}") from None


def in_words(misfit: str, body: type[Body]) -> str:
    """What does not fit, without patterns, and with the words that are possible."""
    for pattern, words in IN_WORDS.items():
        misfit = misfit.replace(f"`str` matching regex {pattern!r}", words)
    for name, kind in get_type_hints(body).items():
        if misfit.startswith("Invalid enum value") and misfit.endswith(f"`$.{name}`"):
            misfit += f"; choose one of {', '.join(get_args(kind))}"
    return misfit


def head(content_type: str, date: str, extra: str = "") -> bytes:
    """The header lines of an answer."""
    return f"content-type: {content_type}\r\ndate: {date}\r\n{extra}".encode()


def challenge(status: int, path: str) -> str:
    """The header line that an answer of this status owes its caller."""
    if status == 401:
        return "www-authenticate: Bearer\r\n"
    if status == 405:
        return f"allow: {', '.join(match(path)[0])}\r\n"
    return ""
