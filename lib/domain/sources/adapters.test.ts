import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { ADAPTERS } from "./adapters.ts";
import { SOURCE_IDS } from "./session.ts";
import { toolKind } from "./tool-kinds.ts";

test("registry/sources.toml names the same sources, roots and globs as the built-in adapters", () => {
  const manifest = parse(readFileSync(new URL("./../../../registry/sources.toml", import.meta.url), "utf8"));
  expect(manifest).toEqual({
    version: 1,
    sources: SOURCE_IDS.map((id) => ({
      id,
      display_name: ADAPTERS[id].displayName,
      roots: ADAPTERS[id].roots.map((root) => `~/${root.home}/${root.folder}`),
      globs: [...ADAPTERS[id].globs],
      format: ADAPTERS[id].format,
      parser_hint: ADAPTERS[id].parserHint,
      platforms: ["linux", "macos", "windows"],
      requires_opt_in: false,
    })),
  });
});

test("tool kinds come from the taxonomy, MCP tools by their prefix, the rest is other", () => {
  expect([toolKind("Bash"), toolKind("apply_patch"), toolKind("Grep"), toolKind("TodoWrite")]).toEqual([
    "shell",
    "edit",
    "search",
    "plan",
  ]);
  expect([toolKind("mcp__x__y"), toolKind("query", "mcp__x"), toolKind("constructor"), toolKind("")]).toEqual(
    ["mcp", "mcp", "other", "other"],
  );
});
