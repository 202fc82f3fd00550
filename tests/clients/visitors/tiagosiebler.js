// npm `binance` at work: REST of both products, streams, user data, the WebSocket API; started by
// `test_javascript_clients.py` in a folder of its own. Prints one JSON object: what it saw.
const { CoinMClient, USDMClient, WebsocketAPIClient, WebsocketClient } = require("binance");

const { REST, WS, KEY, SECRET } = process.env;
const keys = { api_key: KEY, api_secret: SECRET };
const usdm = new USDMClient({ ...keys, baseUrl: REST });
const coinm = new CoinMClient({ ...keys, baseUrl: REST });
const quiet = { trace() {}, info() {}, error: (...told) => console.error(...told) };
const limit = { side: "BUY", type: "LIMIT", timeInForce: "GTC" };
const arrived = [];

async function until(event) {
  for (let waited = 0; waited < 15_000; waited += 10) {
    const found = arrived.find((message) => message.e === event);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`no ${event}: ${JSON.stringify(arrived).slice(0, 500)}`);
}

async function codeOf(call) {
  try {
    await call();
  } catch (refused) {
    return refused.code;
  }
  return 0;
}

function held(rows) {
  return rows.filter((row) => Number(row.positionAmt)).map((row) => [row.positionSide, row.positionAmt]);
}

async function streams(saw) {
  const user = new WebsocketClient({ ...keys, wsUrl: WS, restOptions: { baseUrl: REST } }, quiet);
  const market = new WebsocketClient({ wsUrl: WS }, quiet);
  for (const client of [user, market]) client.on("message", (message) => arrived.push(message));
  await user.subscribeUsdFuturesUserDataStream();
  await market.subscribe(["btcusdt@depth@100ms", "btcusdt@bookTicker", "btcusdt@markPrice@1s"], "usdm");
  saw.streamed = [(await until("markPriceUpdate")).s];
}

async function trade(saw) {
  const placed = await usdm.submitNewOrder({ ...limit, symbol: "BTCUSDT", quantity: 0.05, price: 59900 });
  const name = { symbol: "BTCUSDT", orderId: placed.orderId };
  saw.told = (await until("ORDER_TRADE_UPDATE")).o.x;
  saw.streamed.push((await until("depthUpdate")).s);
  saw.amended = (await usdm.modifyOrder({ ...name, side: "BUY", quantity: 0.06, price: 59910 })).price;
  saw.cancelled = (await usdm.cancelOrder(name)).status;
  const batch = ["59800", "59700"].map((price) => ({ ...limit, symbol: "BTCUSDT", quantity: "0.01", price }));
  saw.batch = (await usdm.submitMultipleOrders(batch)).map((row) => row.status);
  await usdm.cancelAllOpenOrders({ symbol: "BTCUSDT" });
  saw.open = await usdm.getAllOpenOrders();
  saw.refused = await codeOf(() =>
    usdm.submitNewOrder({ ...limit, symbol: "BTCUSDT", quantity: 100, price: 60000 }));
}

async function stops(saw) {
  const stop = { symbol: "BTCUSDT", side: "SELL", type: "STOP_MARKET", quantity: "0.05" };
  await usdm.submitNewOrder({ ...stop, stopPrice: 55000 });
  saw.olderStop = (await usdm.getAllOpenOrders({ symbol: "BTCUSDT" })).map((order) => order.type);
  await usdm.cancelAllOpenOrders({ symbol: "BTCUSDT" });
  const placed = await usdm.submitNewAlgoOrder({ ...stop, algoType: "CONDITIONAL", triggerPrice: "55000" });
  saw.stopTold = (await until("ALGO_UPDATE")).o.X;
  saw.stops = (await usdm.getOpenAlgoOrders({ symbol: "BTCUSDT" })).map((order) => order.triggerPrice);
  saw.stopCancelled = (await usdm.cancelAlgoOrder({ algoId: placed.algoId })).code;
}

async function hedge(saw) {
  await usdm.setPositionMode({ dualSidePosition: "true" });
  const market = { symbol: "BTCUSDT", type: "MARKET" };
  await usdm.submitNewOrder({ ...market, side: "BUY", positionSide: "LONG", quantity: 0.03 });
  await usdm.submitNewOrder({ ...market, side: "SELL", positionSide: "SHORT", quantity: 0.02 });
  saw.hedge = held(await usdm.getPositionsV3({ symbol: "BTCUSDT" })).sort();
  saw.account = (await until("ACCOUNT_UPDATE")).a.m;
  saw.streamed.push((await until("bookTicker")).s);
}

async function coin(saw) {
  const positionSide = (await coinm.getCurrentPositionMode()).dualSidePosition ? "LONG" : "BOTH";
  const wanted = { ...limit, symbol: "BTCUSD_PERP", positionSide, quantity: 1, price: 59900 };
  const { orderId } = await coinm.submitNewOrder(wanted);
  const change = { symbol: "BTCUSD_PERP", orderId, side: "BUY", quantity: 2, price: 59890 };
  saw.coinAmended = (await coinm.modifyOrder(change)).price;
  saw.coinCancelled = (await coinm.cancelOrder({ symbol: "BTCUSD_PERP", orderId })).status;
  await coinm.submitNewOrder({ symbol: "BTCUSD_PERP", side: "BUY", positionSide, type: "MARKET", quantity: 3 });
  saw.coinHeld = held(await coinm.getPositions()).map((row) => row[1]);
}

async function overTheSocket(saw) {
  const api = new WebsocketAPIClient({ ...keys, wsUrl: WS }, quiet);
  const stamped = () => ({ timestamp: Date.now() });
  const wanted = { ...limit, symbol: "BTCUSDT", positionSide: "LONG", quantity: 0.01, price: 59900 };
  const placed = (await api.submitNewFuturesOrder("usdm", { ...wanted, ...stamped() })).result;
  const name = { symbol: "BTCUSDT", orderId: placed.orderId };
  saw.socket = [placed.status, (await api.cancelFuturesOrder("usdm", { ...name, ...stamped() })).result.status];
  saw.socketBid = (await api.getFuturesOrderBook({ symbol: "BTCUSDT", limit: 5 })).result.bids[0][0];
}

(async () => {
  const saw = {
    symbols: (await usdm.getExchangeInfo()).symbols.map((row) => row.symbol),
    bid: (await usdm.getOrderBook({ symbol: "BTCUSDT", limit: 5 })).bids[0][0],
  };
  for (const part of [streams, trade, stops, hedge, coin, overTheSocket]) await part(saw);
  saw.trades = (await usdm.getAccountTrades({ symbol: "BTCUSDT" })).length;
  console.log(JSON.stringify(saw));
  process.exit(0);
})();
