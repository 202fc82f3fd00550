/* The page: an index that can be searched, one entry at a time beside it. */
"use strict";

const state = { openapi: null, asyncapi: null, entries: [], groups: [] };
const at = (id) => document.getElementById(id);

function listed(entries) {
  return entries.map((entry) => `<a href="${escaped(entry.id)}" title="${escaped(entry.title)}"><span class="verb ${entry.verb}">${entry.verb === "delete" ? "del" : entry.verb}</span>${escaped(entry.title)}</a>`).join("");
}

function showIndex() {
  const wanted = at("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (entry) => wanted.every((word) => `${entry.verb} ${entry.words} ${entry.group}`.toLowerCase().includes(word) || codesOf(entry).has(word));
  const current = decodeURIComponent(location.hash);
  at("index").innerHTML = state.groups.map((group) => {
    const inside = wanted.length ? group.inside.filter(fits) : group.inside;
    if (!inside.length) return "";
    const isOpen = wanted.length || inside.some((entry) => decodeURIComponent(entry.id) === current);
    return `<details ${isOpen || group.id === current ? "open" : ""}><summary>${escaped(group.name)} <span>${inside.length}</span></summary>${listed(inside)}</details>`;
  }).join("") || '<p class="quiet">Nothing fits.</p>';
  document.body.classList.toggle("searching", wanted.length > 0);
  markCurrent();
}

function markCurrent() {
  const current = decodeURIComponent(location.hash);
  for (const link of at("index").querySelectorAll("a")) {
    const isCurrent = decodeURIComponent(link.getAttribute("href")) === current;
    link.toggleAttribute("aria-current", isCurrent);
    if (isCurrent) { link.closest("details").open = true; link.scrollIntoView({ block: "nearest" }); }
  }
}

function codesOf(entry) {
  if (!entry.codes) {
    const codes = entry.kind === "call" ? refusalsOf(state.openapi, entry.call).flatMap(([, , said]) => said.map(([code]) => String(code))) : (entry.operation || {})["x-codes"] || [];
    entry.codes = new Set(codes.flatMap((code) => [String(code), String(-code)]));
  }
  return entry.codes;
}

function block(text) {
  return `<div class="block"><pre><code>${escaped(text)}</code></pre><button class="copy" data-copy>copy</button></div>`;
}

function tabs(named) {
  const names = Object.keys(named);
  return `<div data-tabs><div class="tabs">${names.map((name, n) => `<button data-tab="${n}" aria-pressed="${n === 0}">${name}</button>`).join("")}</div>${names.map((name, n) => `<div ${n ? "hidden" : ""}>${block(named[name])}</div>`).join("")}</div>`;
}

function paramsTable(doc, params) {
  if (!params.length) return '<p class="quiet">None.</p>';
  const rows = params.map(({ name, required, description, schema }) => `<tr><td><code class="${required ? "required" : ""}">${escaped(name)}</code></td><td>${escaped(typeOf(doc, schema))}</td><td>${[inline(description || schema.description || ""), limitsOf(schema)].filter(Boolean).join("<br>")}${schema.items && schema.items.properties ? `<div class="tree">${treeOf(doc, schema, 0, "optional")}</div>` : ""}</td></tr>`);
  return `<table><thead><tr><th>name</th><th>type</th><th>what it is, and what it accepts</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

const SECURITY = { NONE: "public", MARKET_DATA: "needs a key", USER_STREAM: "needs a key", USER_DATA: "signed, key may read", TRADE: "signed, key may trade" };

function callPage(entry) {
  const doc = state.openapi, { call, market } = entry, answer = answerOf(entry);
  const facts = [(call.security || []).some((each) => each.adminToken) ? "operator's token" : SECURITY[call["x-permission"] || "NONE"]];
  if (call["x-weight"] !== undefined) facts.push(`weight <b>${escaped(call["x-weight"])}</b>`);
  if (call["x-order-count"]) facts.push(`orders: <b>${call["x-order-count"]["10S"]}</b> in 10 s, <b>${call["x-order-count"]["1M"]}</b> in a minute`);
  if (call["x-pool"]) facts.push(`pool of <b>${call["x-pool"].requests}</b> requests in ${call["x-pool"].window_ms / 60000} minutes`);
  const params = paramsOf(entry).map((param) => ({ ...param, schema: schemaOfParam(param) }));
  const body = call.requestBody && resolved(doc, Object.values(call.requestBody.content)[0].schema);
  const bodyRows = body ? Object.entries(body.properties).map(([name, schema]) => ({ name, schema, required: (body.required || []).includes(name) })) : [];
  const refusals = refusalsOf(doc, call).map(([status, meaning, said]) => `<tr><td><b>${status}</b></td><td colspan="2">${escaped(meaning)}</td></tr>${said.map(([code, text]) => `<tr><td></td><td><code>${code}</code></td><td>${escaped(text)}</td></tr>`).join("")}`);
  const example = answer && exampleOf(doc, answer.schema, "", market);
  return `<h1><span class="verb ${entry.verb}">${entry.verb}</span><code>${escaped(entry.title)}</code></h1>
    <p class="lead">${inline(call.summary)} <span class="quiet">${inline(call.description || "")}</span></p>
    <div class="facts">${facts.map((fact) => `<span>${fact}</span>`).join("")}${groupLink(entry)}</div>
    <div class="detail"><section>
      <h2>Parameters</h2>${paramsTable(doc, params)}
      ${body ? `<h2>JSON body</h2>${paramsTable(doc, bodyRows)}` : ""}
      ${answer ? `<h2>Answer <span class="quiet">${answer.status}, ${escaped(typeOf(doc, answer.schema))}</span></h2><div class="tree">${treeOf(doc, answer.schema)}</div>` : ""}
      <h2>Refusals</h2>${refusals.length ? `<table><thead><tr><th>status</th><th>code</th><th>text</th></tr></thead><tbody>${refusals.join("")}</tbody></table>` : '<p class="quiet">None.</p>'}
    </section><section class="side">
      <h2>Example</h2>${tabs({ shell: asShell(doc, entry), Python: asPython(doc, entry) })}${where(call)}
      ${example && Object.keys(example).length ? `<h2>Answers <span class="quiet">like this</span></h2>${block(JSON.stringify(example, null, 2))}` : ""}
      ${tryForm(entry, params, body)}
    </section></div>`;
}

function groupLink(entry) {
  return `<a href="${escaped(`#/group/${entry.group}`)}">${escaped(entry.group)}</a>`;
}

/* Where the words in an example come from that only the reader has. */
function where(call) {
  const asked = (scheme) => (call.security || []).some((each) => each[scheme]);
  if (asked("apiKey")) return '<p class="quiet">API_KEY and API_SECRET: those of the demo account stand in the start banner, <code>perpit keys create</code> makes more.</p>';
  return asked("adminToken") ? '<p class="quiet">ADMIN_TOKEN stands in the ready-file and in <code>venue.json</code> of the data directory.</p>' : "";
}

function tryForm(entry, params, body) {
  const keys = ["key", "secret", "token"].filter((name) => (entry.call.security || []).some((each) => (name === "token" ? each.adminToken : each.apiKey)) && (name !== "secret" || entry.call["x-signed"]));
  const labels = { key: "API key", secret: "API secret", token: "operator's token" };
  const suggested = exampleParams(state.openapi, entry);
  const fields = params.filter((param) => !SIGNING.includes(param.name)).map(({ name, schema }) => {
    const value = suggested[name] ?? "";
    const input = schema.enum ? `<select name="${escaped(name)}"><option></option>${schema.enum.map((word) => `<option ${String(word) === value ? "selected" : ""}>${escaped(word)}</option>`).join("")}</select>` : `<input name="${escaped(name)}" value="${escaped(value)}" placeholder="${escaped((schema.examples || [""])[0])}">`;
    return `<label>${escaped(name)}${input}</label>`;
  });
  const secrets = keys.map((name) => `<label>${labels[name]}<input data-key="${name}" type="${name === "key" ? "text" : "password"}" value="${escaped(sessionStorage.getItem(name) || "")}" autocomplete="off"></label>`).join("");
  const json = body ? `<label>body<input name=" body" value="${escaped(JSON.stringify(exampleBody(state.openapi, entry.call)))}"></label>` : "";
  return `<details class="try"><summary>Try it on this venue</summary><form data-try>${secrets ? `<div class="keys">${secrets}</div>` : ""}${fields.join("")}${json}<p><button class="go">Send</button></p><div data-result></div></form></details>`;
}

function streamPage(entry) {
  const doc = state.asyncapi, { channel } = entry;
  const market = channel["x-market"];
  const samples = { symbol: market === "COIN-M" ? "btcusd_perp" : "btcusdt", pair: market === "COIN-M" ? "btcusd" : "btcusdt", assetSymbol: "btcusd", listenKey: "<listenKey>" };
  const params = Object.entries(channel.parameters || {}).map(([name, schema]) => ({ name, schema: { type: "string", ...schema }, required: true, description: schema.description }));
  const word = (name) => samples[name] || (channel.parameters[name].enum || ["…"])[0];
  const sampled = channel.address.replace(/\{(\w+)\}/g, (_, name) => word(name));
  const name = channel["x-stream"].replace(/<(\w+)>/g, (_, parameter) => word(parameter));
  const messages = Object.values(channel.messages).map((message) => resolved(doc, message));
  return `<h1><span class="verb stream">stream</span><code>${escaped(entry.title)}</code></h1>
    <p class="lead">${inline(channel.summary)} <span class="quiet">${inline(channel.description || "")}</span></p>
    <div class="facts"><span>at <b>${escaped(channel.address)}</b></span>${channel["x-route"] ? `<span>routed under <b>${escaped(channel["x-route"])}</b></span>` : ""}${groupLink(entry)}</div>
    <div class="detail"><section><h2>Parameters of the name</h2>${paramsTable(doc, params)}
      ${messages.map((message) => `<h2>${escaped(message.name)} <span class="quiet">${escaped(typeOf(doc, message.payload))}</span></h2><div class="tree">${treeOf(doc, message.payload)}</div>`).join("")}
    </section><section class="side"><h2>Listen</h2>${tabs({ Python: asSocket(entry, sampled), "on an open socket": JSON.stringify({ method: "SUBSCRIBE", params: [name], id: 1 }) })}
      ${messages.slice(0, 1).map((message) => `<h2>Pushes <span class="quiet">like this</span></h2>${block(JSON.stringify(exampleOf(doc, message.payload, "", market), null, 2))}`).join("")}
    </section></div>`;
}

function methodPage(entry) {
  const doc = state.asyncapi, { operation, channel } = entry;
  const request = resolved(doc, operation.messages[0]).payload, answer = resolved(doc, operation.reply.messages[0]).payload;
  const body = request.properties.params;
  const params = Object.entries(body.properties).map(([name, schema]) => ({ name, schema, required: (body.required || []).includes(name) }));
  const texts = Object.fromEntries(Object.values(state.openapi.components.examples).reverse().map((example) => [example.value.code, example.value.msg]));
  const order = operation.title === "order.place" ? limitOrder(channel["x-market"]) : {};
  const last = "signature" in body.properties ? { apiKey: "…", signature: "…" } : {};
  const sent = { id: 1, method: operation.title, params: { ...exampleOf(doc, { ...body, required: body.required || [] }, "", channel["x-market"]), ...order, ...last } };
  const facts = [`weight <b>${escaped(operation["x-weight"])}</b>`];
  if (operation["x-permission"]) facts.unshift(SECURITY[operation["x-permission"]]);
  const served = operation["x-served-by"];
  if (served) facts.push(`as <a href="#/${served.split(" ")[0].toLowerCase()}${served.split(" ")[1]}">${escaped(served)}</a>`);
  return `<h1><span class="verb method">ws</span><code>${escaped(operation.title)}</code></h1><p class="lead">${inline(operation.summary)}</p>
    <div class="facts">${facts.map((fact) => `<span>${fact}</span>`).join("")}<span>at <b>${escaped(channel.address)}</b></span>${groupLink(entry)}</div>
    <div class="detail"><section><h2>Parameters</h2>${paramsTable(doc, params)}<h2>Answer</h2><div class="tree">${treeOf(doc, answer)}</div>
      <h2>Refusals</h2><table><thead><tr><th>code</th><th>text</th></tr></thead><tbody>${operation["x-codes"].map((code) => `<tr><td><code>${code}</code></td><td>${escaped(texts[code] || "")}</td></tr>`).join("")}</tbody></table>
    </section><section class="side"><h2>Request</h2>${block(JSON.stringify(sent, null, 2))}<h2>Answers <span class="quiet">like this</span></h2>${block(JSON.stringify({ ...exampleOf(doc, answer, "", channel["x-market"]), id: 1 }, null, 2))}</section></div>`;
}

function groupPage(group) {
  const rows = group.inside.map((entry) => `<tr><td><span class="verb ${entry.verb}">${entry.verb}</span></td><td><a href="${escaped(entry.id)}"><code>${escaped(entry.title)}</code></a><br>${inline(entry.says)}</td></tr>`);
  return `<h1>${escaped(group.name)}</h1><p class="lead">${escaped(group.about)}</p><table class="listing"><tbody>${rows.join("")}</tbody></table>`;
}

/* The first steps, each with what can be copied and where more of it stands. */
function firstSteps() {
  const find = (id) => state.entries.find((entry) => entry.id === id);
  const clock = find("#/get/fapi/v1/time"), order = find("#/post/fapi/v1/order"), book = find("#/stream/usds_m_symbol_bookTicker");
  const heard = book.channel.address.replace("{symbol}", "btcusdt");
  const step = (entry, title, text) => `<h3>${title} <a href="${escaped(entry.id)}">${escaped(entry.title)}</a></h3>${block(text)}`;
  return `<h2>First steps</h2>${step(clock, "1. Ask:", asShell(state.openapi, clock))}${step(book, "2. Listen:", asSocket(book, heard))}${step(order, "3. Trade:", asPython(state.openapi, order))}${where(order.call)}`;
}

function startPage() {
  const codes = Object.values(state.openapi.components.examples).map((example) => example.value);
  const cards = state.groups.filter((group) => group.inside.length).map((group) => `<a href="${escaped(group.id)}"><b>${escaped(group.name)}</b> <span class="quiet">${group.inside.length}</span><small>${escaped(group.about)}</small></a>`);
  return `<h1>${escaped(state.openapi.info.title)} <span class="quiet">${escaped(state.openapi.info.version)}, profile ${escaped(state.openapi.info["x-profile"])}</span></h1>
    <p class="lead">Bots trade here after one change, the base URL: <code>${escaped(location.origin)}</code>, sockets at <code>${escaped(location.origin.replace(/^http/, "ws"))}</code>.</p>
    ${firstSteps()}
    <h2>Everything that can be asked, sent and heard</h2>
    <div class="cards">${cards.join("")}</div>
    <div class="texts"><section><h2>Calls</h2>${prose(state.openapi.info.description)}</section><section><h2>Sockets</h2>${prose(state.asyncapi.info.description)}</section></div>
    <h2>Codes <span class="quiet">everything that can be refused; … stands for what was sent. A code leads to the calls that may answer it.</span></h2>
    <table class="listing"><tbody>${codes.map((value) => `<tr><td><button class="code" data-find="${value.code}">${value.code}</button></td><td>${escaped(value.msg)}</td></tr>`).join("")}</tbody></table>`;
}

function show() {
  const current = decodeURIComponent(location.hash);
  const entry = state.entries.find((each) => decodeURIComponent(each.id) === current);
  const group = state.groups.find((each) => each.id === current);
  at("main").innerHTML = entry ? { call: callPage, stream: streamPage, method: methodPage }[entry.kind](entry) : group ? groupPage(group) : startPage();
  document.title = entry || group ? `${(entry || group).title || group.name} · Perpit API` : "Perpit API";
  document.body.classList.remove("searching");
  window.scrollTo(0, 0);
  markCurrent();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.find) { at("search").value = button.dataset.find; at("search").focus(); showIndex(); }
  if (button.dataset.tab !== undefined) {
    const group = button.closest("[data-tabs]");
    group.querySelectorAll("button[data-tab]").forEach((each) => each.setAttribute("aria-pressed", each === button));
    [...group.children].slice(1).forEach((part, n) => { part.hidden = String(n) !== button.dataset.tab; });
  }
  if ("copy" in button.dataset) navigator.clipboard.writeText(button.previousElementSibling.textContent).then(() => { button.textContent = "copied"; });
});

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target, keys = {}, values = {};
  for (const input of form.querySelectorAll("[data-key]")) { keys[input.dataset.key] = input.value; sessionStorage.setItem(input.dataset.key, input.value); }
  for (const input of form.querySelectorAll("[name]")) values[input.name] = input.value;
  const body = values[" body"];
  delete values[" body"];
  const entry = state.entries.find((each) => decodeURIComponent(each.id) === decodeURIComponent(location.hash));
  const result = form.querySelector("[data-result]");
  try {
    const answer = await made(entry, values, body, keys);
    result.innerHTML = `<p class="status ${answer.ok ? "good" : "bad"}">${escaped(answer.status)}</p>${block(answer.text)}`;
  } catch (error) {
    result.innerHTML = `<p class="status bad">${escaped(error.message)}</p>`;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/INPUT|SELECT/.test(document.activeElement.tagName)) { event.preventDefault(); at("search").focus(); }
});
at("search").addEventListener("input", showIndex);
window.addEventListener("hashchange", show);

Promise.all(["/openapi.json", "/asyncapi.json"].map((path) => fetch(path).then((answer) => answer.json()))).then(([openapi, asyncapi]) => {
  state.openapi = openapi;
  state.asyncapi = asyncapi;
  state.entries = entriesOf(openapi, asyncapi);
  state.groups = groupsOf(openapi, state.entries);
  showIndex();
  show();
}, (error) => { at("main").innerHTML = `<p class="status bad">The description could not be read: ${escaped(error.message)}</p>`; });
