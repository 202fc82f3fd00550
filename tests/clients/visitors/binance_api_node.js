// npm `binance-api-node` at work: both products, a stop that it sends to the algo endpoints, streams; started by
// `test_javascript_clients.py` in a folder of its own. Prints one JSON object: what it saw.
const Binance = require("binance-api-node").default;

const { REST, WS, KEY, SECRET } = process.env;
const hosts = { httpBase: REST, httpFutures: REST, httpDelivery: REST, wsFutures: `${WS}/ws`, wsDelivery: `${WS}/ws` };
const client = Binance({ apiKey: KEY, apiSecret: SECRET, ...hosts });
const limit = { symbol: "BTCUSDT", side: "BUY", type: "LIMIT", timeInForce: "GTC", quantity: "0.05" };
const arrived = [];

async function until(kind) {
  for (let waited = 0; waited < 15_000; waited += 10) {
    const found = arrived.find((message) => message.eventType === kind);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`no ${kind}: ${JSON.stringify(arrived).slice(0, 500)}`);
}

(async () => {
  const saw = { bid: (await client.futuresBook({ symbol: "BTCUSDT", limit: 5 })).bids[0].price };
  client.ws.futuresDepth("BTCUSDT", (message) => arrived.push(message));
  await client.ws.futuresUser((message) => arrived.push(message));
  while (!arrived.some((message) => message.eventType === "ORDER_TRADE_UPDATE")) {
    // it does not say when its sockets are open: what is told of the first orders comes when both are
    const early = await client.futuresOrder({ ...limit, price: "59000" });
    await client.futuresCancelOrder({ symbol: "BTCUSDT", orderId: early.orderId });
  }
  const { orderId } = await client.futuresOrder({ ...limit, price: "59900" });
  saw.told = (await until("ORDER_TRADE_UPDATE")).symbol;
  saw.depth = (await until("depthUpdate")).symbol;
  const change = { symbol: "BTCUSDT", orderId, side: "BUY", quantity: "0.06", price: "59910" };
  saw.amended = (await client.futuresUpdateOrder(change)).price;
  saw.cancelled = (await client.futuresCancelOrder({ symbol: "BTCUSDT", orderId })).status;
  const stop = { symbol: "BTCUSDT", side: "SELL", type: "STOP_MARKET", stopPrice: "55000", quantity: "0.05" };
  saw.stop = (await client.futuresOrder(stop)).algoStatus;
  saw.stops = (await client.futuresGetOpenAlgoOrders({ symbol: "BTCUSDT" })).length;
  const busy = await client.futuresPositionModeChange({ dualSidePosition: "true" }).catch((refused) => refused.code);
  await client.futuresCancelAllAlgoOpenOrders({ symbol: "BTCUSDT" });
  await client.futuresPositionModeChange({ dualSidePosition: "true" });
  saw.modes = [busy, (await client.futuresPositionMode()).dualSidePosition];
  const market = { symbol: "BTCUSDT", type: "MARKET" };
  await client.futuresOrder({ ...market, side: "BUY", positionSide: "LONG", quantity: "0.03" });
  await client.futuresOrder({ ...market, side: "SELL", positionSide: "SHORT", quantity: "0.02" });
  const rows = await client.futuresPositionRisk({ symbol: "BTCUSDT" });
  saw.hedge = rows.map((row) => [row.positionSide, row.positionAmt]).sort();
  saw.wallet = (await client.futuresAccountInfo()).totalWalletBalance;
  saw.coin = (await client.deliveryAccountInfo()).assets.map((row) => [row.asset, row.walletBalance]);
  console.log(JSON.stringify(saw));
  process.exit(0);
})();
