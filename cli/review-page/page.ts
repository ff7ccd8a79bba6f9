import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { STYLE } from "./style.ts";

/** The page's shell: no session text is in it. */
export type Page = { html: string; policy: string };

/** The page's program, each file after what it needs. In the package the build has made one file of them. */
export const CLIENT_FILES = [
  "dom.ts",
  "calls.ts",
  "store.ts",
  "rows.ts",
  "marked-text.ts",
  "list.ts",
  "episode.ts",
  "dialogs.ts",
  "actions.ts",
  "keys.ts",
  "main.ts",
] as const;

/** Everything stands in the one document, and nothing else may load or run: the policy names script and style by their digests. */
export function readPage(): Page {
  const script = import.meta.url.endsWith(".ts") ? joined() : readBeside("review-client.mjs");
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Review · trace-share</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
<div id="app"><main class="alone"><h1>Review</h1><p role="status">Reading…</p></main></div>
<noscript>This page needs JavaScript. trace-share review in a terminal does the same.</noscript>
<script type="module">${script}</script>
</html>
`;
  const policy = [
    "default-src 'none'",
    `script-src '${digestOf(script)}'`,
    `style-src '${digestOf(STYLE)}'`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  return { html, policy };
}

/** From its sources: the files one behind the other, without their types, imports and exports. */
function joined(): string {
  return CLIENT_FILES.map((name) =>
    stripTypeScriptTypes(readBeside(`client/${name}`))
      .replaceAll(/^import [^;]*;$/gm, "")
      .replaceAll(/^export /gm, ""),
  ).join("\n");
}

function readBeside(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}

function digestOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
