"use strict";

const assert = require("node:assert");
const { test } = require("node:test");
const { commandOf } = require("../src/command");

test("the setting is a command with its arguments", () => {
  assert.deepEqual(commandOf(["leadflow", "lsp"], undefined), { command: "leadflow", args: ["lsp"] });
});

test("a folder stands for itself", () => {
  const found = commandOf(["${workspaceFolder}/.venv/bin/leadflow", "lsp"], "/home/ann/flows");
  assert.deepEqual(found, { command: "/home/ann/flows/.venv/bin/leadflow", args: ["lsp"] });
});

test("what is no command is told", () => {
  for (const wrong of ["leadflow lsp", [], [""], [5], null]) {
    assert.match(commandOf(wrong, undefined).problem, /list of texts/);
  }
  assert.match(commandOf(["${workspaceFolder}/x"], undefined).problem, /no folder is open/);
});
