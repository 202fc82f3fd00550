/* Requests: as shell and Python a reader can copy, and made from the page, signed with the Web Crypto API. */
"use strict";

function limitOrder(market) {
  return { side: "BUY", type: "LIMIT", timeInForce: "GTC", quantity: market === "COIN-M" ? "1" : "0.010", price: "50000", newClientOrderId: "my-order-1" };
}

function stopOrder(market) {
  return { algoType: "CONDITIONAL", side: "SELL", type: "STOP_MARKET", quantity: market === "COIN-M" ? "1" : "0.010", triggerPrice: "50000", clientAlgoId: "my-stop-1" };
}

/* The parameters that an example sends: what is required, and for orders what a limit order needs. */
function exampleParams(doc, entry) {
  const { market } = entry, sent = {};
  for (const param of paramsOf(entry)) {
    if (param.in !== "query" || SIGNING.includes(param.name)) continue;
    const schema = schemaOfParam(param);
    if (param.required) sent[param.name] = param.content ? JSON.stringify(exampleOf(doc, schema, param.name, market)) : String(exampleOf(doc, schema, param.name, market));
  }
  const known = new Set(paramsOf(entry).map((param) => param.name));
  if (known.has("triggerPrice")) Object.assign(sent, stopOrder(market));
  else if (sent.type === "LIMIT") Object.assign(sent, limitOrder(market));
  if (known.has("batchOrders") && entry.verb === "post") sent.batchOrders = JSON.stringify([{ symbol: sentSymbol(market), ...limitOrder(market) }]);
  if (entry.verb !== "post" && known.has("origClientOrderId")) sent.origClientOrderId = "my-order-1";
  if (entry.verb === "put" && known.has("price")) sent.price = "50001";
  if (known.has("clientAlgoId") && entry.verb !== "post") sent.clientAlgoId = "my-stop-1";
  if (known.has("marginType")) sent.marginType = "ISOLATED";
  if (known.has("orderIdList")) sent.orderIdList = "[1,2]";
  if (known.has("leverage")) sent.leverage = "20";
  return sent;
}

function sentSymbol(market) {
  return market === "COIN-M" ? "BTCUSD_PERP" : "BTCUSDT";
}

function queryOf(params) {
  return Object.entries(params).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
}

/* A body with the fields that say something; one that may be empty gets its first field. */
function exampleBody(doc, call) {
  if (!call.requestBody) return undefined;
  const fields = Object.entries(resolved(doc, Object.values(call.requestBody.content)[0].schema).properties);
  const says = fields.map(([name, shape]) => [name, exampleOf(doc, shape, name, "")]).filter(([, value]) => value !== null && String(value));
  if (says.length) return Object.fromEntries(says);
  const [name, shape] = fields[0];
  return { [name]: exampleOf(doc, { ...shape, default: undefined }, name, "") };
}

function pathOf(entry, values = {}) {
  const params = Object.fromEntries((entry.call.parameters || []).filter((param) => param.in === "path").map((param) => [param.name, param]));
  return entry.title.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] || (params[name].schema.examples || [`<${name}>`])[0]));
}

function asShell(doc, entry) {
  const { call } = entry, verb = entry.verb.toUpperCase(), path = pathOf(entry), body = exampleBody(doc, call);
  const query = queryOf(exampleParams(doc, entry));
  const method = verb === "GET" ? "" : ` -X ${verb}`;
  if (call["x-signed"])
    return [
      `Q="${query ? `${query}&` : ""}timestamp=$(date +%s000)"`,
      `S=$(printf %s "$Q" | openssl dgst -sha256 -hmac "$API_SECRET" | sed 's/.*= //')`,
      `curl${method} -H "X-MBX-APIKEY: $API_KEY" \\`,
      `  "${location.origin}${path}?$Q&signature=$S"`,
    ].join("\n");
  const headers = [];
  if ((call.security || []).some((each) => each.apiKey)) headers.push(`-H "X-MBX-APIKEY: $API_KEY"`);
  if ((call.security || []).some((each) => each.adminToken)) headers.push(`-H "Authorization: Bearer $ADMIN_TOKEN"`);
  if (body !== undefined) headers.push(`-d '${JSON.stringify(body)}'`);
  const url = `"${location.origin}${path}${query ? `?${query}` : ""}"`;
  return `curl${method} ${[...headers, url].join(" \\\n  ")}`;
}

