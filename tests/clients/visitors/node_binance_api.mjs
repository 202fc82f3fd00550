// npm `node-binance-api` at work: both products, stops that it sends to the algo endpoints; started by
// `test_javascript_clients.py` in a folder of its own. Prints one JSON object: what it saw. Its routed streams have
// no setting for their host, so those are not tried.
import Binance from "node-binance-api";

const { REST, KEY, SECRET } = process.env;
const urls = { base: `${REST}/api/`, sapi: `${REST}/sapi/`, fapi: `${REST}/fapi/` };
const client = new Binance().options({ APIKEY: KEY, APISECRET: SECRET, useServerTime: true, urls });
client.dapi = `${REST}/dapi/`;
const held = (rows) => rows.filter((row) => Number(row.positionAmt)).map((row) => [row.positionSide, row.positionAmt]);

const saw = {
  symbols: (await client.futuresExchangeInfo()).symbols.map((row) => row.symbol),
  bid: (await client.futuresDepth("BTCUSDT", { limit: 5 })).bids[0].price,
  quote: Object.keys(await client.futuresQuote("BTCUSDT")),
  mark: (await client.futuresMarkPrice("BTCUSDT")).markPrice,
};
const placed = await client.futuresBuy("BTCUSDT", 0.05, 59900, { timeInForce: "GTC" });
saw.asked = (await client.futuresOrderStatus("BTCUSDT", { orderId: placed.orderId })).price;
saw.cancelled = (await client.futuresCancel("BTCUSDT", placed.orderId)).status;
const stop = await client.futuresOrder("STOP_MARKET", "SELL", "BTCUSDT", 0.01, undefined, { stopPrice: 55000 });
saw.stops = (await client.futuresOpenAlgoOrders("BTCUSDT")).map((order) => order.triggerPrice);
saw.stopCancelled = (await client.futuresCancelAlgoOrder("BTCUSDT", stop.algoId, { algoId: stop.algoId })).msg;
const trail = await client.futuresOrder("TRAILING_STOP_MARKET", "SELL", "BTCUSDT", 0.01, undefined, { callbackRate: 1 });
saw.trail = trail.orderType;
await client.futuresCancelAllAlgo("BTCUSDT");
saw.bought = (await client.futuresMarketBuy("BTCUSDT", 0.04, { newOrderRespType: "RESULT" })).avgPrice;
saw.position = held(await client.futuresPositionRisk());
saw.wallet = (await client.futuresAccount()).totalWalletBalance;
await client.futuresMarketSell("BTCUSDT", 0.04, { reduceOnly: true });
saw.leverage = (await client.futuresLeverage("BTCUSDT", 15)).leverage;
await client.futuresChangePositionSideDual(true);
saw.dual = (await client.futuresPositionSideDual()).dualSidePosition;
await client.futuresMarketBuy("BTCUSDT", 0.01, { positionSide: "LONG" });
await client.futuresMarketSell("BTCUSDT", 0.01, { positionSide: "SHORT" });
saw.hedge = held(await client.futuresPositionRisk()).sort();
saw.coin = (await client.deliveryExchangeInfo()).symbols.map((row) => row.symbol);
saw.coinMark = (await client.deliveryMarkPrice("BTCUSD_PERP"))[0].markPrice;
console.log(JSON.stringify(saw));
process.exit(0);
