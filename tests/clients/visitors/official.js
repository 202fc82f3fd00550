// @binance/derivatives-trading-usds-futures, the official JavaScript SDK, at work; started by
// `test_javascript_clients.py` in a folder of its own. Prints one JSON object: what it saw.
const { DerivativesTradingUsdsFutures } = require("@binance/derivatives-trading-usds-futures");

const { REST, WS, KEY, SECRET } = process.env;
const keys = { apiKey: KEY, apiSecret: SECRET };
const client = new DerivativesTradingUsdsFutures({
  configurationRestAPI: { ...keys, basePath: REST },
  configurationWebsocketAPI: { ...keys, wsURL: `${WS}/ws-fapi/v1` },
  configurationWebsocketStreams: { wsURL: WS },
});
const rest = client.restAPI;
const limit = { symbol: "BTCUSDT", side: "BUY", type: "LIMIT", timeInForce: "GTC", price: 59900 };
const arrived = [];
const answer = async (response) => (await response).data();

async function until(event) {
  for (let waited = 0; waited < 15_000; waited += 10) {
    const found = arrived.find((message) => message.e === event);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`no ${event}: ${JSON.stringify(arrived).slice(0, 500)}`);
}

(async () => {
  const streams = await client.websocketStreams.connect();
  const keep = (stream) => stream.on("message", (message) => arrived.push(message));
  keep(streams.userData((await answer(rest.startUserDataStream())).listenKey));
  keep(streams.markPriceStream({ symbol: "btcusdt", updateSpeed: "1s" }));
  keep(streams.diffBookDepthStreams({ symbol: "btcusdt", updateSpeed: "100ms" }));
  const saw = { mark: String((await until("markPriceUpdate")).p) };

  const { orderId } = await answer(rest.newOrder({ ...limit, quantity: 0.05 }));
  const name = { symbol: "BTCUSDT", orderId };
  saw.told = (await until("ORDER_TRADE_UPDATE")).o.x;
  saw.depth = (await until("depthUpdate")).b[0][0];
  saw.amended = (await answer(rest.modifyOrder({ ...name, side: "BUY", quantity: 0.06, price: 59910 }))).price;
  saw.cancelled = (await answer(rest.cancelOrder(name))).status;
  const batch = [{ ...limit, quantity: "0.01", price: "59800" }];
  saw.batch = (await answer(rest.placeMultipleOrders({ batchOrders: batch }))).map((row) => row.status);
  await answer(rest.cancelAllOpenOrders({ symbol: "BTCUSDT" }));

  const stop = { algoType: "CONDITIONAL", symbol: "BTCUSDT", side: "SELL", type: "STOP_MARKET" };
  const { algoId } = await answer(rest.newAlgoOrder({ ...stop, triggerPrice: 55000, quantity: 0.05 }));
  saw.stop = (await answer(rest.queryAlgoOrder({ algoId }))).algoStatus;
  saw.stopCancelled = (await answer(rest.cancelAlgoOrder({ algoId }))).msg;
  saw.stopTold = (await until("ALGO_UPDATE")).o.X;

  await answer(rest.changePositionMode({ dualSidePosition: "true" }));
  const market = { symbol: "BTCUSDT", type: "MARKET", newOrderRespType: "RESULT" };
  const bought = await answer(rest.newOrder({ ...market, side: "BUY", positionSide: "LONG", quantity: 0.03 }));
  saw.bought = [bought.status, bought.avgPrice];
  await answer(rest.newOrder({ ...market, side: "SELL", positionSide: "SHORT", quantity: 0.02 }));
  const rows = await answer(rest.positionInformationV3({ symbol: "BTCUSDT" }));
  saw.hedge = rows.map((row) => [row.positionSide, row.positionAmt]).sort();
  saw.refused = await answer(rest.newOrder({ ...limit, quantity: 0.05 })).catch((refused) => refused.message);

  const api = await client.websocketAPI.connect();
  const placed = await api.newOrder({ ...limit, positionSide: "LONG", quantity: 0.05 });
  const counted = placed.rateLimits.map((row) => row.rateLimitType);
  const gone = await api.cancelOrder({ symbol: "BTCUSDT", orderId: placed.data.orderId });
  saw.socket = [placed.data.status, gone.data.status, counted];
  saw.wallet = (await api.accountInformationV2()).data.totalWalletBalance;
  console.log(JSON.stringify(saw));
  process.exit(0);
})();