function asPython(doc, entry) {
  const { call } = entry, path = pathOf(entry), body = exampleBody(doc, call);
  const params = exampleParams(doc, entry);
  const pairs = Object.entries(params).map(([name, value]) => `"${name}": ${JSON.stringify(value)}`), listed = pairs.join(", ");
  const lines = call["x-signed"] ? ["import hashlib, hmac, time, urllib.parse", "import httpx", ""] : ["import httpx", ""];
  const sent = [...pairs, '"timestamp": int(time.time() * 1000)'];
  if (call["x-signed"])
    return [
      ...lines,
      listed.length > 60 ? `params = {\n    ${sent.join(",\n    ")},\n}` : `params = {${sent.join(", ")}}`,
      "query = urllib.parse.urlencode(params)",
      "signature = hmac.new(API_SECRET.encode(), query.encode(), hashlib.sha256).hexdigest()",
      `answer = httpx.request("${entry.verb.toUpperCase()}",`,
      `    f"${location.origin}${path}?{query}&signature={signature}",`,
      '    headers={"X-MBX-APIKEY": API_KEY})',
      "print(answer.status_code, answer.json())",
    ].join("\n");
  const more = [];
  if (listed) more.push(`params={${listed}}`);
  if (body !== undefined) more.push(`json=${JSON.stringify(body).replace(/\bnull\b/g, "None").replace(/\btrue\b/g, "True").replace(/\bfalse\b/g, "False")}`);
  if ((call.security || []).some((each) => each.adminToken)) more.push('headers={"Authorization": f"Bearer {ADMIN_TOKEN}"}');
  if ((call.security || []).some((each) => each.apiKey)) more.push('headers={"X-MBX-APIKEY": API_KEY}');
  const inside = [`"${location.origin}${path}"`, ...more].join(",\n    ");
  return [...lines, `answer = httpx.${entry.verb}(${inside})`, `print(answer.status_code, answer.${call.operationId === "metrics" ? "text" : "json()"})`].join("\n");
}

function asSocket(entry, sampled) {
  return [
    "import asyncio, websockets",
    "",
    "async def listen():",
    `    async with websockets.connect("${location.origin.replace(/^http/, "ws")}${sampled}") as socket:`,
    "        async for message in socket:",
    "            print(message)",
    "",
    "asyncio.run(listen())",
  ].join("\n");
}

async function signed(secret, text) {
  const encode = (part) => new TextEncoder().encode(part);
  const key = await crypto.subtle.importKey("raw", encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const made = new Uint8Array(await crypto.subtle.sign("HMAC", key, encode(text)));
  return [...made].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* Make the call of a filled-in form; what came back as {status, ok, text}. */
async function made(entry, values, body, keys) {
  const { call } = entry, headers = {};
  const inPath = new Set((call.parameters || []).filter((param) => param.in === "path").map((param) => param.name));
  const sent = Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== "" && !inPath.has(name)));
  let query = queryOf(sent);
  if ((call.security || []).some((each) => each.adminToken)) headers.Authorization = `Bearer ${keys.token}`;
  if ((call.security || []).some((each) => each.apiKey)) headers["X-MBX-APIKEY"] = keys.key;
  if (call["x-signed"]) {
    if (!window.crypto || !crypto.subtle) throw new Error("this browser signs only on https or on localhost");
    const clock = await (await fetch("/fapi/v1/time")).json();
    query += `${query ? "&" : ""}timestamp=${clock.serverTime}`;
    query += `&signature=${await signed(keys.secret, query)}`;
  }
  const answer = await fetch(`${pathOf(entry, values)}${query ? `?${query}` : ""}`, { method: entry.verb.toUpperCase(), headers, body });
  const text = await answer.text();
  let shown = text;
  if ((answer.headers.get("content-type") || "").includes("json")) shown = JSON.stringify(JSON.parse(text), null, 2);
  return { status: `${answer.status} ${answer.statusText}`, ok: answer.ok, text: shown.length > 100000 ? `${shown.slice(0, 100000)}\n…` : shown };
}
