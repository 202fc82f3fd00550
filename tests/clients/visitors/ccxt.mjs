// npm `ccxt` at work: both products, REST and pro; started by `test_javascript_clients.py` in a folder of its own.
// Prints one JSON object: what it saw.
import ccxt from "ccxt";

const { REST, WS, KEY, SECRET } = process.env;
const BITCOIN = "BTC/USDT:USDT";
const COIN = "BTC/USD:BTC";

function venue(url) {
  if (typeof url !== "string") return Object.fromEntries(Object.entries(url).map(([name, one]) => [name, venue(one)]));
  return url.replace(/^http[s]?:\/\/[^/]+/, REST).replace(/^ws[s]?:\/\/[^/]+/, WS);
}

async function made(kind) {
  const api = venue(new ccxt.pro[kind]().urls.api);
  const exchange = new ccxt.pro[kind]({ apiKey: KEY, secret: SECRET, urls: { api } });
  await exchange.loadHttpProxyAgent(); // what it asks for before it opens a socket without TLS
  return exchange;
}

async function trade(exchange, symbol, amount) {
  const watching = exchange.watchOrders(symbol);
  await exchange.watchOrderBook(symbol);
  const placed = await exchange.createOrder(symbol, "limit", "buy", amount, 59900);
  const told = (await watching)[0].status;
  const edited = await exchange.editOrder(placed.id, symbol, "limit", "buy", 2 * amount, 59890);
  const cancelled = (await exchange.cancelOrder(placed.id, symbol)).status;
  const stop = await exchange.createOrder(symbol, "market", "sell", amount, undefined, { stopLossPrice: 55000 });
  const stops = await exchange.fetchOpenOrders(symbol, undefined, undefined, { trigger: true });
  await exchange.cancelOrder(stop.id, symbol, { trigger: true });
  await exchange.createOrder(symbol, "market", "buy", amount);
  const held = (await exchange.fetchPositions([symbol])).map((position) => [position.side, position.contracts]);
  return [told, edited.price, edited.amount, cancelled, stops.map((order) => order.triggerPrice), held];
}

const linear = await made("binanceusdm");
const saw = { symbols: Object.keys(await linear.loadMarkets()) };
saw.linear = await trade(linear, BITCOIN, 0.01);
const placed = await linear.createOrderWs(BITCOIN, "limit", "buy", 0.01, 59900);
saw.socket = [placed.status, (await linear.cancelOrderWs(placed.id, BITCOIN)).status];
saw.total = (await linear.fetchBalance()).USDT.total;
await linear.createOrder(BITCOIN, "market", "sell", 0.01, undefined, { reduceOnly: true });
const inverse = await made("binancecoinm");
saw.inverse = await trade(inverse, COIN, 1);
console.log(JSON.stringify(saw));
process.exit(0);
