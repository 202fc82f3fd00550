"""Stream URLs: from the path and query of a handshake to what the socket wants. Pure; called by the server.

    /ws                      raw payloads, subscribe later
    /ws/<name>[/<name>...]   raw payloads; a bare integer stands for nothing
    /stream?streams=a/b      combined payloads
    ?listenKey=K[&events=A/B][&listenKey=K2...]    user data, on either form

Each also under /public, /market or /private, and any of them under /fstream or /dstream, which fix the product
(semantics 7.1.1, 7.1.2, 7.5.2).
"""

from urllib.parse import parse_qsl, unquote

from perpit.domain.words import COIN_M, USDS_M

ROUTES = ("public", "market", "private")
HOSTS = {"fstream": USDS_M, "dstream": COIN_M}
NOTHING_HERE = (
    "There is no stream at this path; streams are at /ws, /ws/<name> and /stream?streams=<name>/<name>, "
    "the WebSocket API is at /ws-fapi/v1 and /ws-dapi/v1."
)


class StreamTarget:
    """What a handshake asks for. `names` are stream names or listen keys, as the client wrote them.

    `route` is "public", "market", "private", or "" for the unrouted forms. `listen_keys` holds pairs of a key and
    the event types wanted from it; no event types means all of them. `market` is fixed by the prefix; None means that
    the symbol tells it, and that streams of all symbols are USDⓈ-M's.
    """

    def __init__(
        self,
        route: str,
        combined: bool,
        names: list[str],
        listen_keys: list[tuple[str, frozenset[str]]],
        market: int | None = None,
    ) -> None:
        self.market = market
        self.route = route
        self.combined = combined
        self.names = names
        self.listen_keys = listen_keys


def parse_stream_url(path: str, query: str) -> StreamTarget | None:
    """The target of a stream URL; None when the path is no stream path (the handshake is refused)."""
    parts = path.split("/")[1:]
    market = HOSTS.get(parts[0]) if parts else None
    if market is not None:
        parts = parts[1:]
    route = ""
    if parts and parts[0] in ROUTES:
        route = parts[0]
        parts = parts[1:]
    if not parts:
        return None
    rest = parts[1:]
    if parts[0] == "ws":
        names = [unquote(name) for name in rest if name and not _is_integer(name)]
        return StreamTarget(route, False, names, _listen_keys(query), market)
    if parts[0] == "stream" and not any(rest):
        return StreamTarget(route, True, _stream_names(query), _listen_keys(query), market)
    return None


def _is_integer(name: str) -> bool:
    return name.isascii() and name.isdigit()


def _stream_names(query: str) -> list[str]:
    names: list[str] = []
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key == "streams":
            names.extend(name for name in value.split("/") if name)
    return names


def _listen_keys(query: str) -> list[tuple[str, frozenset[str]]]:
    """Each `events` belongs to the `listenKey` before it."""
    pairs: list[tuple[str, frozenset[str]]] = []
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key == "listenKey" and value:
            pairs.append((value, frozenset()))
        elif key == "events" and pairs:
            pairs[-1] = (pairs[-1][0], frozenset(event for event in value.split("/") if event))
    return pairs
