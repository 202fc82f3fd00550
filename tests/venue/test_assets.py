"""Multi-assets mode of a new venue, used over its port as anybody would: nothing needs to be set up."""

import hmac
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from perpit.home import AccountKey
from perpit.settings import ClockSetting, MarketSetting, Settings
from perpit.venue import Venue

START_MS = 1_700_000_000_000
LIVELY = Settings(
    port=0,
    market=MarketSetting("synthetic"),
    clock=ClockSetting("manual", time_ms=START_MS),
    symbols=("BTCUSDT", "ETHUSDT"),
    symbols_given=True,
)


async def signed(client: httpx.AsyncClient, key: AccountKey, method: str, path: str, **params: Any) -> Any:
    query = urlencode({**params, "timestamp": START_MS})
    signature = hmac.new(key.api_secret.encode(), query.encode(), "sha256").hexdigest()
    answer = await client.request(
        method, f"{path}?{query}&signature={signature}", headers={"X-MBX-APIKEY": key.api_key}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def indexes(client: httpx.AsyncClient) -> dict[str, str]:
    rows = (await client.get("/fapi/v1/assetIndex")).json()
    return {row["symbol"]: row["index"] for row in rows}


async def test_bitcoin_stands_for_a_position_and_bnb_pays_its_fee() -> None:
    async with Venue(LIVELY) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as client:
        key = venue.ready.accounts[0]
        admin = {"Authorization": f"Bearer {venue.ready.admin_token}"}
        for asset, amount in (("BTC", "1"), ("BNB", "1")):
            body = {"asset": asset, "amount": amount}
            url = f"/venue/v1/accounts/{key.name}/deposits"
            assert (await client.post(url, json=body, headers=admin)).status_code == 201
        await signed(client, key, "POST", "/fapi/v1/multiAssetsMargin", multiAssetsMargin="true")
        await signed(client, key, "POST", "/fapi/v1/feeBurn", feeBurn="true")
        before = await signed(client, key, "GET", "/fapi/v3/account")
        worth = sum(float(row["walletBalance"]) for row in before["assets"] if row["asset"] == "USDT")
        assert float(before["totalWalletBalance"]) > worth + 40_000
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.1"}
        await signed(client, key, "POST", "/fapi/v1/order", **order)
        fills = await signed(client, key, "GET", "/fapi/v1/userTrades", symbol="BTCUSDT")
        assert {fill["commissionAsset"] for fill in fills} == {"BNB"}
        assert venue.engine.check_invariants() == []


async def test_assets_follow_their_contracts_and_a_price_that_is_set_stays() -> None:
    async with Venue(LIVELY) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as client:
        admin = {"Authorization": f"Bearer {venue.ready.admin_token}"}
        before = await indexes(client)
        assert list(before) == ["USDTUSD", "USDCUSD", "BTCUSD", "ETHUSD", "BNBUSD"]
        await client.put("/venue/v1/assets/ETH/index", json={"index": "1234.5"}, headers=admin)
        await venue.advance_to(START_MS + 8_000)
        after = await indexes(client)
        premium = (await client.get("/fapi/v1/premiumIndex", params={"symbol": "BTCUSDT"})).json()
        assert after["BTCUSD"] == premium["indexPrice"] != before["BTCUSD"]
        assert after["ETHUSD"] == "1234.50000000"
        assert after["BNBUSD"] == before["BNBUSD"]  # BNBUSDT is not listed: it stands


async def test_a_contract_that_is_listed_later_is_followed_from_then_on(tmp_path: Path) -> None:
    def kept(*symbols: str) -> Settings:
        return Settings(
            port=0,
            data=tmp_path,
            durability="os",
            market=MarketSetting("none"),
            clock=LIVELY.clock,
            symbols=symbols,
            symbols_given=True,
        )

    async with Venue(kept("BTCUSDT")) as venue:
        assert venue.world.assets.by_name["ETH"].terms.symbol_id == -1
    async with Venue(kept("BTCUSDT", "ETHUSDT")) as venue:
        eth = venue.world.assets.by_name["ETH"]
        assert (eth.terms.symbol_id, eth.set_e8) == (1, 0)
        seq = venue.world.seq
    async with Venue(kept("BTCUSDT", "ETHUSDT")) as venue:
        assert venue.world.seq == seq
