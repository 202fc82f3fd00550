"""Every call of control, as one table; the way of a request and the description in `describe` are made from it."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from perpit.control import accounts, bodies, grids, instruments, keys, time, venue
from perpit.control.ports import Ports

Handler = Callable[[Ports, dict[str, str], Any], Awaitable[dict[str, Any]]]


class Route(NamedTuple):
    """One call: `{word}` in the path is a parameter; `status` is that of success; `open` needs no token."""

    method: str
    path: str
    handler: Handler
    body: type[bodies.Body] | None = None
    status: int = 200
    open: bool = False

    @property
    def summary(self) -> str:
        """One line on what the call does: the first of its handler's docstring."""
        return (self.handler.__doc__ or "").partition("\n")[0]


BASE = "/venue/v1"
ROUTES: tuple[Route, ...] = (
    Route("GET", "/health", venue.health, open=True),
    Route("GET", f"{BASE}/status", venue.status),
    Route("GET", f"{BASE}/accounts", accounts.list_accounts),
    Route("POST", f"{BASE}/accounts", accounts.create_account, bodies.NewAccount, 201),
    Route("GET", f"{BASE}/accounts/{{name}}/keys", keys.list_keys),
    Route("POST", f"{BASE}/accounts/{{name}}/keys", keys.create_key, bodies.NewKey, 201),
    Route("PUT", f"{BASE}/accounts/{{name}}/keys/{{api_key}}", keys.edit_key, bodies.KeyTerms),
    Route("DELETE", f"{BASE}/accounts/{{name}}/keys/{{api_key}}", keys.revoke_key),
    Route("POST", f"{BASE}/accounts/{{name}}/deposits", accounts.deposit, bodies.Amount, 201),
    Route("POST", f"{BASE}/accounts/{{name}}/withdrawals", accounts.withdraw, bodies.Amount, 201),
    Route("PUT", f"{BASE}/accounts/{{name}}/fee-tier", accounts.set_fee_tier, bodies.FeeTier),
    Route("PUT", f"{BASE}/accounts/{{name}}/standing", accounts.set_standing, bodies.Standing),
    Route("GET", f"{BASE}/accounts/{{name}}/grids", grids.list_grids),
    Route("POST", f"{BASE}/accounts/{{name}}/grids", grids.start_grid, bodies.NewGrid, 201),
    Route("GET", f"{BASE}/accounts/{{name}}/grids/{{id}}", grids.show_grid),
    Route("DELETE", f"{BASE}/accounts/{{name}}/grids/{{id}}", grids.stop_grid),
    Route("GET", f"{BASE}/clock", time.show_clock),
    Route("PUT", f"{BASE}/clock", time.set_clock, bodies.ClockMode),
    Route("POST", f"{BASE}/clock/advance", time.advance_clock, bodies.Step),
    Route("PUT", f"{BASE}/prices/{{symbol}}", venue.set_prices, bodies.Prices),
    Route("PUT", f"{BASE}/assets/{{asset}}/index", venue.set_asset_index, bodies.AssetIndex),
    Route("GET", f"{BASE}/instruments", instruments.list_instruments),
    Route("POST", f"{BASE}/instruments/{{symbol}}/delist", instruments.delist, bodies.End),
    Route("GET", f"{BASE}/state", venue.state),
)


def match(path: str) -> tuple[dict[str, Route], dict[str, str]]:
    """The routes of a path by method, and the parameters in it; both empty when there is none."""
    parts = path.split("/")
    for route in ROUTES:
        wanted = route.path.split("/")
        if len(wanted) != len(parts):
            continue
        pairs = list(zip(wanted, parts, strict=True))
        if all(want == part or (want.startswith("{") and part) for want, part in pairs):
            same = {other.method: other for other in ROUTES if other.path == route.path}
            return same, {want[1:-1]: part for want, part in pairs if want.startswith("{")}
    return {}, {}
