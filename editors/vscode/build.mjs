// Makes what the extension ships: the bundled client, and the schema of scenarios from the engine.
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");

mkdirSync(join(here, "schemas"), { recursive: true });
copyFileSync(
  join(root, "engine", "leadflow_engine", "scenarios", "scenarios.schema.json"),
  join(here, "schemas", "scenarios.schema.json")
);
copyFileSync(join(root, "LICENSE"), join(here, "LICENSE"));

await build({
  absWorkingDir: here,
  entryPoints: ["src/extension.js"],
  outfile: "out/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: true,
  legalComments: "linked",
});
