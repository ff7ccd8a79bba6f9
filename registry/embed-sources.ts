import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Writes sources-toml.ts from sources.toml: `node registry/embed-sources.ts`. A bundled server reads no files at run time.

const text = readFileSync(join(import.meta.dirname, "sources.toml"), "utf8");
const lines = text.split("\n").map((line) => line.replace(/[\\`$]/g, "\\$&"));
const body = [
  "/** sources.toml as it is served. Written by embed-sources.ts; a test keeps the two equal. */",
  `export const SOURCES_TOML = \`${lines.join("\n")}\`;`,
];
writeFileSync(join(import.meta.dirname, "sources-toml.ts"), `${body.join("\n")}\n`);
