import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import detectors from "#registry/detectors.json" with { type: "json" };
import vectors from "#registry/identity-vectors.json" with { type: "json" };
import {
  categoryRows,
  cliRows,
  episodeEdgeRows,
  importRows,
  metricRows,
  policyRows,
  problemRows,
  rowText,
  snapshotEdgeRows,
} from "./docs-tables.ts";
import { repositoryFiles } from "./repository-files.ts";

const ROOT = resolve(import.meta.dirname, "..", "..");

function page(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** A route or page file of app/ as the address that the documents write; next.config.ts gives one of them another. */
function addressOf(path: string): string {
  const folders = path.split("/").slice(1, -1);
  const address = `/${folders.map((name) => name.replace(/^\[(.+)\]$/, "{$1}")).join("/")}`;
  return address === "/episodes/{id}/{format}" ? "/episodes/{id}.json" : address;
}

describe("the documents say what the code says", () => {
  it.each([
    ["docs/GOVERNANCE.md", "states of an episode", episodeEdgeRows()],
    ["docs/GOVERNANCE.md", "roles and powers", policyRows(ROOT)],
    ["docs/GOVERNANCE.md", "categories of cases", categoryRows()],
    ["docs/RELEASING.md", "states of a snapshot", snapshotEdgeRows()],
    ["docs/PROPOSAL.md", "errors", problemRows()],
    ["docs/architecture.md", "imports", importRows(ROOT)],
    ["docs/metrics.md", "metrics", metricRows()],
    ["docs/CLI.md", "commands", cliRows().commands],
    ["docs/CLI.md", "options", cliRows().options],
  ])("%s, %s", (path, _table, rows) => {
    expect(rows.length).toBeGreaterThan(0);
    const text = page(path);
    expect(rows.map(rowText).filter((row) => !text.includes(`\n${row}\n`))).toEqual([]);
  });

  it("docs/DATASET.md shows the published vectors", () => {
    const text = page("docs/DATASET.md");
    const values = vectors.identity.flatMap(({ nonce, content_hash, id }) => [nonce, content_hash, id]);
    const buckets = vectors.split.map(({ root, seed, bucket }) =>
      rowText([`\`${root}\``, `\`${seed}\``, String(bucket)]),
    );
    expect([...values, ...buckets].filter((value) => !text.includes(value))).toEqual([]);
  });

  it("docs/SECURITY.md counts the detectors", () => {
    expect(page("docs/SECURITY.md")).toContain(`| ${detectors.rules.length} vendor forms`);
  });

  it("docs/PROPOSAL.md names every page and route", () => {
    const addresses = repositoryFiles(ROOT)
      .filter((path) => /^app\/(?!_|api\/|.*\[\.\.\.).*(?:page\.tsx|route\.ts)$/.test(path))
      .map(addressOf);
    const text = page("docs/PROPOSAL.md");
    expect(addresses.length).toBeGreaterThan(20);
    expect(addresses.filter((address) => !text.includes(address))).toEqual([]);
  });

  it("README.md lists the settings of .env.example", () => {
    const names = [...page(".env.example").matchAll(/^([A-Z_]+)=/gm)].flatMap((match) => match[1] ?? []);
    const text = page("README.md");
    expect(names.length).toBeGreaterThan(8);
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
