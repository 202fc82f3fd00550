"""The description of streams, user data and the WebSocket API as AsyncAPI 3.0, served as `/asyncapi.json`.

Made from the streams' own tables and the facts (`asyncapi_streams`), and from the table of methods (`asyncapi_ws_api`),
as the profile has them.
"""

from typing import Any, Final

from perpit.binance import asyncapi_streams as streams
from perpit.binance import asyncapi_ws_api as ws_api
from perpit.binance.openapi import info
from perpit.binance.openapi_errors import ERROR
from perpit.binance.products import PRODUCTS
from perpit.binance.profile_routes import routes_of_profile
from perpit.binance.profiles import Profile

Json = dict[str, Any]

DESCRIPTION: Final = """\
**Profile** {profile}.

**Streams**: a socket at `/ws/<name>` gets the payloads of one stream as they are, one at
`/stream?streams=<name>/<name>` each wrapped as `{"stream": "<name>", "data": …}`. Both take SUBSCRIBE and UNSUBSCRIBE
messages later. The paths also stand under `/fstream` and `/dstream`, which fix the market; without those the symbol
tells it. Symbols are lower case in names.{routed}

**User data**: a listen key (`POST /fapi/v1/listenKey`, `/dapi/v1/listenKey`) is the name of the account's stream.

**WebSocket API**: requests as messages at `/ws-fapi/v1` and `/ws-dapi/v1`, answered by what answers the REST call.
Signed ones carry `apiKey`, `timestamp` and `signature`, made over all other parameters sorted by name, as `name=value`
joined by `&`; after `session.logon` with an Ed25519 key they need only the timestamp.

The REST API is described in `/openapi.json`.
"""


LOOSELY_ROUTED: Final = """ They also stand under `/public`, `/market` and `/private`, as the exchange routes USDⓈ-M's
streams; here every path carries every stream."""
STRICTLY_ROUTED: Final = """

**Routed paths**: USDⓈ-M's streams come under `/public`, `/market` or `/private`, each under its own alone. Elsewhere a
name is acknowledged and stays silent; the paths without a route carry what `/public` does."""


def document(profile: Profile, version: str) -> Json:
    """The whole description of a venue of a profile."""
    routes = routes_of_profile(profile)
    channels: Json = {}
    operations: Json = {}
    messages: Json = {}
    for product in PRODUCTS.values():
        for part in (streams.described(product, profile), ws_api.described(product, routes)):
            for made, whole in zip(part, (channels, operations, messages), strict=True):
                whole |= made
    routed = STRICTLY_ROUTED if profile.strict_routes else LOOSELY_ROUTED if profile.routed_paths else ""
    return {
        "asyncapi": "3.0.0",
        "info": info(
            "Perpit: streams and WebSocket API", DESCRIPTION.replace("{routed}", routed), profile, version
        ),
        "defaultContentType": "application/json",
        "servers": {
            "venue": {
                "host": "{address}",
                "protocol": "ws",
                "description": "Where the venue listens; with TLS the protocol is wss.",
                "variables": {"address": {"default": "127.0.0.1:8000"}},
            }
        },
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": {"Error": ERROR}},
    }
