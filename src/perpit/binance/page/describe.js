/* From the two descriptions to what the page shows: entries, types in words, examples, trees. Pure functions of JSON. */
"use strict";

const VERBS = ["get", "post", "put", "delete"];
const SIGNING = ["recvWindow", "timestamp", "signature"];

/* Text as HTML. Few fonts have the sign in USDⓈ-M; the exchange writes USDS-M where it cannot be sure. */
function escaped(text) {
  return String(text).replace(/Ⓢ/g, "S").replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
}

/* A line of text as HTML, what stands in backticks as code. */
function inline(text) {
  return escaped(text).replace(/`(.+?)`/g, "<code>$1</code>");
}

/* `part` of a document, its `$ref` followed. */
function resolved(doc, part) {
  if (!part || !part.$ref) return part;
  const steps = part.$ref.slice(2).split("/").map((step) => step.replace(/~1/g, "/").replace(/~0/g, "~"));
  return resolved(doc, steps.reduce((found, step) => found[step], doc));
}

/* Everything that can be looked at, in reading order. */
function entriesOf(openapi, asyncapi) {
  const entries = [];
  for (const [path, calls] of Object.entries(openapi.paths))
    for (const verb of VERBS)
      if (calls[verb]) {
        const call = calls[verb];
        const words = (call.parameters || []).map((param) => param.name).join(" ");
        call.tags.forEach((group, n) => {
          const market = group.startsWith("COIN-M") || path.startsWith("/dapi") ? "COIN-M" : "USDⓈ-M";
          const products = call["x-products"] || {};
          entries.push({ kind: "call", verb, title: path, group, market, call: { ...call, ...products[market] }, id: `#/${verb}${path}${n ? `?${market}` : ""}`, says: call.summary, words: `${path} ${call.summary} ${words}` });
        });
      }
  for (const [name, channel] of Object.entries(asyncapi.channels))
    if (channel["x-stream"]) {
      const events = Object.keys(channel.messages).map((message) => resolved(asyncapi, channel.messages[message]).name).join(" ");
      entries.push({ kind: "stream", verb: "stream", title: channel["x-stream"], group: `${channel["x-market"]} streams`, channel, id: `#/stream/${name}`, says: channel.summary, words: `${channel["x-stream"]} ${channel.address} ${channel.summary} ${events}` });
    }
  for (const [name, operation] of Object.entries(asyncapi.operations))
    if (operation.reply && operation["x-codes"]) {
      const channel = resolved(asyncapi, operation.channel);
      entries.push({ kind: "method", verb: "ws", title: operation.title, group: `${channel["x-market"]} WebSocket API`, operation, channel, id: `#/method/${name}`, says: operation.summary, words: `${operation.title} ${operation.summary}` });
    }
  return entries;
}

function groupsOf(openapi, entries) {
  const described = Object.fromEntries(openapi.tags.map((tag) => [tag.name, tag.description]));
  const names = [...new Set([...openapi.tags.map((tag) => tag.name), ...entries.map((entry) => entry.group)])];
  const place = (name) => ["USDⓈ-M", "COIN-M"].findIndex((product) => name.startsWith(product)) >>> 0;
  const groups = new Map(names.sort((one, other) => place(one) - place(other)).map((name) => [name, []]));
  entries.forEach((entry) => groups.get(entry.group).push(entry));
  return [...groups].map(([name, inside]) => ({ name, inside, id: `#/group/${name}`, about: described[name] || (name.endsWith("streams") ? "What a socket can listen to." : "Requests as messages on one socket.") }));
}

/* A schema's type in a few words. */
function typeOf(doc, schema) {
  schema = resolved(doc, schema) || {};
  if (schema.oneOf) return schema.oneOf.map((each) => typeOf(doc, each)).join(" or ");
  if (schema.anyOf) return schema.anyOf.map((each) => typeOf(doc, each)).join(" or ");
  if ("const" in schema) return JSON.stringify(schema.const);
  const kinds = [].concat(schema.type || (schema.enum ? "string" : "any"));
  if (kinds.length > 1) return kinds.join(" or ");
  if (kinds[0] === "array") return schema.prefixItems ? "row" : `list of ${typeOf(doc, schema.items || {})}`;
  return schema.format === "decimal" ? "decimal" : kinds[0];
}

