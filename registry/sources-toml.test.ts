import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SOURCES_TOML } from "./sources-toml.ts";

it("is sources.toml, byte for byte (run `node registry/embed-sources.ts` after a change)", () => {
  expect(SOURCES_TOML).toBe(readFileSync(join(import.meta.dirname, "sources.toml"), "utf8"));
});
