// The grammar as an editor reads it: flow files coloured with the same library and the same regular expressions.
"use strict";

const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const { before, test } = require("node:test");
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

const HERE = path.join(__dirname, "..");
const ROOT = path.join(HERE, "..", "..");
const GRAMMARS = {
  "source.leadflow": "leadflow.tmLanguage.json",
  "markdown.leadflow.codeblock": "leadflow.markdown.tmLanguage.json",
};
let grammar;

before(async () => {
  const wasm = fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (scope) => {
      const file = GRAMMARS[scope] && path.join(HERE, "syntaxes", GRAMMARS[scope]);
      return file ? textmate.parseRawGrammar(fs.readFileSync(file, "utf8"), file) : null;
    },
  });
  grammar = await registry.loadGrammar("source.leadflow");
});

/** Every token of a text with its scopes; the state goes from line to line. */
function tokens(text) {
  let state = textmate.INITIAL;
  return text.split("\n").flatMap((line) => {
    const read = grammar.tokenizeLine(line, state);
    state = read.ruleStack;
    return read.tokens.map((token) => ({
      text: line.slice(token.startIndex, token.endIndex),
      scopes: token.scopes.map((scope) => scope.replace(/\.leadflow$/, "")),
    }));
  });
}

/** The innermost scope of the first token that is exactly this text. */
function scopeOf(word, text) {
  const found = tokens(text).find((token) => token.text === word);
  assert.ok(found, `no token ${JSON.stringify(word)} in ${JSON.stringify(text)}`);
  return found.scopes.at(-1);
}

const CASES = [
  ["buyer", 'buyer sunpath "SunPath" {', "storage.type"],
  ["sunpath", 'buyer sunpath "SunPath" {', "entity.name.type"],
  ["SunPath", 'buyer sunpath "SunPath" {', "string.quoted.double"],
  ["homeowner", "lead {\n  homeowner  boolean required\n}", "variable.other.declaration"],
  ["boolean", "lead {\n  homeowner  boolean required\n}", "support.type"],
  ["required", "lead {\n  homeowner  boolean required\n}", "keyword.other"],
  ["born", "lead {\n  pets list of { name text  born date }\n}", "variable.other.declaration"],
  ["accept", "  accept when age between 25 and 64", "keyword.other"],
  ["when", "  accept when age between 25 and 64", "keyword.control"],
  ["between", "  accept when age between 25 and 64", "keyword.operator.word"],
  ["25", "  accept when age between 25 and 64", "constant.numeric"],
  ["email", "  dedupe on email within 30d", "variable.other"],
  ["30d", "  dedupe on email within 30d", "constant.numeric.duration"],
  ["is_free", "  reject when email.is_free", "variable.other.property"],
  ["CA", "  accept when state in [CA, TX]", "constant.other.state"],
  ["mon-fri", "  hours mon-fri 08:00-20:00", "constant.numeric.days"],
  ["08:00-20:00", "  hours mon-fri 08:00-20:00", "constant.numeric.hours"],
  ["2026-12-24", "  closed on 2026-12-24", "constant.numeric.date"],
  ["60%", "  weight 60%", "constant.numeric.percent"],
  ["2xx", "accepted when status 2xx", "constant.numeric.status"],
  ["accepted", "accepted when status 2xx", "constant.language.verdict"],
  ["SUNPATH_TOKEN", "  auth bearer env SUNPATH_TOKEN", "variable.other.constant"],
  ["zip", "body json { zip = postal_code.zip }", "variable.other.key"],
  ["format", 'day text = format(born, "MM")', "support.function"],
  ["/^[0-9]+$/i", "  accept when text matches /^[0-9]+$/i", "string.regexp"],
  ["/", "  accept when a / b > c / d", "keyword.operator"],
  ["\\n", '"one\\ntwo"', "constant.character.escape"],
  ["phone_1", '"https://x.example/{{ phone_1.digits }}?a=1"', "variable.other"],
  ["?a=1", '"https://x.example/{{ phone_1.digits }}?a=1"', "string.quoted.double"],
  ["for", '"""\n{% for pet in pets %}{{ pet.name | upper }}{% endfor %}\n"""', "keyword.control.jinja"],
  ["upper", '"""\n{% for pet in pets %}{{ pet.name | upper }}{% endfor %}\n"""', "support.function"],
  ["# why", "price 5.00 # why", "comment.line.number-sign"],
  ["# leadflow: allow LF305 because so", "x # leadflow: allow LF305 because so", "comment.line.number-sign.excuse"],
  ["waterfall", "  waterfall sunpath", "keyword.control.stage"],
];

for (const [word, text, scope] of CASES) {
  test(`${word} in ${text.split("\n").join(" ")}`, () => assert.equal(scopeOf(word, text), scope));
}

test("what follows a text or a template is no text", () => {
  assert.equal(scopeOf("cap", 'price 5.00 when x == "a"\ncap 5 per day'), "keyword.other");
  assert.equal(scopeOf("cap", 'body text """a {{ b }} {% if c %}"""\ncap 5 per day'), "keyword.other");
  assert.equal(scopeOf("cap", 'reject when x == "never closed\ncap 5 per day'), "keyword.other");
});

test("every flow of the project keeps its text and its blocks end", () => {
  const flows = ["flows/solar.flow", "tests/dsl/data/forms/every_form.flow"];
  for (const file of flows) {
    const text = fs.readFileSync(path.join(ROOT, file), "utf8");
    const read = tokens(text);
    assert.equal(read.map((token) => token.text).join(""), text.replaceAll("\n", ""));
    const last = read.filter((token) => token.text.trim()).at(-1);
    assert.ok(!last.scopes.some((scope) => scope.startsWith("meta.block")), `${file}: a block is open at the end`);
  }
});