/* What a parameter accepts beyond its type, as HTML. */
function limitsOf(schema) {
  const parts = [];
  if (schema.enum) parts.push(`<span class="words">${schema.enum.map((word) => `<code>${escaped(word)}</code>`).join(" ")}</span>`);
  const huge = 2e14; // beyond it a bound is that of the format, and tells a reader nothing
  const low = schema.minimum > -huge ? schema.minimum : undefined, high = schema.maximum < huge ? schema.maximum : undefined;
  if (low !== undefined && high !== undefined) parts.push(`${low} to ${high}`);
  else if (low) parts.push(`at least ${low}`);
  else if (high !== undefined) parts.push(`at most ${high}`);
  if (schema.maxItems !== undefined) parts.push(`${schema.minItems || 0} to ${schema.maxItems} elements`);
  if (schema.pattern && !schema.format && schema.pattern.length < 60) parts.push(`<code>${escaped(schema.pattern)}</code>`);
  if (schema.default !== undefined && schema.default !== null && String(schema.default)) parts.push(`default <code>${escaped(schema.default)}</code>`);
  return parts.join(" · ");
}

/* The parameters of a call, the mandatory ones first; on a path that both products share those of the one that is looked at. */
function paramsOf(entry) {
  const params = entry.call.parameters || [], own = entry.call["x-parameters"];
  const sent = own ? params.filter((param) => param.name in own).map((param) => ({ ...param, required: own[param.name] })) : params;
  const isFirst = (param) => param.required && !SIGNING.includes(param.name);
  return [...sent.filter(isFirst), ...sent.filter((param) => !isFirst(param))];
}

/* What a call answers when it is granted: status and schema; nothing for one that is always refused. */
function answerOf(entry) {
  const success = Object.entries(entry.call.responses).find(([status]) => status < "400");
  if (!success) return null;
  const schema = Object.values(success[1].content || { "": { schema: {} } })[0].schema;
  const products = Object.keys(entry.call["x-products"] || {});
  return { status: success[0], schema: products.length && schema.anyOf ? schema.anyOf[products.indexOf(entry.market)] : schema };
}

function schemaOfParam(param) {
  return param.schema || Object.values(param.content)[0].schema;
}

const NUMBERS = { openTime: 1700000000000, closeTime: 1700000059999, time: 1700000000000, E: 1700000000000, T: 1700000000000, updateTime: 1700000000000, serverTime: 1700000000000, timestamp: 1700000000000, leverage: 20, countdownTime: 120000, limit: 2400, intervalNum: 1 };
const WORDS = [
  [/^(symbol|s)$/, (market) => (market === "COIN-M" ? "BTCUSD_PERP" : "BTCUSDT")],
  [/^(pair|ps)$/, (market) => (market === "COIN-M" ? "BTCUSD" : "BTCUSDT")],
  [/asset$/i, (market) => (market === "COIN-M" ? "BTC" : "USDT")],
  [/^(open|high|low|close)$|price|^(p|sp|ap|o|h|l|c|i)$/i, () => "60000.0"],
  [/qty|quantity|amt|volume|^(q|z|v|ignore)$/i, () => "0.010"],
  [/rate/i, () => "0.00010000"],
  [/clientOrderId|clientAlgoId/i, () => "my-order-1"],
  [/^status$|^X$/, () => "NEW"],
  [/contractType/i, () => "PERPETUAL"],
  [/^(type|origType|orderType|o|ot)$/, () => "LIMIT"],
  [/interval/, () => "MINUTE"],
  [/ratio|^(long|short)(Account|Position)/i, () => "0.5000"],
  [/interest|vol$|value/i, () => "100.000"],
  [/balance|margin|profit|pnl|notional|cum|wallet|commission|amount/i, () => "0.00000000"],
];

