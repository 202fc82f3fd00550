// @binance/futures-connector, the older official JavaScript client, at work on both products; started by
// `test_javascript_clients.py` in a folder of its own. Prints one JSON object: what it saw.
const { CMFutures, CMStream, UMFutures, UMStream } = require("@binance/futures-connector");

const { REST, WS, KEY, SECRET } = process.env;
const linear = new UMFutures(KEY, SECRET, { baseURL: REST });
const inverse = new CMFutures(KEY, SECRET, { baseURL: REST });
const quiet = { debug() {}, info() {}, log() {}, warn() {}, error: (...told) => console.error(...told) };
const arrived = [];
const answer = async (response) => (await response).data;

async function until(event) {
  for (let waited = 0; waited < 15_000; waited += 10) {
    const found = arrived.find((message) => message.e === event);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`no ${event}: ${JSON.stringify(arrived).slice(0, 500)}`);
}

function opened(Stream, subscribe) {
  return new Promise((open) => {
    const callbacks = { open, message: (text) => arrived.push(JSON.parse(text)) };
    subscribe(new Stream({ wsURL: WS, callbacks, logger: quiet }));
  });
}

(async () => {
  const saw = { mark: (await answer(linear.getPremiumIndex("BTCUSDT"))).markPrice };
  const { listenKey } = await answer(linear.createListenKey());
  await opened(UMStream, (stream) => stream.userDataStream(listenKey));
  await opened(UMStream, (stream) => stream.diffBookDepthStreams("btcusdt", "100ms"));
  await opened(CMStream, (stream) => stream.aggregateTradeStream("btcusd_perp"));

  const limit = { quantity: 0.05, price: 59900, timeInForce: "GTC" };
  const { orderId } = await answer(linear.newOrder("BTCUSDT", "BUY", "LIMIT", limit));
  saw.told = (await until("ORDER_TRADE_UPDATE")).o.x;
  saw.depth = (await until("depthUpdate")).s;
  saw.amended = (await answer(linear.modifyOrder("BTCUSDT", "BUY", 0.06, 59910, { orderId }))).price;
  saw.cancelled = (await answer(linear.cancelOrder("BTCUSDT", { orderId }))).status;
  const one = { symbol: "BTCUSDT", side: "BUY", type: "LIMIT", quantity: "0.01", price: "59800", timeInForce: "GTC" };
  saw.batch = (await answer(linear.placeMultipleOrders(JSON.stringify([one])))).map((row) => row.status);
  const stop = { quantity: 0.05, stopPrice: 55000 };
  saw.stop = (await answer(linear.newOrder("BTCUSDT", "SELL", "STOP_MARKET", stop))).type;
  saw.open = (await answer(linear.getCurrentAllOpenOrders())).map((order) => order.type);
  await linear.cancelAllOpenOrders("BTCUSDT");

  const coin = await answer(inverse.newOrder("BTCUSD_PERP", "BUY", "LIMIT", { ...limit, quantity: 1 }));
  const gone = await answer(inverse.cancelOrder("BTCUSD_PERP", { orderId: coin.orderId }));
  await inverse.newOrder("BTCUSD_PERP", "BUY", "MARKET", { quantity: 3 });
  saw.coin = [coin.status, gone.status, (await until("aggTrade")).q];
  await inverse.newOrder("BTCUSD_PERP", "SELL", "MARKET", { quantity: 3, reduceOnly: true });

  await linear.changePositionMode("true");
  await linear.newOrder("BTCUSDT", "BUY", "MARKET", { positionSide: "LONG", quantity: 0.03 });
  await linear.newOrder("BTCUSDT", "SELL", "MARKET", { positionSide: "SHORT", quantity: 0.02 });
  const rows = await answer(linear.getPositionInformationV3({ symbol: "BTCUSDT" }));
  saw.hedge = rows.map((row) => [row.positionSide, row.positionAmt]).sort();
  saw.wallet = (await answer(linear.getAccountInformationV3())).totalWalletBalance;
  saw.refused = await linear.newOrder("BTCUSDT", "BUY", "LIMIT", limit).catch((refused) => refused.response.data.code);
  console.log(JSON.stringify(saw));
  process.exit(0);
})();
