/* Renders every page of /docs without a browser: `node every_page.js DIRECTORY < descriptions`, in JSON a list of [openapi, asyncapi].
   Prints the pages that show something that is not there, and the examples of calls by their page. */
"use strict";
const fs = require("fs"), path = require("path"), vm = require("vm");

const source = ["describe.js", "call.js", "page.js"].map((name) => fs.readFileSync(path.join(process.argv[2], name), "utf8")).join("\n");
const [openapi, asyncapi] = JSON.parse(fs.readFileSync(0, "utf8"));
const element = { addEventListener() {}, innerHTML: "", value: "" };
const room = {
  openapi, asyncapi, encodeURIComponent, decodeURIComponent,
  location: { origin: "http://venue", hash: "" },
  sessionStorage: { getItem: () => null },
  document: { addEventListener() {}, getElementById: () => element, body: { classList: { toggle() {}, remove() {} } } },
  window: { addEventListener() {} },
  fetch: () => new Promise(() => {}),
};
vm.createContext(room);
vm.runInContext(`${source}
Object.assign(state, { openapi, asyncapi, entries: entriesOf(openapi, asyncapi) });
state.groups = groupsOf(openapi, state.entries);
var shown = Object.fromEntries([
  ["#/", startPage()],
  ...state.groups.map((group) => [group.id, groupPage(group)]),
  ...state.entries.map((entry) => [entry.id, { call: callPage, stream: streamPage, method: methodPage }[entry.kind](entry)]),
]);
var examples = Object.fromEntries(state.entries.filter((entry) => entry.kind === "call").map((entry) => [entry.id, exampleParams(openapi, entry)]));
`, room);
const broken = Object.entries(room.shown).filter(([, html]) => /undefined|\[object/.test(html)).map(([id]) => id);
process.stdout.write(JSON.stringify({ pages: Object.keys(room.shown), broken, examples: room.examples }));
