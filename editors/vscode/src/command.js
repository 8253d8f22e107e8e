// What the setting `leadflow.command` means, apart from the editor, so that it can be tested without one.
"use strict";

/**
 * The command and its arguments, or what is wrong with the setting.
 * @param {unknown} configured the setting's value: a list of texts
 * @param {string | undefined} folder the first folder of the workspace
 * @returns {{ command: string, args: string[] } | { problem: string }}
 */
function commandOf(configured, folder) {
  if (!Array.isArray(configured) || !configured.length || !configured.every((part) => typeof part === "string" && part)) {
    return { problem: 'the setting leadflow.command is a list of texts, as ["leadflow", "lsp"]' };
  }
  if (!folder && configured.some((part) => part.includes("${workspaceFolder}"))) {
    return { problem: "leadflow.command names ${workspaceFolder}, but no folder is open" };
  }
  const [command, ...args] = configured.map((part) => part.replaceAll("${workspaceFolder}", folder ?? ""));
  return { command, args };
}

module.exports = { commandOf };