/* An example of a schema; `name` is the field it stands in. */
function exampleOf(doc, schema, name, market) {
  schema = resolved(doc, schema) || {};
  if (schema.examples) return schema.examples[market === "COIN-M" ? schema.examples.length - 1 : 0]; // of USDⓈ-M first
  if ("const" in schema) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.oneOf || schema.anyOf) return exampleOf(doc, (schema.oneOf || schema.anyOf)[0], name, market);
  const kind = [].concat(schema.type || "object")[0];
  if (kind === "array") {
    if (schema.prefixItems) return schema.prefixItems.map((item) => exampleOf(doc, item, item.title, market));
    if (["a", "b", "asks", "bids"].includes(name) && typeOf(doc, schema.items) === "list of string") return [["60000.0", "0.010"]];
    return schema.items && schema.maxItems !== 0 ? [exampleOf(doc, schema.items, name, market)] : [];
  }
  if (kind === "object") {
    const fields = Object.entries(schema.properties || {});
    const promised = fields.filter(([field]) => (schema.required || []).includes(field));
    return Object.fromEntries((promised.length ? promised : fields).map(([field, inner]) => [field, exampleOf(doc, inner, field, market)]));
  }
  if (kind === "integer" || kind === "number") return name in NUMBERS ? NUMBERS[name] : Math.max(1, schema.minimum || 1);
  if (kind === "boolean") return false;
  if (kind === "null") return null;
  const word = WORDS.find(([pattern]) => pattern.test(name || ""));
  return word ? word[1](market) : "…";
}

/* The fields of a schema as a nested list; `otherwise` is said of fields that are not required. */
function treeOf(doc, schema, depth = 0, otherwise = "may be missing") {
  schema = resolved(doc, schema) || {};
  if (schema.oneOf || schema.anyOf) return (schema.oneOf || schema.anyOf).map((each) => `<div class="quiet">${depth ? "" : typeOf(doc, each)}</div>${treeOf(doc, each, depth + 1, otherwise)}`).slice(0, depth || schema.oneOf ? 1 : 3).join("");
  if (schema.type === "array") {
    if (!schema.prefixItems) return treeOf(doc, schema.items || {}, depth, otherwise);
    return `<ul>${schema.prefixItems.map((item, at) => `<li>[${at}] ${escaped(item.title || "")}<span class="kind">${typeOf(doc, item)}</span></li>`).join("")}</ul>`;
  }
  const fields = Object.entries(schema.properties || {});
  if (!fields.length) return "";
  const promised = schema.required || [];
  const rows = fields.map(([name, inner]) => {
    const shape = resolved(doc, inner);
    const words = shape.enum ? ` <span class="words">${shape.enum.map((word) => `<code>${escaped(word)}</code>`).join(" ")}</span>` : "";
    const maybe = promised.includes(name) ? "" : `<span class="maybe">${otherwise}</span>`;
    return `<li>${escaped(name)}<span class="kind">${escaped(typeOf(doc, inner))}</span>${maybe}${words}${treeOf(doc, shape, depth + 1, otherwise)}</li>`;
  });
  return `<ul>${rows.join("")}</ul>`;
}

/* Refusals of a call: [status, what it means, [[code, text], …]]. */
function refusalsOf(doc, call) {
  return Object.entries(call.responses).filter(([status]) => status >= "400").map(([status, response]) => {
    response = resolved(doc, response);
    const examples = Object.values((Object.values(response.content || {})[0] || {}).examples || {});
    return [status, response.description, examples.map((example) => resolved(doc, example).value).map((value) => [value.code, value.msg])];
  });
}

/* Paragraphs, `code`, **bold** and line breaks; all that the descriptions use. */
function prose(text) {
  return text.trim().split(/\n\n+/).map((part) => `<p>${inline(part).replace(/\*\*(.+?)\*\*/g, "<b>$1</b>")}</p>`).join("");
}
