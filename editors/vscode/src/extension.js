// The client: starts the language server that `leadflow.command` names, and stops it with the editor.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");
const { commandOf } = require("./command");

/** @type {LanguageClient | undefined} */
let client;

async function start() {
  const configured = vscode.workspace.getConfiguration("leadflow").get("command");
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const found = commandOf(configured, folder);
  if ("problem" in found) {
    vscode.window.showErrorMessage(`leadflow: ${found.problem}`);
    return;
  }
  const server = { command: found.command, args: found.args, options: { cwd: folder } };
  client = new LanguageClient(
    "leadflow",
    "leadflow",
    { run: server, debug: server },
    {
      // Templates are the server's too, whatever language another extension says they have.
      documentSelector: [{ language: "leadflow" }, { pattern: "**/*.{j2,jinja,jinja2}" }],
      outputChannelName: "leadflow",
    }
  );
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const told = `${[found.command, ...found.args].join(" ")} did not start: ${error.message ?? error}`;
    const chosen = await vscode.window.showErrorMessage(
      `leadflow: ${told}. Install it with \`pip install "leadflow[editor]"\`, or say where it is.`,
      "Open settings"
    );
    if (chosen) await vscode.commands.executeCommand("workbench.action.openSettings", "leadflow.command");
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running?.needsStop()) await running.stop();
}

async function restart() {
  await stop();
  await start();
}

/** @param {import("vscode").ExtensionContext} context */
async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("leadflow.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("leadflow.command")) return restart();
    })
  );
  await start();
}

module.exports = { activate, deactivate: stop };
